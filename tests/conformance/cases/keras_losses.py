"""Keras: losses, parts as plain data."""

import numpy as np

from tests.conformance.case import case, tf

TRUE = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0]], "float32")
PRED = np.array([[0.1, 0.9, 0.4], [0.7, 0.2, 0.5], [0.3, 0.6, 0.8], [0.45, 0.55, 0.0]], "float32")
WEIGHT = np.array([0.5, 2.0, 1.0, 0.0], "float32")


LOSSES = ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "Hinge",
          "MeanSquaredLogarithmicError", "CosineSimilarity", "Huber", "LogCosh", "SquaredHinge",
          "CategoricalHinge", "KLDivergence", "Poisson", "BinaryCrossentropy", "Dice", "Tversky",
          "BinaryFocalCrossentropy", "CategoricalCrossentropy",
          "CategoricalFocalCrossentropy")  # fmt: skip


@case
def losses_and_their_configurations():
    found = {}
    for name in LOSSES:
        kind = getattr(tf.keras.losses, name)
        values = [kind()(TRUE, PRED), kind(reduction="sum")(TRUE, PRED),
                  kind(reduction=None)(TRUE, PRED)]  # fmt: skip
        if name not in ("Dice", "Tversky"):
            weighted = kind(reduction="mean_with_sample_weight")
            values += [kind()(TRUE, PRED, WEIGHT), weighted(TRUE, PRED, sample_weight=WEIGHT)]
        again = kind.from_config(kind().get_config())
        found[name] = [*values, kind().get_config(), again.name, kind().dtype]
    return found


@case
def losses_of_overlap():
    losses = tf.keras.losses
    true, predicted = TRUE[..., None], PRED[..., None]
    return [
        losses.Dice(axis=(1, 2), reduction=None)(true, predicted), losses.dice(true, predicted),
        losses.Tversky(0.3, 0.7)(true, predicted), losses.tversky(true, predicted, axis=(1, 2)),
        losses.Tversky(axis=(1, 2), reduction="sum").get_config(), losses.Dice().get_config(),
    ]  # fmt: skip


@case
def loss_of_pairs():
    losses = tf.keras.losses
    labels = np.array([0, 1, 0, 1])
    vectors = tf.math.l2_normalize(tf.constant(PRED * 2 - 1), -1)
    return [
        losses.Circle()(labels, vectors), losses.Circle(gamma=2.0, margin=0.1)(labels, vectors),
        losses.circle(labels, vectors, gamma=4.0), losses.Circle().get_config(),
        losses.circle(labels, vectors, remove_diagonal=False, gamma=3.0),
    ]  # fmt: skip


@case
def generalized_cross_entropy():
    losses = tf.keras.losses
    labels = np.array([1, 0, 2, 1])
    return [
        losses.CategoricalGeneralizedCrossEntropy()(labels, PRED),
        losses.CategoricalGeneralizedCrossEntropy(q=0.2, reduction=None)(labels, PRED),
        losses.CategoricalGeneralizedCrossEntropy(0.3).get_config(),
    ]


@case(match=r"q must be in the interval \(0, 1\)")
def generalized_cross_entropy_of_another_exponent():
    return tf.keras.losses.CategoricalGeneralizedCrossEntropy(q=1.0)


@case
def loss_of_sequences():
    logits = np.sin(np.arange(40, dtype="float32")).reshape(2, 5, 4)
    labels = np.array([[1, 2, 0], [3, 3, 1]])
    return (tf.keras.losses.ctc(labels, tf.constant(logits)), tf.keras.losses.CTC().get_config(),
            tf.keras.losses.CTC()(labels, logits), tf.keras.losses.CTC().name)  # fmt: skip


@case(match="are expected to be a tensor of shape `\\(batch_size, max_length\\)`")
def loss_of_sequences_of_another_rank():
    return tf.keras.losses.CTC()(np.array([1, 2]), np.zeros((2, 5, 4), "float32"))


@case
def losses_take_one_axis_more():
    losses = tf.keras.losses
    found = []
    for function in (losses.mse, losses.mae, losses.MeanSquaredError(reduction=None)):
        column, row = np.array([[1.0], [2.0]], "float32"), np.array([1.5, 2.5], "float32")
        found += [function(column, row), function(row, column)]
        found.append(function(np.ones((2, 3)), np.zeros((2, 3, 1))))
    return found


@case
def losses_compute_in_their_dtype():
    loss = tf.keras.losses.MeanSquaredError(dtype="float64")
    plain = tf.keras.losses.MeanSquaredError()
    wide = plain(tf.constant([1.0], "float64"), np.array([2.0]))
    return loss([1, 2], [3.0, 2.0]), wide, loss.dtype


@case(match="structure")
def losses_want_one_structure():
    return tf.keras.losses.MeanSquaredError()(tf.constant([1.0]), [2.0])


@case
def losses_of_lists():
    loss = tf.keras.losses.MeanSquaredError()
    return loss([1.0, 2.0], [3.0, 2.0]), loss([[1.0], [2.0]], [[3.0], [2.0]])


@case
def losses_as_plain_data():
    losses = tf.keras.losses
    plain = [losses.serialize(losses.Huber(0.5)), losses.serialize(losses.mse)]
    again = losses.deserialize(losses.serialize(losses.BinaryCrossentropy(label_smoothing=0.1)))
    return plain, again.get_config(), losses.deserialize("Huber").name, losses.deserialize("x")


@case(match="Invalid value for argument `reduction`")
def loss_of_another_reduction():
    return tf.keras.losses.MeanSquaredError(reduction="auto")


@case(match="Could not interpret loss identifier: nope")
def loss_of_an_unknown_name():
    return tf.keras.losses.get("nope")


@case
def own_loss_with_other_first_parameter():
    class Squared(tf.keras.losses.Loss):
        def __init__(this, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            this.factor = factor

        def call(this, y_true, y_pred):
            return this.factor * tf.square(y_true - y_pred)

        def get_config(this):
            return {**super().get_config(), "factor": this.factor}

    loss = Squared(3.0, name="mine", reduction="sum")
    return loss(TRUE, PRED), loss.get_config(), loss(TRUE, PRED, np.ones((4, 1)))


@case
def parts_as_plain_data():
    tf.keras.utils.clear_session()
    keras = tf.keras
    return [
        keras.activations.serialize(keras.activations.relu),
        keras.activations.deserialize("x"),
        keras.activations.serialize(keras.activations.softmax),
        keras.initializers.serialize(keras.initializers.HeNormal(seed=1)),
        keras.initializers.deserialize("he_normal").get_config(),
        keras.initializers.deserialize({"class_name": "Zeros", "config": {}}).get_config(),
        keras.regularizers.serialize(keras.regularizers.L2(0.1)),
        keras.regularizers.deserialize("l2").get_config(),
        keras.constraints.serialize(keras.constraints.MaxNorm(2)),
        keras.optimizers.deserialize({"class_name": "adam", "config": {}}).name,
    ]


@case(match="Could not locate class 'Foo'")
def layer_of_an_unknown_class():
    return tf.keras.layers.deserialize({"class_name": "Foo", "config": {"units": 3}})


@case
def functions_take_shapes_as_they_are():
    losses = tf.keras.losses
    row, column = np.array([1.0, 0.0], "float32"), np.array([[0.7], [0.2]], "float32")
    names = ("hinge", "squared_hinge", "categorical_hinge", "kld", "poisson", "mse", "mae", "huber")
    return {name: getattr(losses, name)(row, column) for name in names}


@case(match="must have the same rank")
def cross_entropy_of_other_ranks():
    return tf.keras.metrics.BinaryCrossentropy()([1.0, 0.0], [[0.7], [0.2]])


@case(match="must have the same shape")
def cross_entropy_of_other_shapes():
    return tf.keras.losses.categorical_crossentropy(np.ones((2, 3)), np.ones((2, 4)))
