"""Models made from inputs and outputs, by `Model` and by subclasses of it; input layers."""

import warnings

import numpy as np

from tests.conformance.case import case, tf

layers = tf.keras.layers


def reason(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__


class Custom(tf.keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}


class Further(Custom):
    def __init__(self, *args, extra=1, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = extra


class Doubled(tf.keras.Model):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)

    def call(self, x, training=None):
        return super().call(x) * 2.0


class Inside(tf.keras.Model):
    def __init__(self):
        inputs = tf.keras.Input((2,))
        dense = layers.Dense(2, kernel_initializer="ones")
        super().__init__(inputs=inputs, outputs=dense(inputs))
        self.last = dense


def parts():
    inputs = tf.keras.Input((2,))
    return inputs, layers.Dense(1, kernel_initializer="ones")(inputs)


@case
def subclasses_made_from_inputs_and_outputs():
    i, o = parts()
    x = tf.ones((1, 2))
    made = [Custom(i, o), Custom(inputs=i, outputs=o), Further(i, o, extra=3), Further(i, o),
            Doubled(i, o), Inside()]  # fmt: skip
    return (
        [model(x) for model in made], [type(model).__name__ for model in made], made[2].extra,
        [isinstance(model, tf.keras.Model) for model in made], made[5].last.units,
        [len(model.layers) for model in made], made[0].count_params(), type(
            tf.keras.Model(i, o)).__name__,
    )  # fmt: skip


@case
def subclasses_made_from_inputs_are_trained():
    i, o = parts()
    found = []
    for model in (Custom(i, o), Further(i, o)):
        model.compile("sgd", "mse")
        history = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0).history
        found.append(sorted(history))
        found.append(model.predict(np.ones((2, 2)), verbose=0))
    return found


@case
def other_models_stay_as_they_are():
    class Plain(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.dense(x)

    i, o = parts()
    model = tf.keras.Model(inputs=[i], outputs={"a": o})
    return Plain()(tf.ones((1, 2))), Plain.__bases__[0].__name__, model(tf.ones((1, 2)))


@case
def input_layers_and_their_shapes():
    def shape(**options):
        return reason(lambda: layers.InputLayer(**options).batch_shape)

    made = [
        {"input_shape": (3,)}, {"shape": (3,)}, {"batch_shape": (2, 3)},
        {"input_shape": (3,), "batch_size": 4}, {}, {"shape": 3},
        {"shape": (3,), "batch_shape": (1, 3)}, {"shape": (None, 3)},
    ]  # fmt: skip
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        sequential = tf.keras.Sequential([layers.InputLayer(input_shape=(3,)), layers.Dense(2)])
        shapes = [shape(**options) for options in made]
    return (
        shapes, sequential.output_shape, [str(w.message) for w in warned], reason(tf.keras.Input),
        reason(lambda: tf.keras.Input(tensor=tf.ones(2))),
    )  # fmt: skip


@case
def states_before_the_first_step():
    recurrent = [layers.GRU(3), layers.LSTM(3), layers.SimpleRNN(3)]
    return [[tuple(t.shape) for t in layer.get_initial_state(2)] for layer in recurrent]


@case
def elements_that_are_no_batches_for_one_replica():
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    return list(strategy.experimental_distribute_dataset(tf.data.Dataset.range(3)))
