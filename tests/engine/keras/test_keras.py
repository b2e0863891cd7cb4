"""Keras layers, models, losses, metrics, optimizers; figures read off TensorFlow 2.21."""

import numpy as np
import pytest

import engine as tf

X = np.linspace(-1, 1, 12).reshape(4, 3).astype("float32")
Y = np.array([0, 1, 2, 1])


def model():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(5, activation="relu", kernel_initializer="ones"),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(3, kernel_initializer=tf.keras.initializers.Constant(0.1)),
        ]
    )


def test_training_with_sgd_follows_tensorflow():
    net = model()
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.SGD(0.1)
    accuracy, mean = tf.keras.metrics.SparseCategoricalAccuracy(), tf.keras.metrics.Mean()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            logits = net(x, training=False)
            loss = loss_fn(y, logits)
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables))
        accuracy.update_state(y, logits)
        mean(loss)
        return loss

    for _ in range(4):
        loss = step(tf.constant(X), tf.constant(Y))
    np.testing.assert_allclose(loss, 0.94723624, rtol=1e-6)
    np.testing.assert_allclose(accuracy.result(), 0.4375)
    np.testing.assert_allclose(mean.result(), 1.0068666, rtol=1e-6)
    assert int(optimizer.iterations) == 4


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: tf.keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        lambda: tf.keras.optimizers.Adam(0.1),
        lambda: tf.keras.optimizers.RMSprop(0.05, momentum=0.5, centered=True),
        lambda: tf.keras.optimizers.Adagrad(0.5),
        lambda: tf.keras.optimizers.AdamW(0.1),
    ],
)
def test_optimizers_go_downhill_eager_and_traced_alike(optimizer):
    def run(wrap):
        v, rule = tf.Variable([1.0, -2.0]), optimizer()

        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v * v)
            rule.apply_gradients([(tape.gradient(loss, v), v)])
            return loss

        step = wrap(step)
        return [float(step()) for _ in range(5)], v.numpy()

    losses, value = run(lambda f: f)
    traced_losses, traced_value = run(tf.function)
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(losses, traced_losses, rtol=1e-6)
    np.testing.assert_allclose(value, traced_value, rtol=1e-6)


def test_cells_and_recurrent_layers():
    x = tf.constant(X)
    cell = tf.keras.layers.LSTMCell(2, kernel_initializer="ones", recurrent_initializer="ones")
    out, states = cell(x, [tf.ones([4, 2]) * 0.1] * 2)
    np.testing.assert_allclose(out[:2, 0], [-0.0067, -0.04635], atol=1e-5)
    assert len(states) == 2
    gru = tf.keras.layers.GRUCell(2, kernel_initializer="ones", recurrent_initializer="ones")
    out, _ = gru(x, [tf.ones([4, 2]) * 0.1])
    np.testing.assert_allclose(out[:2, 0], [-0.88178, -0.37698], atol=1e-5)
    layer = tf.keras.layers.LSTM(
        3, kernel_initializer="ones", recurrent_initializer="ones", return_sequences=True
    )
    out = layer(tf.reshape(x, [2, 2, 3]))
    np.testing.assert_allclose(out[:, :, 0], [[-0.00615, -0.07371], [0.30276, 0.86103]], atol=1e-5)


def test_batch_normalization_moves_its_statistics():
    layer = tf.keras.layers.BatchNormalization()
    out = layer(tf.constant(X), training=True)
    np.testing.assert_allclose(out[0], [-1.33984] * 3, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, [-0.00182, 0.0, 0.00182], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BinaryCrossentropy", 0.33241874), ("CategoricalCrossentropy", 0.52491105),
        ("MeanSquaredError", 0.09333333), ("MeanAbsoluteError", 0.26666668),
        ("Huber", 0.04666667), ("KLDivergence", 0.52490819), ("CosineSimilarity", -0.86204803),
        ("Hinge", 0.93333328), ("LogCosh", 0.0453767),
    ],
)  # fmt: skip
def test_losses(name, expected):
    predicted = tf.constant([[0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
    true = tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    loss = getattr(tf.keras.losses, name)()(true, predicted)
    np.testing.assert_allclose(loss, expected, rtol=2e-6)


def test_models_from_symbolic_inputs():
    inputs = tf.keras.Input(shape=[3])
    hidden = tf.keras.layers.Dense(4, kernel_initializer="ones")(inputs)
    joined = tf.keras.layers.Concatenate()([hidden, inputs])
    outputs = tf.keras.layers.Dense(1, kernel_initializer="ones")(joined)
    net = tf.keras.Model(inputs=inputs, outputs=outputs)
    np.testing.assert_allclose(net(tf.constant([[1.0, 2.0, 3.0]])), [[30.0]])
    assert len(net.layers) == 4
    assert len(net.trainable_variables) == 4


def test_layers_are_built_by_their_first_input():
    layer = tf.keras.layers.Dense(2)
    assert layer.weights == []
    layer(tf.zeros([1, 7]))
    assert layer.kernel.shape == (7, 2)
    assert layer.count_params() == 16


def test_a_layer_that_is_not_trainable_has_no_trainable_weights():
    net = model()
    net(tf.constant(X))
    net.layers[0].trainable = False
    assert len(net.trainable_variables) == 2
    assert len(net.non_trainable_weights) == 2
    assert len(net.non_trainable_variables) == 3  # and the state of the random numbers


def test_learning_rate_schedules():
    decay = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    optimizer = tf.keras.optimizers.SGD(decay)
    v = tf.Variable(1.0)
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant(1.0), v)])
    np.testing.assert_allclose(v, 1.0 - 0.1 - 0.1 * 0.5**0.5, rtol=1e-6)
