"""Layers over steps: states kept between calls, cells of one's own, names of outputs."""

from tests.conformance.case import case, tf

layers = tf.keras.layers
ONES = {"kernel_initializer": "ones", "recurrent_initializer": "ones"}


@case
def states_kept_between_calls():
    layer = layers.LSTM(2, stateful=True, return_sequences=True, **ONES)
    x = tf.ones((1, 2, 1)) * 0.1
    first = [layer(x), layer(x)]
    layer.reset_state()
    again, traced = layer(x), tf.function(lambda t: layer(t))
    config = layer.get_config()
    return (
        first, again, [traced(x), traced(x)], [tuple(s.shape) for s in layer.states],
        len(layer.weights), config["stateful"], config["unroll"], layers.GRU(2).states,
    )  # fmt: skip


@case
def models_keep_states():
    model = tf.keras.Sequential(
        [layers.GRU(2, stateful=True, **ONES), layers.Dense(1, kernel_initializer="ones")]
    )
    x = tf.ones((1, 2, 1)) * 0.1
    found = [model(x), model(x)]
    model.layers[0].reset_state()
    return [*found, model(x)]


@case
def batches_of_unknown_size_keep_no_states():
    try:
        return layers.LSTM(2, stateful=True)(tf.keras.Input((3, 1)))
    except ValueError as error:
        return str(error)


@case
def cells_of_ones_own():
    class Cell(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = self.state_size = units

        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="ones")
            self.loop = self.add_weight(shape=(self.units, self.units), initializer="ones")
            self.built = True

        def call(self, x, states):
            h = tf.tanh(x @ self.kernel + states[0] @ self.loop)
            return h, [h]

    x = tf.ones((1, 3, 2)) * 0.1
    return (
        layers.RNN(Cell(2), return_sequences=True)(x), layers.RNN(Cell(2), return_state=True)(x),
        layers.RNN(layers.SimpleRNNCell(2, **ONES), unroll=True)(x),
    )  # fmt: skip


@case
def names_of_outputs():
    a = tf.keras.Input((2,), name="a")
    one = layers.Dense(1, name="one")(a)
    two = layers.Dense(2, name="two")(one)
    sequential = tf.keras.Sequential([tf.keras.Input((2,)), layers.Dense(2, name="last")])
    return list(tf.keras.Model(a, [one, two]).output_names), list(sequential.output_names)


@case
def shapes_by_keras_ops():
    x = tf.ones((2, 3))
    ask = tf.function(
        lambda t: tf.keras.ops.shape(t)[0] + tf.keras.ops.shape(t)[1],
        input_signature=[tf.TensorSpec([None, 3])],
    )
    return tf.keras.ops.shape(x), ask(x)
