"""Keras: recurrent cells and layers with all their options."""

import numpy as np

from tests.conformance.case import case, tf


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)
    return tf.keras.layers


X = np.sin(np.arange(30, dtype="float32")).reshape(2, 5, 3)
MASK = np.array([[True, True, False, True, False], [True, False, True, True, True]])
KINDS = ("LSTM", "GRU", "SimpleRNN")


@case
def configurations_of_recurrent_layers():
    layers = seeded()
    found = []
    for kind in KINDS:
        layer = getattr(layers, kind)(2, dropout=0.2, kernel_regularizer="l2", stateful=False)
        cell = getattr(layers, f"{kind}Cell")(3, use_bias=False, recurrent_dropout=0.1)
        again = type(layer).from_config(layer.get_config())
        found += [layer.get_config(), cell.get_config(), again.get_config(), layer.units]
        found += [layer.dropout, layer.use_bias, type(layer.kernel_initializer).__name__]
    return found


@case
def recurrent_layers_and_their_weights():
    layers = seeded()
    found = []
    for kind in KINDS:
        layer = getattr(layers, kind)(2, return_sequences=True, return_state=True)
        found += [layer(X), [(w.path, tuple(w.shape)) for w in layer.weights]]
        found.append(getattr(layers, kind)(2, go_backwards=True, unroll=True)(X))
    return found


@case
def dropout_in_recurrent_layers():
    layers = seeded()
    found = []
    for kind in KINDS:
        for options in ({"dropout": 0.5}, {"recurrent_dropout": 0.5},
                        {"dropout": 0.3, "recurrent_dropout": 0.3}):  # fmt: skip
            layer = getattr(layers, kind)(2, seed=3, **options)
            found += [layer(X, training=True), layer(X, training=True), layer(X)]
    return found


@case
def dropout_in_cells():
    layers = seeded()
    found = []
    for kind in KINDS:
        cell = getattr(layers, f"{kind}Cell")(2, seed=4, dropout=0.5)
        state = cell.get_initial_state(batch_size=2)
        out, state = cell(X[:, 0], state, training=True)
        found += [out, cell(X[:, 1], state, training=True)[0], cell(X[:, 1], state)[0]]
    return found


@case
def gates_without_reset_after():
    layers = seeded()
    layer = layers.GRU(2, reset_after=False)
    dropped = layers.GRU(2, reset_after=False, recurrent_dropout=0.4, seed=2)
    return layer(X), [tuple(w.shape) for w in layer.weights], dropped(X, training=True)


@case
def regularized_recurrent_layers():
    layers = seeded()
    layer = layers.LSTM(2, kernel_regularizer="l2", bias_regularizer="l1",
                        activity_regularizer="l2", recurrent_constraint="max_norm")  # fmt: skip
    result = layer(X)
    return result, layer.losses, type(layer.recurrent_constraint).__name__


@case
def masked_recurrent_layers():
    layers = seeded()
    found = []
    for kind in KINDS:
        for zero in (False, True):
            layer = layers.RNN(getattr(layers, f"{kind}Cell")(2), return_sequences=True,
                               zero_output_for_mask=zero)  # fmt: skip
            found.append(layer(X, mask=tf.constant(MASK)))
        found.append(getattr(layers, kind)(2)(X, mask=tf.constant(MASK)))
    return found


@case
def stateful_recurrent_layers():
    layers = seeded()
    found = []
    for kind in KINDS:
        layer = getattr(layers, kind)(2, stateful=True)
        found += [layer(X), layer(X)]
        layer.reset_state()
        found += [layer(X), layer.get_config()["stateful"], len(layer.weights)]
    return found


@case
def stacked_cells():
    layers = seeded()
    cells = [layers.LSTMCell(2), layers.GRUCell(3), layers.SimpleRNNCell(2)]
    layer = layers.RNN(cells, return_state=True)
    result = layer(X)
    return (
        result,
        layers.RNN.from_config(layer.get_config())(X)[0].shape,
        [w.path for w in layer.weights],
    )


@case
def recurrent_layers_with_initial_states():
    layers = seeded()
    h, c = np.ones((2, 2), "float32"), np.full((2, 2), 0.5, "float32")
    return (layers.LSTM(2)(X, initial_state=[h, c]), layers.GRU(2)(X, initial_state=h),
            layers.SimpleRNN(2)(X, initial_state=[h]))  # fmt: skip


@case
def bidirectional_layers():
    layers = seeded()
    found = []
    for mode in ("concat", "sum", "ave", "mul", None):
        layer = layers.Bidirectional(layers.GRU(2, dropout=0.0), merge_mode=mode)
        found.append(layer(X))
    layer = layers.Bidirectional(layers.LSTM(2, return_sequences=True, return_state=True))
    found += [layer(X), [w.path for w in layer.weights]]
    again = type(layer).from_config(layer.get_config())
    return found, layer.get_config(), again.backward_layer.name, again.merge_mode


@case(match="expected a positive integer")
def a_cell_without_units():
    return tf.keras.layers.LSTMCell(0)


@case(match="Invalid valid received for argument `use_cudnn`")
def another_use_of_cudnn():
    return tf.keras.layers.GRU(2, use_cudnn="yes")


@case(match="expected ndim=3, found ndim=2")
def a_recurrent_layer_on_a_matrix():
    return tf.keras.layers.LSTM(2)(X[0])


@case
def training_through_recurrent_layers():
    layers = seeded()
    net = tf.keras.Sequential([tf.keras.Input((5, 3)), layers.LSTM(3, dropout=0.2),
                               layers.Dense(1)])  # fmt: skip
    net.compile("sgd", "mse")
    history = net.fit(np.tile(X, (4, 1, 1)), np.arange(8.0), batch_size=4, epochs=2, verbose=0,
                      shuffle=False)  # fmt: skip
    return history.history


@case
def a_cell_of_ones_own():
    layers = seeded()

    class Decaying(layers.Layer):
        def __init__(this, units):
            super().__init__()
            this.units = this.state_size = units

        def build(this, input_shape):
            this.kernel = this.add_weight(shape=(input_shape[-1], this.units), name="kernel")

        def call(this, inputs, states):
            out = inputs @ this.kernel + 0.5 * states[0]
            return out, [out]

    layer = layers.RNN(Decaying(2), return_sequences=True)
    return layer(X), [w.path for w in layer.weights]
