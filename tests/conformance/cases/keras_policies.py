"""Dtype policies: what mixed layers compute in, keep their weights in, and answer."""

from tests.conformance.case import case, tf

keras = tf.keras
layers = keras.layers


def reason(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error)


class Mixed:
    """A block with another policy."""

    def __init__(self, name="mixed_float16"):
        self.name = name

    def __enter__(self):
        self.before = keras.mixed_precision.global_policy()
        keras.mixed_precision.set_global_policy(self.name)

    def __exit__(self, *_):
        keras.mixed_precision.set_global_policy(self.before)


@case
def policies_by_name():
    policy = keras.mixed_precision.Policy
    found = [policy(name) for name in ("mixed_float16", "mixed_bfloat16", "float32", "float64")]
    return (
        [(repr(p), p.name, p.compute_dtype, p.variable_dtype, p.get_config()) for p in found],
        reason(policy, "foo"), reason(keras.mixed_precision.set_global_policy, "x"),
        policy("float32") == policy("float32"), keras.DTypePolicy is policy,
        repr(keras.mixed_precision.global_policy()), repr(keras.config.dtype_policy()),
    )  # fmt: skip


@case
def layers_of_mixed_dtypes():
    x = tf.ones((1, 2))
    with Mixed():
        dense = layers.Dense(2, kernel_initializer="ones")
        result = dense(x)
        own = [layers.Dense(1, dtype=dtype) for dtype in ("float32", "float16", "mixed_bfloat16")]
        answers = [layer(result).dtype.name for layer in own]
        soft = layers.Activation("softmax", dtype="float32")(result)
    return (
        result, dense.dtype, dense.compute_dtype, dense.variable_dtype, repr(dense.dtype_policy),
        dense.kernel.dtype, dense.get_config()["dtype"], answers, soft, layers.Dense(1)(x).dtype,
    )  # fmt: skip


@case
def weights_are_read_as_the_layer_computes():
    seen = []

    class Own(layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(2,), initializer="ones")
            self.count = self.add_weight(shape=(), initializer="zeros", dtype="int32")
            self.kept = self.add_weight(shape=(), initializer="ones", autocast=False)

        def call(self, x, y=None):
            tensors = [x, self.w, self.kept, self.w * x, x + 1.0, self.w.value, self.count]
            seen.append([tf.convert_to_tensor(t).dtype.name for t in tensors])
            seen.append((self.w.dtype, self.kept.dtype, None if y is None else y.dtype))
            return x * self.w

    with Mixed():
        layer = Own()
        x = tf.ones(2)
        results = [layer(x), layer(x, y=x), tf.function(lambda t: layer(t))(x)]
    return results, seen, layer.w.value.dtype, layer.w.dtype


@case
def kinds_of_layers_in_half_precision():
    half = tf.ones((1, 2), tf.float16)
    with Mixed():
        return [
            layer(x).dtype.name
            for layer, x in (
                (layers.BatchNormalization(), half), (layers.LayerNormalization(), half),
                (layers.Dropout(0.5), half), (layers.LSTM(2), tf.ones((1, 2, 2))),
                (layers.GRU(2), tf.ones((1, 2, 2))), (layers.Embedding(3, 2), tf.constant([1])),
                (layers.Conv2D(1, 2), tf.ones((1, 3, 3, 1))), (layers.Flatten(), half),
                (layers.Dense(2), tf.constant([[1, 2]])),
                (layers.Dense(2), tf.ones((1, 2), tf.float64)),
            )
        ]  # fmt: skip


@case
def models_losses_and_metrics_of_mixed_dtypes():
    with Mixed():
        i = keras.Input((2,))
        model = keras.Model(i, layers.Dense(1, kernel_initializer="ones")(i))
        predicted = model(tf.ones((1, 2)))
        mean = keras.metrics.Mean()
        mean.update_state(predicted)
        loss = keras.losses.MeanSquaredError()(tf.ones((1, 1)), predicted)
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(tf.cast(model(tf.ones((1, 2)), training=True), tf.float32))
        grads = tape.gradient(total, model.trainable_variables)
    return (
        i.dtype, predicted, model.output.dtype, model.dtype, repr(model.dtype_policy), loss,
        mean.result(), mean.dtype, grads,
    )  # fmt: skip
