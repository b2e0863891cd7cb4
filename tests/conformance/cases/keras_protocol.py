"""Keras: what layers, models and metrics answer besides their call."""

import numpy as np

from tests.conformance.case import case, tf

X = np.linspace(-1.0, 1.0, 12, dtype="float32").reshape(4, 3)


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras.layers


@case
def build_by_hand():
    layers = seeded()
    found = []
    for layer, shape in ((layers.Dense(2), (None, 3)), (layers.Conv1D(2, 2), (None, 5, 3)),
                         (layers.BatchNormalization(), (None, 3)),
                         (layers.TimeDistributed(layers.Dense(2)), (None, 4, 3)),
                         (layers.Embedding(4, 2), (None, 3))):  # fmt: skip
        before = layer.get_build_config()
        layer.build(shape)
        found.append((before, layer.get_build_config(), layer.built, layer.path,
                      [w.path for w in layer.weights]))  # fmt: skip
    return found


@case
def build_from_its_configuration():
    layers = seeded()
    first = layers.Dense(2)
    first(X)
    second = layers.Dense.from_config(first.get_config())
    second.build_from_config(first.get_build_config())
    third = layers.Dense(2)
    third.build_from_config(None)
    return first.get_build_config(), second.built, second.count_params(), third.built


@case
def build_that_does_not_say_it_is_built():
    layers = seeded()

    class Doubling(layers.Layer):
        def __init__(me, size, **kwargs):
            super().__init__(**kwargs)
            me.size = size
            me.inner = layers.Dense(size)

        def build(me, input_shape):
            me.inner.build(input_shape)
            me.factor = me.add_variable((me.size,), "ones", name="factor")

        def call(me, inputs):
            return me.inner(inputs) * me.factor

    layer = Doubling(2)
    layer.build((None, 3))
    paths = [w.path for w in layer.weights]
    return layer.built, paths, layer(X), layer.get_config(), layer.get_build_config()


@case
def configurations_of_own_layers():
    layers = seeded()

    class Plain(layers.Layer):
        def __init__(this, units=3, rate=0.5, **kwargs):
            super().__init__(**kwargs)
            this.hidden_units = units * 2

    class Wide(layers.Dense):
        def __init__(this, extra=1):
            super().__init__(4)

    again = Plain.from_config(Plain(5, name="p").get_config())
    return (Plain().get_config(), Plain(4, rate=0.1, trainable=False).get_config(),
            again.name, again.hidden_units, Wide().get_config()["units"])  # fmt: skip


@case(match="must override `get_config\\(\\)`")
def configuration_of_a_layer_with_an_object():
    layers = seeded()

    class Holding(layers.Layer):
        def __init__(this, part):
            super().__init__()
            this.part = part

    return Holding(object()).get_config()


@case
def metrics_on_layers():
    layers = seeded()

    class Watching(layers.Layer):
        def __init__(me):
            super().__init__()
            me.seen = tf.keras.metrics.Mean(name="seen")
            me.inner = layers.Dense(2)

        def call(me, inputs):
            me.seen.update_state(inputs)
            return me.inner(inputs)

    layer = Watching()
    layer(X)
    return ([m.name for m in layer.metrics], [v.path for v in layer.metrics_variables],
            layer.metrics[0].result(), [w.path for w in layer.weights])  # fmt: skip


@case
def output_specs():
    layers = seeded()
    spec = layers.Dense(2).compute_output_spec(tf.keras.Input((3,)))
    other = layers.Reshape((3, 1)).symbolic_call(tf.keras.Input((3,)))
    return spec.shape, spec.dtype, other.shape, layers.Flatten().compute_output_shape((None, 2, 3))


@case
def calls_without_state():
    layers = seeded()
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    before = [w.numpy() for w in layer.weights]
    trained = [tf.constant([2.0, 2.0, 2.0]), tf.constant([1.0, 0.0, 1.0])]
    outputs, after = layer.stateless_call(
        trained, [w.numpy() for w in layer.non_trainable_variables], tf.constant(X), training=True
    )
    return outputs, [tf.convert_to_tensor(a) for a in after], before, layer.get_weights()


@case
def calls_without_state_with_losses():
    layers = seeded()
    layer = layers.Dense(2, kernel_regularizer="l2")
    layer.build((None, 3))
    kernel, bias = tf.ones((3, 2)), tf.zeros((2,))
    outputs, after, losses = layer.stateless_call([kernel, bias], [], X, return_losses=True)
    return outputs, after, losses


@case(match="must be built")
def calls_without_state_before_the_build():
    return tf.keras.layers.Dense(2).stateless_call([], [], X)


@case(match="must be a list of tensors corresponding 1:1")
def calls_without_state_with_too_few_values():
    layer = tf.keras.layers.Dense(2)
    layer.build((None, 3))
    return layer.stateless_call([], [], X)


@case(match="is deprecated")
def metrics_added_to_layers():
    return tf.keras.layers.Dense(2).add_metric(1.0)


@case
def own_variables_in_a_store():
    layers = seeded()
    layer, store = layers.Dense(2), {}
    layer.build((None, 3))
    layer.save_own_variables(store)
    other = layers.Dense(2)
    other.build((None, 3))
    other.load_own_variables({key: np.ones(tuple(v.shape), "float32") for key, v in store.items()})
    return sorted(store), other.get_weights()


@case(match="expected 2 variables, but received 1 variables")
def own_variables_from_a_smaller_store():
    layer = tf.keras.layers.Dense(2)
    layer.build((None, 3))
    return layer.load_own_variables({"0": np.ones((3, 2))})


@case
def dtype_policies():
    layers = seeded()
    layer = layers.Dense(2, dtype="float64")
    policy = layer.dtype_policy
    return (repr(policy), policy.name, layer.quantization_mode, policy.get_config(),
            layers.Dense(1).dtype_policy.compute_dtype)  # fmt: skip


@case
def built_layers_as_plain_data():
    layers = seeded()
    dense, attention = layers.Dense(2), layers.MultiHeadAttention(2, 3)
    dense.build((None, 3))
    attention.build((2, 3, 4), (2, 3, 4))
    plain = layers.serialize(dense)
    again = layers.deserialize(plain)
    net = tf.keras.Sequential([tf.keras.Input((3,)), layers.Dense(2)])
    several = layers.serialize(attention)["build_config"]
    inside, never = net.get_config()["layers"][1], layers.serialize(layers.Dense(1))
    return plain, again.built, tuple(again.kernel.shape), inside, several, never


@case
def weights_stand_with_their_layers():
    layers = seeded()

    class Inner(layers.Layer):
        def __init__(me, units):
            super().__init__()
            me.first, me.second = layers.Dense(units), layers.Dense(units)

        def call(me, inputs):
            return me.second(me.first(inputs))

    inputs = tf.keras.Input((3,))
    net = tf.keras.Model(inputs, layers.Dense(1)(Inner(2)(layers.Dense(4)(inputs))))
    return [w.path for w in net.weights], [tuple(w.shape) for w in net.trainable_variables]


@case
def models_inside_models():
    layers = seeded()
    inner = tf.keras.Sequential([layers.Dense(3)], name="inner")
    net = tf.keras.Sequential([tf.keras.Input((3,)), inner, layers.Dense(1)])
    known = [tf.keras.constraints.get("unit_norm")(X), tf.keras.regularizers.get("l2").get_config()]
    return [w.path for w in net.weights], net(X), known, tf.keras.constraints.get(None)
