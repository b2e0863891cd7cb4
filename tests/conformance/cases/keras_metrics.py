"""Keras: metrics, their values, state, configurations and refusals."""

import numpy as np

from tests.conformance.case import case, tf


def fresh():
    """Metrics of this case are named as in a fresh program."""
    tf.keras.utils.clear_session()
    return tf.keras.metrics


TRUE = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0]], "float32")
PRED = np.array([[0.1, 0.9, 0.4], [0.7, 0.2, 0.5], [0.3, 0.6, 0.8], [0.45, 0.55, 0.0]], "float32")
FLAT = TRUE.reshape(-1)
FLAT_PRED = PRED.reshape(-1)
WEIGHT = np.array([0.5, 2.0, 1.0, 0.0], "float32")


@case
def counts_of_outcomes():
    m = fresh()
    found = []
    for kind in (m.TruePositives, m.TrueNegatives, m.FalsePositives, m.FalseNegatives):
        for thresholds in (None, 0.3, [0.2, 0.7], [0.0, 0.5, 1.0]):
            metric = kind(thresholds=thresholds)
            found.append(tf.convert_to_tensor(metric(TRUE, PRED)))
            found.append(tf.convert_to_tensor(metric(TRUE, PRED, WEIGHT)))
            found.append((metric.name, metric.get_config(), metric.variables[0].path))
    return found


@case
def counts_with_weights_of_elements():
    m = fresh()
    metric = m.FalsePositives()
    metric.update_state([0, 1, 0, 0], [0, 0, 1, 1], sample_weight=[0, 0, 1, 0])
    metric.update_state([0, 1, 0, 0], [0, 0, 1, 1], sample_weight=0.5)
    first = metric.result()
    metric.reset_state()
    return first, metric.result(), repr(metric.variables)


@case
def precision_and_recall():
    m = fresh()
    found = []
    for kind in (m.Precision, m.Recall):
        for options in ({}, {"thresholds": 0.3}, {"thresholds": [0.1, 0.6]}, {"top_k": 2},
                        {"class_id": 1}, {"top_k": 1, "class_id": 2},
                        {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}):  # fmt: skip
            metric = kind(**options)
            found += [metric(TRUE, PRED), metric(TRUE, PRED, WEIGHT), metric.get_config()]
    return found


@case
def precision_before_any_value():
    m = fresh()
    return m.Precision().result(), m.Recall(thresholds=[0.1, 0.2]).result(), m.AUC().result()


@case(match=r"Threshold values must be in \[0, 1\]")
def precision_refuses_a_threshold():
    return fresh().Precision(thresholds=[0.2, 1.5])


@case(match="class_id is provided")
def precision_of_a_class_needs_columns():
    return fresh().Precision(class_id=1)(FLAT, FLAT_PRED)


@case
def area_under_curves():
    m = fresh()
    found = []
    for curve in ("ROC", "PR", "PRGAIN"):
        for method in ("interpolation", "minoring", "majoring"):
            metric = m.AUC(num_thresholds=20, curve=curve, summation_method=method)
            found += [metric(FLAT, FLAT_PRED), metric(FLAT, FLAT_PRED, FLAT_PRED)]
            found.append(metric.get_config())
    return found


@case
def area_under_curve_of_default_thresholds():
    m = fresh()
    metric = m.AUC()
    metric.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    names = [v.path for v in metric.variables]
    return metric.result(), names, len(metric.thresholds), metric.thresholds[:3]


@case
def area_with_given_thresholds():
    m = fresh()
    metric = m.AUC(thresholds=[0.7, 0.25, 0.5])
    return metric(FLAT, FLAT_PRED), metric.thresholds, metric.num_thresholds


@case
def area_of_labels():
    m = fresh()
    found = []
    for options in ({"multi_label": True}, {"multi_label": True, "num_labels": 3, "curve": "PR"},
                    {"multi_label": True, "label_weights": [0.5, 1.0, 2.0]},
                    {"label_weights": [0.5, 1.0, 2.0]},
                    {"multi_label": True, "thresholds": [0.3, 0.6]}):  # fmt: skip
        metric = m.AUC(num_thresholds=11, **options)
        found += [metric(TRUE, PRED), metric(TRUE, PRED, WEIGHT)]
    return found


@case
def area_of_logits():
    return fresh().AUC(from_logits=True)(FLAT, FLAT_PRED * 6 - 3)


@case
def area_starts_again():
    metric = fresh().AUC(num_thresholds=5)
    metric.update_state(FLAT, FLAT_PRED)
    metric.reset_state()
    return metric.result(), repr(metric.variables[0])


@case(match="Invalid AUC curve value")
def area_of_an_unknown_curve():
    return fresh().AUC(curve="x")


@case(match="Invalid AUC summation method value")
def area_by_an_unknown_method():
    return fresh().AUC(summation_method="x")


@case(match="must be an integer > 1")
def area_of_one_threshold():
    return fresh().AUC(num_thresholds=1)


@case(match="`num_labels` is needed only when `multi_label` is True")
def area_with_needless_labels():
    return fresh().AUC(num_labels=2)


@case(match="must have rank 2 when `multi_label=True`")
def area_of_labels_needs_columns():
    return fresh().AUC(multi_label=True)(FLAT, FLAT_PRED)


@case
def best_where_another_is_reached():
    m = fresh()
    found = []
    for kind, name in ((m.PrecisionAtRecall, "recall"), (m.RecallAtPrecision, "precision"),
                       (m.SensitivityAtSpecificity, "specificity"),
                       (m.SpecificityAtSensitivity, "sensitivity")):  # fmt: skip
        for options in ({}, {"num_thresholds": 1}, {"num_thresholds": 7, "class_id": 1}):
            metric = kind(0.6, **options)
            found += [metric(TRUE, PRED), metric(TRUE, PRED, WEIGHT), metric.get_config()]
        found.append(kind(**{name: 0.95})(FLAT, FLAT_PRED))
        found.append([v.path for v in kind(0.5).variables])
    return found


@case(match=r"Argument `recall` must be in the range \[0, 1\]")
def precision_at_an_impossible_recall():
    return fresh().PrecisionAtRecall(1.2)


@case(match="`num_thresholds` must be an integer > 0")
def precision_at_recall_without_thresholds():
    return fresh().PrecisionAtRecall(0.2, num_thresholds=0)


@case
def f_scores():
    m = fresh()
    found = []
    for average in (None, "micro", "macro", "weighted"):
        for threshold in (None, 0.5):
            metric = m.F1Score(average=average, threshold=threshold)
            found += [metric(TRUE, PRED), metric(TRUE, PRED, WEIGHT), metric.get_config()]
            metric = m.FBetaScore(average=average, threshold=threshold, beta=2.0)
            found += [metric(TRUE, PRED), metric.get_config(), metric.name]
    return found


@case(match="Invalid `average` argument value")
def f_score_of_another_average():
    return fresh().F1Score(average="mean")


@case(match="It should be a Python float")
def f_score_of_an_integer_beta():
    return fresh().FBetaScore(beta=2)


@case(match="It should be > 0")
def f_score_of_beta_zero():
    return fresh().FBetaScore(beta=0.0)


@case(match="It should verify 0 < threshold <= 1")
def f_score_of_a_threshold_too_large():
    return fresh().F1Score(threshold=1.5)


@case(match="expects 2D inputs with shape")
def f_score_of_one_axis():
    return fresh().F1Score()(FLAT, FLAT_PRED)


@case
def overlaps():
    m = fresh()
    true, predicted = [0, 1, 2, 1, 0, 2], [0, 2, 2, 1, 1, 2]
    weights = [1, 2, 1, 3, 1, 1]
    found = []
    for metric in (m.IoU(3, [0]), m.IoU(3, [0, 2]), m.MeanIoU(3), m.MeanIoU(3, ignore_class=0),
                   m.MeanIoU(5), m.IoU(3, (1,), dtype="float32")):  # fmt: skip
        found += [metric(true, predicted), metric(true, predicted, weights), metric.get_config()]
        found += [repr(metric.variables[0]), metric.name]
    return found


@case
def overlaps_of_images():
    m = fresh()
    true = np.arange(12).reshape(2, 2, 3) % 3
    return m.MeanIoU(3)(true, true.transpose(0, 1, 2)[:, ::-1]), m.MeanIoU(2)(true, true)


@case
def overlaps_of_two_classes():
    m = fresh()
    metric = m.BinaryIoU([1], threshold=0.3)
    metric.update_state([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7], sample_weight=[1, 2, 3, 4])
    return metric.result(), m.BinaryIoU()(FLAT, FLAT_PRED), metric.get_config(), metric.name


@case
def overlaps_of_one_hot_labels():
    m = fresh()
    one = m.OneHotIoU(3, [0, 2])
    mean = m.OneHotMeanIoU(3, sparse_y_pred=True)
    return (one(TRUE, PRED), mean(TRUE, [0, 1, 2, 2]), one.get_config(), mean.get_config(),
            m.OneHotMeanIoU(3)(TRUE, PRED, WEIGHT.astype("int32")))  # fmt: skip


@case(match="Target class id 3 is out of range")
def overlap_of_an_impossible_class():
    return fresh().IoU(3, [3])


@case
def determination():
    m = fresh()
    true, predicted = TRUE + 0.5, PRED
    found = []
    for aggregation in ("uniform_average", "variance_weighted_average", None):
        metric = m.R2Score(class_aggregation=aggregation)
        found += [metric(true, predicted), metric(true, predicted, WEIGHT), metric.get_config()]
        found.append([v.path for v in metric.variables])
    return found, m.R2Score(num_regressors=1)(true, predicted)


@case(match="Invalid value for argument `class_aggregation`")
def determination_of_another_kind():
    return fresh().R2Score(class_aggregation="x")


@case(match="Expected a value >= 0")
def determination_of_negative_regressors():
    return fresh().R2Score(num_regressors=-1)


@case
def angles_and_correlations():
    m = fresh()
    found = []
    for kind in (m.CosineSimilarity, m.PearsonCorrelation, m.ConcordanceCorrelation):
        metric = kind()
        found += [metric(TRUE, PRED), metric(TRUE, PRED, WEIGHT), metric.get_config()]
        found.append(kind(axis=0)(TRUE, PRED))
    return found, m.pearson_correlation(TRUE, PRED), m.concordance_correlation(TRUE, PRED)


@case
def means_count_examples():
    m = fresh()
    found = []
    for values, weight in (([[1.0, 2.0], [3.0, 5.0]], None), (4.0, None), ([1, 2, 3], [1, 0, 2]),
                           ([[1.0, 2.0], [3.0, 5.0]], [0.5, 2.0]), ([1.0, 2.0], 3.0),
                           ([[1.0, 2.0], [3.0, 5.0]], [[1.0, 0.0], [0.5, 0.5]])):  # fmt: skip
        for kind in (m.Mean, m.Sum):
            metric = kind()
            metric.update_state(values, sample_weight=weight)
            found += [metric.result(), [v.numpy() for v in metric.variables]]
    return found


@case
def metrics_by_their_functions():
    m = fresh()
    names = ("mse", "mae", "mape", "msle", "MSE", "binary_crossentropy", "categorical_crossentropy",
             "hinge", "squared_hinge", "categorical_hinge", "kld", "poisson", "logcosh", "huber",
             "binary_focal_crossentropy", "categorical_focal_crossentropy", "binary_accuracy",
             "categorical_accuracy", "kullback_leibler_divergence")  # fmt: skip
    return {name: getattr(m, name)(TRUE, PRED) for name in names}


@case
def accuracies():
    m = fresh()
    labels = np.array([1, 0, 2, 1])
    return [
        m.sparse_categorical_accuracy(labels, PRED),
        m.sparse_categorical_accuracy(labels[:, None], PRED),
        m.sparse_top_k_categorical_accuracy(labels, PRED, k=2),
        m.sparse_top_k_categorical_accuracy(
            labels, np.array([[1, 0], [2, 1], [2, 1], [0, 1]]), k=2, from_sorted_ids=True
        ),
        m.top_k_categorical_accuracy(TRUE, PRED, k=2), m.binary_accuracy(TRUE, PRED),
        m.binary_accuracy(TRUE, PRED, threshold=0.3), m.categorical_accuracy(TRUE, PRED),
        m.binary_accuracy([[1], [0]], [0.7, 0.2]), m.binary_accuracy([1, 0], [[0.7], [0.2]]),
        m.BinaryAccuracy(threshold=0.2)(TRUE, PRED), m.Accuracy()([1, 2, 3], [1, 2, 4]),
        m.SparseTopKCategoricalAccuracy(1)(labels, PRED), m.TopKCategoricalAccuracy(2)(TRUE, PRED),
        m.SparseTopKCategoricalAccuracy(2).get_config(), m.BinaryAccuracy().get_config(),
        m.sparse_categorical_accuracy(np.zeros((2, 2, 1)), np.zeros((2, 2, 4))),
    ]  # fmt: skip


@case
def metrics_say_what_they_are():
    m = fresh()
    kinds = (m.MeanSquaredError, m.RootMeanSquaredError, m.BinaryCrossentropy, m.Poisson,
             m.CategoricalCrossentropy, m.SparseCategoricalCrossentropy, m.LogCoshError, m.Hinge,
             m.CosineSimilarity, m.KLDivergence, m.Mean, m.Sum, m.CategoricalHinge)  # fmt: skip
    return [(kind().name, kind(dtype="float64").get_config(), repr(kind())) for kind in kinds]


@case
def metrics_as_plain_data():
    m = fresh()
    made = [m.AUC(), m.Precision(0.3), m.MeanIoU(2), m.F1Score(), m.MeanSquaredError(name="e")]
    plain = [m.serialize(metric) for metric in made]
    again = [m.deserialize(item) for item in plain]
    return plain, again, [metric.get_config() for metric in again]


@case
def metrics_by_name():
    m = fresh()
    names = ("mse", "MAE", "auc", "AUC", "Precision", "recall", "io_u_x", "bce", "accuracy")
    found = []
    for name in names[:6] + names[7:]:
        found.append(repr(m.get(name)))
    return found, m.get(None), m.deserialize("nothing of that name"), m.deserialize("mape")


@case(match="Could not interpret metric identifier: io_u_x")
def metric_of_an_unknown_name():
    return fresh().get("io_u_x")


@case
def own_metric_with_other_first_parameter():
    m = fresh()

    class Worst(m.Metric):
        def __init__(this, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            this.factor = factor
            this.value = this.add_weight(name="value", initializer="zeros")

        def update_state(this, y_true, y_pred, sample_weight=None):
            this.value.assign(tf.maximum(this.value, tf.reduce_max(abs(y_true - y_pred))))

        def result(this):
            return this.value * this.factor

    metric = Worst(2.0)
    return metric(TRUE, PRED), metric(TRUE, TRUE), metric.name, repr(metric.variables), repr(metric)


@case
def metrics_inside_functions():
    m = fresh()
    area, precision, score = m.AUC(num_thresholds=9), m.Precision(), m.F1Score("macro")
    overlap, count, labels = m.MeanIoU(3), m.TruePositives(), m.AUC(multi_label=True)

    @tf.function
    def step(true, predicted):
        classes = overlap(tf.argmax(true, -1), tf.argmax(predicted, -1))
        return tf.stack([area(true, predicted), precision(true, predicted), score(true, predicted),
                         classes, count(true, predicted), labels(true, predicted)])  # fmt: skip

    return step(tf.constant(TRUE), tf.constant(PRED)), step(
        tf.constant(TRUE[:2]), tf.constant(PRED[:2])
    )


@case
def fit_with_metrics():
    m = fresh()
    tf.keras.utils.set_random_seed(1)
    x = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)
    y = (x.sum(1) > 0).astype("float32")
    net = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1, "sigmoid")])
    net.compile("sgd", "binary_crossentropy",
                metrics=["mse", m.AUC(name="area"), "Precision", m.mae, "accuracy"])  # fmt: skip
    history = net.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    return history.history
