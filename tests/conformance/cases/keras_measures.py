"""Metrics that count: precision, recall, AUC; Keras' operations on symbolic tensors."""

from tests.conformance.case import case, tf

keras = tf.keras
TRUE = [0, 1, 1, 0, 1, 0]
GUESSED = [0.1, 0.4, 0.8, 0.6, 0.9, 0.2]
WEIGHTS = [1.0, 2.0, 0.5, 1.0, 3.0, 1.0]


@case
def counts():
    found = []
    for name in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"):
        metric = getattr(keras.metrics, name)()
        found += [metric(TRUE, GUESSED), metric(TRUE, GUESSED, sample_weight=WEIGHTS)]
        found.append(getattr(keras.metrics, name)(thresholds=[0.3, 0.7])(TRUE, GUESSED))
    return found


@case
def precision_and_recall():
    found = []
    for kind in (keras.metrics.Precision, keras.metrics.Recall):
        metric = kind()
        found += [metric(TRUE, GUESSED), metric.result(), metric(TRUE, GUESSED, WEIGHTS)]
        metric.reset_state()
        found += [metric.result(), metric.name.split("_")[0]]
        found.append(kind(thresholds=[0.3, 0.7])(TRUE, GUESSED))
        found.append(kind(top_k=1)([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]))
        found.append(kind(class_id=1)([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]))
    return found


@case
def areas():
    found = []
    for curve in ("ROC", "PR"):
        for method in ("interpolation", "minoring", "majoring"):
            metric = keras.metrics.AUC(curve=curve, summation_method=method)
            found += [metric(TRUE, GUESSED), metric(TRUE, GUESSED, sample_weight=WEIGHTS)]
    few = keras.metrics.AUC(num_thresholds=3)
    return found, few(TRUE, GUESSED), keras.metrics.AUC(from_logits=True)([0, 1], [-1.0, 2.0])


@case(match="Threshold values must be in")
def thresholds_out_of_range():
    return keras.metrics.Precision(thresholds=1.5)


@case(match="curve")
def an_unknown_curve():
    return keras.metrics.AUC(curve="nope")


@case
def in_training():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")])
    metrics = ["accuracy", keras.metrics.Precision(name="p"), keras.metrics.AUC(name="auc")]
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    x = tf.constant([[-2.0], [1.0], [2.0], [-1.0]])
    history = model.fit(x, tf.constant([[0.0], [1.0], [1.0], [1.0]]), epochs=2, verbose=0)
    return history.history


@case
def in_a_function():
    metric = keras.metrics.Recall()

    @tf.function
    def f(true, guessed):
        metric.update_state(true, guessed)
        return metric.result()

    return f(tf.constant(TRUE), tf.constant(GUESSED)), f(tf.constant(TRUE), tf.constant(GUESSED))


@case
def operations_on_symbolic_tensors():
    x = keras.Input([2], name="x")
    ops = keras.ops
    made = [ops.square(x), ops.add(x, x), ops.add(x, 1.0), ops.mean(x, axis=-1)]
    made += [ops.concatenate([x, x], axis=-1), ops.reshape(x, (-1, 1))]
    made.append(ops.matmul(x, tf.ones([2, 3])))
    model = keras.Model(x, ops.square(x))
    return [(tensor.shape, tensor.dtype) for tensor in made], model(tf.ones([1, 2]) * 3.0)


@case
def what_variables_refuse():
    refused = []
    v = tf.Variable([1.0, 2.0])
    for action in (len, lambda v: [1, 2, 3][v], lambda v: v.eval(), lambda v: v.op, hash):
        try:
            action(v)
        except (TypeError, RuntimeError, AttributeError) as error:
            refused.append(type(error).__name__)
    v.load([5.0, 6.0])
    return refused, v, v.initializer
