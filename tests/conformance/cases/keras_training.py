"""Keras: training, saving, optimizers, losses, metrics."""

import numpy as np

from tests.conformance.case import case, tf


def seeded():
    """Layers of this case are named and filled as in a fresh program."""
    tf.keras.utils.clear_session()
    tf.keras.utils.set_random_seed(1)


X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)


def compiled():
    seeded()
    net = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(optimizer=tf.keras.optimizers.SGD(0.1), loss=loss, metrics=["accuracy"])
    return net


LABELS = (X.sum(1) > 0).astype("int32")


@case
def fit_in_order():
    net = compiled()
    history = net.fit(X, LABELS, epochs=3, batch_size=4, shuffle=False, verbose=0)
    return history.history, history.epoch, net.get_weights()


@case
def fit_with_validation():
    net = compiled()
    history = net.fit(X, LABELS, validation_split=0.25, shuffle=False, verbose=0, epochs=2)
    return history.history


@case
def evaluate_and_predict():
    net = compiled()
    return (
        net.evaluate(X, LABELS, verbose=0),
        net.evaluate(X, LABELS, verbose=0, return_dict=True),
        net.predict(X[:3], verbose=0),
        net.train_on_batch(X, LABELS),
        net.test_on_batch(X, LABELS, return_dict=True),
    )


@case(printed=False)
def fit_on_a_dataset():
    net = compiled()
    data = tf.data.Dataset.from_tensor_slices((X, LABELS)).batch(4)
    return net.fit(data, epochs=2, verbose=0).history, int(net.optimizer.iterations)


@case
def callbacks_are_called_in_order():
    calls = []

    class Watch(tf.keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            calls.append(("train", sorted(self.params)))

        def on_epoch_begin(self, epoch, logs=None):
            calls.append(("epoch", epoch))

        def on_train_batch_end(self, batch, logs=None):
            calls.append(("batch", batch, sorted(logs)))

        def on_epoch_end(self, epoch, logs=None):
            calls.append(("done", epoch, sorted(logs)))

    compiled().fit(X, LABELS, epochs=2, batch_size=4, verbose=0, callbacks=[Watch()])
    return calls


@case
def steps_of_ones_own():
    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                predicted = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=predicted)
            variables = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, predicted)
            return {m.name: m.result() for m in self.metrics}

    net = Net()
    net.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    y = X.sum(1, keepdims=True) + 1.0
    return net.fit(X, y, epochs=2, batch_size=8, verbose=0).history, net.get_weights()


@case(match="You must call `compile")
def fit_needs_compile():
    return tf.keras.Sequential([tf.keras.layers.Dense(1)]).fit(X, LABELS)


@case(match="Data cardinality is ambiguous")
def arrays_of_different_lengths():
    return compiled().fit(X, LABELS[:3])


@case
def optimizers_and_their_variables():
    seeded()
    v = tf.Variable([1.0, 2.0], name="v")
    rule = tf.keras.optimizers.SGD(0.1, momentum=0.9)
    rule.apply_gradients([(tf.ones(2), v)])
    return [(s.path, s.numpy()) for s in rule.variables], v.numpy(), repr(rule.iterations)


def descend(make):
    v = tf.Variable([1.0, -2.0, 0.5])
    rule = make()
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v**4 - v)
        rule.apply_gradients([(tape.gradient(loss, v), v)])
    return v.numpy()


@case(rtol=2e-5)
def rules_of_optimizers():
    rules = tf.keras.optimizers
    return [
        descend(lambda: rules.Adam(0.1)), descend(lambda: rules.Adam(0.1, amsgrad=True)),
        descend(lambda: rules.RMSprop(0.1, momentum=0.5, centered=True)),
        descend(lambda: rules.Adagrad(0.5)), descend(lambda: rules.Adadelta(1.0)),
        descend(lambda: rules.Adamax(0.1)), descend(lambda: rules.Nadam(0.1)),
        descend(lambda: rules.Lion(0.1)), descend(lambda: rules.AdamW(0.1, weight_decay=0.1)),
        descend(lambda: rules.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=1.0)),
        descend(lambda: rules.SGD(rules.schedules.ExponentialDecay(0.1, 2, 0.5))),
    ]  # fmt: skip


@case
def schedules_by_step():
    make = tf.keras.optimizers.schedules
    kinds = [
        make.ExponentialDecay(0.1, 10, 0.5), make.ExponentialDecay(0.1, 4, 0.5, staircase=True),
        make.InverseTimeDecay(0.1, 10, 0.5), make.PolynomialDecay(0.1, 10, 0.01, power=2.0),
        make.CosineDecay(0.1, 10, alpha=0.1), make.PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.1]),
        make.CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=4),
    ]  # fmt: skip
    return [[float(kind(step)) for step in (0, 3, 7, 20)] for kind in kinds]


@case(match="No gradients provided for any variable")
def no_gradient_at_all():
    v = tf.Variable(1.0)
    return tf.keras.optimizers.SGD().apply_gradients([(None, v)])


@case
def losses_describe_themselves():
    make = tf.keras.losses
    loss = make.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)
    return loss.name, loss.get_config(), make.Huber().name, make.MeanSquaredError().get_config()


TRUE = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], "float32")
GUESS = np.array([[0.2, 0.7, 0.1], [0.5, 0.4, 0.1]], "float32")


@case
def losses_of_the_same_guess():
    kinds = [
        "MeanSquaredLogarithmicError",
        "SquaredHinge",
        "CategoricalHinge",
        "Poisson",
        "BinaryFocalCrossentropy",
        "CategoricalFocalCrossentropy",
        "Huber",
        "LogCosh",
    ]
    losses = [getattr(tf.keras.losses, kind)()(TRUE, GUESS) for kind in kinds]
    weighted = tf.keras.losses.MeanSquaredError(reduction="sum")(TRUE, GUESS, sample_weight=[1, 2])
    return losses, weighted, tf.keras.losses.MSE(TRUE, GUESS)


@case
def metrics_over_batches():
    seeded()
    mean = tf.keras.metrics.Mean()
    before = mean.result()
    mean.update_state([1.0, 2.0], sample_weight=[1.0, 3.0])
    mean([4.0])
    shown = repr(mean), [v.path for v in mean.variables], mean.result()
    mean.reset_state()
    best = tf.keras.metrics.SparseCategoricalAccuracy()
    best.update_state([1, 2], GUESS)
    return before, shown, mean.result(), best.result(), best.name


@case
def keras_variables():
    seeded()
    v = tf.keras.Variable(tf.ones([2]), name="v")
    added = v.assign_add([1.0, 2.0])
    return repr(v), added, v + 1, v[0], v.shape, v.ndim, isinstance(v, tf.Variable)


@case(match="must match")
def keras_variables_keep_their_shape():
    return tf.keras.Variable(tf.ones([2])).assign(tf.ones([3]))


@case
def models_come_back_from_disk():
    import tempfile

    net = compiled()
    net.fit(X, LABELS, verbose=0, shuffle=False)
    with tempfile.TemporaryDirectory() as folder:
        net.save(f"{folder}/net.keras")
        net.save_weights(f"{folder}/net.weights.h5")
        again = tf.keras.models.load_model(f"{folder}/net.keras")
        other = tf.keras.models.clone_model(net)
        other.load_weights(f"{folder}/net.weights.h5")
    same = [np.allclose(net(X), model(X)) for model in (again, other)]
    return same, repr(again), len(again.trainable_weights)


@case(match="Invalid filepath extension")
def models_have_an_ending():
    return compiled().save("somewhere")


@case
def order_of_shuffled_arrays():
    seeded()
    seen = []

    class Watching(tf.keras.Model):
        def train_step(self, data):
            x, _ = data
            seen.append(x.numpy()[:, 0].tolist())
            return {"loss": tf.constant(0.0)}

    x = np.arange(11.0, dtype="float32")[:, None]
    for shuffle in (True, "batch", False):
        model = Watching()
        model.compile(run_eagerly=True)
        model.fit(x, x, batch_size=4, epochs=2, verbose=0, shuffle=shuffle)
    return seen
