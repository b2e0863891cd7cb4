"""Variables of layers, metrics, optimizers and modules that a traced function makes."""

from tests.conformance.case import case, tf

keras = tf.keras


@case
def a_layer_built_in_a_function():
    layer, traces = keras.layers.Dense(1), []

    @tf.function
    def f(x):
        traces.append(1)
        return layer(x)

    f(tf.ones([1, 2]))
    f(tf.ones([1, 2]))
    f(tf.ones([3, 2]))
    return traces, f.experimental_get_tracing_count()


@case(match="singleton tf.Variables created on the first call")
def two_layers_built_by_one_function():
    layers = [keras.layers.Dense(1), keras.layers.Dense(1)]

    @tf.function
    def f(x, i):
        return layers[i](x)

    f(tf.ones([1, 2]), 0)
    return f(tf.ones([1, 2]), 1)


@case
def an_optimizer_built_in_a_function():
    layer, optimizer, traces = keras.layers.Dense(1), keras.optimizers.Adam(), []
    layer.build([None, 2])

    @tf.function
    def f(x):
        traces.append(1)
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(layer(x))
        gradients = tape.gradient(y, layer.trainable_variables)
        optimizer.apply_gradients(zip(gradients, layer.trainable_variables))

    f(tf.ones([1, 2]))
    f(tf.ones([1, 2]))
    return traces, f.experimental_get_tracing_count()


@case(match="Unknown variable")
def an_optimizer_for_other_variables():
    optimizer = keras.optimizers.Adam()
    optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0))])
    optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0))])


@case(match="singleton tf.Variables created on the first call")
def a_metric_in_a_function():
    @tf.function
    def f(x):
        metric = keras.metrics.Mean()
        metric.update_state(x)
        return metric.result()

    return f(1.0)


@case(match="singleton tf.Variables created on the first call")
def a_layer_in_a_function():
    @tf.function
    def f(x):
        return keras.layers.Dense(1)(x)

    return f(tf.ones([1, 2]))


@case
def a_variable_lifted_out():
    traces, made = [], []

    @tf.function
    def f(x):
        traces.append(1)
        if not made:
            with tf.init_scope():
                made.append(tf.Variable(1.0))
        return x + made[0]

    return f(1.0), f(1.0), traces


@case(match="singleton tf.Variables created on the first call")
def a_variable_lifted_out_each_time():
    made = []

    @tf.function
    def f(x):
        with tf.init_scope():
            made.append(tf.Variable(1.0))
        return x + made[0]

    return f(1.0)


@case
def made_by_the_function_inside():
    layer, traces = keras.layers.Dense(1), []

    @tf.function
    def inner(x):
        traces.append("inner")
        return layer(x)

    @tf.function
    def outer(x):
        traces.append("outer")
        return inner(x)

    outer(tf.ones([1, 2]))
    outer(tf.ones([1, 2]))
    return traces


@case
def calls_of_a_model():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)
            self.seen = []

        def call(self, x):
            self.seen.append(tf.executing_eagerly())
            return self.dense(x)

    eager, traced, fitted = Model(), Model(), Model()
    eager(tf.ones([1, 2]))
    eager(tf.ones([1, 2]))
    f = tf.function(lambda x: traced(x))
    f(tf.ones([1, 2]))
    f(tf.ones([1, 2]))
    fitted.compile("sgd", "mse")
    fitted.fit(tf.ones([4, 2]), tf.ones([4, 1]), verbose=0, epochs=2)
    return list(eager.seen), list(traced.seen), list(fitted.seen)


@case
def traces_of_a_training_step():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.layers.Dense(4, activation="relu", kernel_initializer="ones"),
        keras.layers.Dense(1, kernel_initializer="ones"),
    ])  # fmt: skip
    optimizer, loss = keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()

    @tf.function
    def step(x, y):
        print("tracing")
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights))
        return value

    x = tf.reshape(tf.range(8.0), [4, 2])
    y = tf.reduce_sum(x, 1, keepdims=True)
    return [step(x, y) for _ in range(3)], step.experimental_get_tracing_count()


@case
def a_lstm_built_in_a_function():
    keras.utils.set_random_seed(1)
    layer = keras.layers.LSTM(2)
    f = tf.function(lambda x: layer(x))
    return f(tf.ones([1, 2, 3])), [tf.convert_to_tensor(w) for w in layer.weights]


@case
def weights_made_by_random_ops():
    class Flexible(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def build(self, shape):
            self.w = tf.Variable(tf.random.normal([shape[-1], self.units]), name="w")

        def call(self, x):
            return tf.matmul(x, self.w)

    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=[3])
    layers = [Flexible(3), Flexible(2)]
    model = keras.Model(inputs, layers[1](layers[0](inputs)))
    in_a_row = keras.Sequential([Flexible(3), Flexible(2)])
    x = tf.constant([[2.0, 2.0, 2.0]])
    return model(x), in_a_row(x), [layer.w.name for layer in layers]
