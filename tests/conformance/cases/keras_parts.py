"""Keras: smaller parts; how models were compiled, and their state."""

import numpy as np

from tests.conformance.case import case, tf

X = np.linspace(-2.0, 2.0, 12, dtype="float32").reshape(3, 4)


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras


def compiled():
    keras = seeded()
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="d")])
    net.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse", metrics=["mae"])
    return net


@case
def sparse_activations():
    functions = tf.keras.activations
    return [functions.sparse_plus(X), functions.sparse_sigmoid(X), functions.sparsemax(X),
            functions.sparsemax(tf.constant(X), axis=0)]  # fmt: skip


@case
def bounded_lengths():
    constraints = tf.keras.constraints
    bounded = constraints.MinMaxNorm(0.5, 1.0, rate=0.7)
    return [bounded(X), bounded.get_config(), constraints.MinMaxNorm(axis=1)(X),
            constraints.MinMaxNorm().get_config()]  # fmt: skip


@case
def orthogonal_rows_and_columns():
    kind = tf.keras.regularizers.OrthogonalRegularizer
    x = tf.constant(X)
    return [kind()(x), kind(0.1, "columns")(x), kind().get_config(),
            tf.keras.regularizers.L1(0.2).get_config()]  # fmt: skip


@case(match="Invalid value for argument `mode`")
def orthogonal_something_else():
    return tf.keras.regularizers.OrthogonalRegularizer(mode="x")


@case(match="must have rank 2")
def orthogonal_cubes():
    return tf.keras.regularizers.OrthogonalRegularizer()(tf.ones((1, 2, 3)))


@case
def thresholds():
    layer = seeded().layers.ThresholdedReLU(0.5)
    return layer(X), layer.get_config()


@case
def names_of_reductions():
    kind = tf.keras.losses.Reduction
    return kind.all(), kind.SUM, kind.validate("sum")


@case
def pooling_to_a_size():
    layers = seeded().layers
    line = np.sin(np.arange(42, dtype="float32")).reshape(2, 7, 3)
    plane = np.cos(np.arange(70, dtype="float32")).reshape(1, 7, 5, 2)
    space = np.cos(np.arange(120, dtype="float32")).reshape(1, 5, 4, 3, 2)
    return [
        layers.AdaptiveAveragePooling1D(3)(line), layers.AdaptiveMaxPooling1D(2)(line),
        layers.AdaptiveAveragePooling2D((3, 2))(plane), layers.AdaptiveMaxPooling2D(4)(plane),
        layers.AdaptiveAveragePooling3D(2)(space), layers.AdaptiveMaxPooling3D((2, 3, 1))(space),
        layers.AdaptiveMaxPooling1D(2, data_format="channels_first")(line),
        layers.AdaptiveAveragePooling2D(3).get_config(),
    ]  # fmt: skip


@case
def compilations_as_plain_data():
    net = compiled()
    told = net.get_compile_config()
    other = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
    before = other.get_compile_config()
    other.compile_from_config(told)
    return told, before, type(other.optimizer).__name__, other.optimizer.built, other.loss


@case
def states_as_trees():
    net = compiled()
    net.fit(X, X[:, :2], epochs=1, verbose=0)
    tree = net.get_state_tree("numpy_array")
    other = compiled()
    other.optimizer.build(other.trainable_variables)
    other.set_state_tree({key: tree[key] for key in ("trainable_variables", "optimizer_variables")})
    same = [np.allclose(a, b) for a, b in zip(net.get_weights(), other.get_weights())]
    return {key: tree[key] for key in ("trainable_variables", "optimizer_variables")}, same


@case(match="Invalid `value_format` argument")
def states_in_another_form():
    return compiled().get_state_tree("list")


@case
def losses_without_state():
    net = compiled()
    weights = [np.ones(tuple(v.shape), "float32") for v in net.trainable_variables]
    predicted, fixed = net.stateless_call(weights, [], X)
    loss, _ = net.stateless_compute_loss(weights, fixed, [], x=X, y=X[:, :2], y_pred=predicted)
    return loss, predicted


@case
def own_model_with_other_first_parameter():
    keras = seeded()

    class Net(keras.Model):
        def __init__(me, units=3, **kwargs):
            super().__init__(**kwargs)
            me.inner = keras.layers.Dense(units)
            me.seen = keras.metrics.Mean(name="seen")

        def call(me, inputs, training=False):
            me.seen.update_state(inputs)
            return me.inner(inputs)

    net = Net(2)
    net(X)
    again = Net.from_config(net.get_config())
    return (net.get_config(), [m.name for m in net.metrics], again.inner.units,
            [v.path for v in net.trainable_variables], net.inner.get_build_config())  # fmt: skip
