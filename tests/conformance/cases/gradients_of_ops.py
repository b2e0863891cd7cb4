"""Gradients of the ops, custom gradients, Jacobians, forward mode."""

from tests.conformance.case import case, tf


def gradient(function, *values):
    """The gradients of a function at values, by tape."""
    xs = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = function(*xs)
    return tape.gradient(y, xs)


@case
def broadcasting_reduces_gradients():
    return gradient(lambda a, b: a * b, [[1.0], [2.0]], [3.0, 4.0, 5.0])


@case
def matmul_and_bias():
    return gradient(
        lambda x, w, b: tf.reduce_sum(tf.matmul(x, w) + b),
        [[1.0, 2.0]],
        [[1.0, 0.0], [0.5, 2.0]],
        [0.1, 0.2],
    )


@case
def elementwise_functions():
    names = "exp log sin cos tanh sqrt square sigmoid abs negative reciprocal rsqrt".split()
    functions = [getattr(tf, n, None) or getattr(tf.math, n) for n in names]
    return [gradient(f, [0.5, 1.5]) for f in functions]


@case
def more_elementwise_functions():
    names = "tan asin acos atan sinh cosh asinh atanh log1p expm1 erf lgamma softplus".split()
    functions = [getattr(tf.math, n) for n in names]
    return [gradient(f, [0.25, 0.5]) for f in functions]


@case
def activations():
    names = "relu relu6 elu selu gelu leaky_relu swish softmax log_softmax softsign".split()
    return [
        gradient(lambda x, f=getattr(tf.nn, n): f(x) * [1.0, 2.0, 3.0], [-1.0, 0.5, 2.0])
        for n in names
    ]


@case
def relu_at_zero_and_abs_at_zero():
    return gradient(tf.nn.relu, [0.0]), gradient(tf.abs, [0.0]), gradient(tf.sign, [2.0])


@case
def minimum_maximum_where():
    return (
        gradient(tf.maximum, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]),
        gradient(tf.minimum, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]),
        gradient(lambda x: tf.where(x > 1.5, x * x, -x), [1.0, 2.0]),
        gradient(lambda x: tf.clip_by_value(x, 0.0, 1.0), [-1.0, 0.5, 2.0]),
    )


@case
def binary_functions():
    return (
        gradient(lambda x, y: x / y, 3.0, 2.0),
        gradient(lambda x, y: x**y, 3.0, 2.0),
        gradient(tf.math.atan2, 1.0, 2.0),
        gradient(tf.math.squared_difference, 3.0, 1.0),
        gradient(tf.math.divide_no_nan, 3.0, 0.0),
        gradient(lambda x, y: x % y, 5.0, 3.0),
    )


@case
def reductions():
    x = [[1.0, 2.0], [3.0, 4.0]]
    return (
        gradient(tf.reduce_mean, x),
        gradient(lambda v: tf.reduce_sum(v * v, axis=1), x),
        gradient(tf.reduce_prod, x),
        gradient(tf.reduce_max, [[1.0, 4.0], [4.0, 2.0]]),
        gradient(tf.reduce_logsumexp, x),
        gradient(lambda v: tf.norm(v), x),
        gradient(tf.math.reduce_variance, x),
        gradient(lambda v: tf.cumsum(v)[1] * [1.0, 2.0], x),
    )


@case
def indexing_and_slicing():
    x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    return (
        gradient(lambda v: v[0] * v[1], x),
        gradient(lambda v: v[:, 1:] * 2.0, x),
        gradient(lambda v: v[..., ::2], x),
        gradient(lambda v: tf.gather(v, [0, 0, 1]) * 3.0, x),
        gradient(lambda v: tf.gather(v, [2, 0], axis=1), x),
        gradient(lambda v: tf.gather_nd(v, [[0, 1], [1, 2]]), x),
        gradient(lambda v: tf.boolean_mask(v, [True, False]), x),
    )


@case
def gradient_of_gather_is_indexed_slices():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 2, 0]))
    g = tape.gradient(y, v)
    return type(g).__name__, tf.convert_to_tensor(g)


@case
def reshaping():
    x = [[1.0, 2.0], [3.0, 4.0]]
    return (
        gradient(lambda v: tf.reshape(v, [4]) * [1.0, 2.0, 3.0, 4.0], x),
        gradient(lambda v: tf.transpose(v) * [[1.0, 2.0], [3.0, 4.0]], x),
        gradient(lambda v: tf.concat([v, 2 * v], 0), x),
        gradient(lambda v: tf.stack([v, 3 * v]), x),
        gradient(lambda v: tf.tile(v, [2, 1]), x),
        gradient(lambda v: tf.pad(v, [[1, 1], [0, 0]]) * 5.0, x),
        gradient(lambda v: tf.split(v, 2, axis=1)[0] * 7.0, x),
        gradient(lambda v: tf.reverse(v, [0]) * [[1.0, 2.0], [3.0, 4.0]], x),
        gradient(lambda v: tf.expand_dims(tf.squeeze(v[None]), 0), x),
        gradient(lambda v: tf.broadcast_to(v, [3, 2, 2]), x),
    )


@case
def linear_algebra():
    x = [[2.0, 0.5], [0.5, 1.0]]
    return (
        gradient(tf.linalg.inv, x),
        gradient(tf.linalg.det, x),
        gradient(lambda v: tf.linalg.solve(v, [[1.0], [2.0]]), x),
        gradient(tf.linalg.cholesky, x),
        gradient(tf.linalg.trace, x),
        gradient(lambda v: tf.einsum("ij,jk->ik", v, v), x),
        gradient(lambda v: tf.tensordot(v, v, 2), x),
        gradient(tf.linalg.logdet, x),
    )


@case
def losses():
    logits = [[1.0, 2.0, 0.5], [0.1, 0.2, 3.0]]
    return (
        gradient(
            lambda v: tf.nn.softmax_cross_entropy_with_logits(
                [[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]], v
            ),
            logits,
        ),
        gradient(lambda v: tf.nn.sparse_softmax_cross_entropy_with_logits([1, 2], v), logits),
        gradient(lambda v: tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(v), v), logits),
        gradient(tf.nn.l2_loss, logits),
    )


@case
def convolution_and_pooling():
    x = [[[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]], [[7.0], [8.0], [9.0]]]]
    k = [[[[1.0]], [[0.5]]], [[[-1.0]], [[2.0]]]]
    return (
        gradient(lambda v, w: tf.nn.conv2d(v, w, 1, "VALID"), x, k),
        gradient(lambda v, w: tf.nn.conv2d(v, w, 2, "SAME"), x, k),
        gradient(lambda v: tf.nn.max_pool2d(v, 2, 1, "VALID"), x),
        gradient(lambda v: tf.nn.avg_pool2d(v, 2, 2, "SAME"), x),
    )


@case
def embedding_and_segments():
    x = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    return (
        gradient(lambda v: tf.math.segment_sum(v, [0, 0, 1]) * 2.0, x),
        gradient(lambda v: tf.math.unsorted_segment_sum(v, [1, 0, 1], 2) * [[1.0], [3.0]], x),
        gradient(lambda v: tf.math.segment_mean(v, [0, 0, 1]), x),
    )


@case
def sorting_and_top_k():
    x = [3.0, 1.0, 2.0]
    return (
        gradient(lambda v: tf.sort(v) * [1.0, 2.0, 3.0], x),
        gradient(lambda v: tf.math.top_k(v, 2).values * [1.0, 2.0], x),
        gradient(lambda v: tf.scatter_nd([[1], [0], [1]], v, [2]) * [1.0, 5.0], x),
        gradient(lambda v: tf.tensor_scatter_nd_update(v, [[0]], [9.0]), x),
        gradient(lambda v: tf.tensor_scatter_nd_add(v, [[0]], [9.0]), x),
    )


@case
def complex_gradient():
    return gradient(lambda x: tf.abs(tf.complex(x, 2.0 * x)), 1.0)


@case
def custom_gradient():
    @tf.custom_gradient
    def clip_gradient(x):
        def backward(dy):
            return tf.clip_by_value(dy, -0.5, 0.5)

        return x * 10.0, backward

    return gradient(lambda x: clip_gradient(x) * 3.0, 1.0), clip_gradient(tf.constant(2.0))


@case
def custom_gradient_in_function():
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = log1pexp(x)
        return tape.gradient(y, x)

    return f(tf.constant(100.0)), f(tf.constant(0.5))


@case
def custom_gradient_of_several():
    @tf.custom_gradient
    def f(x, y):
        return (x * y, x + y), lambda d1, d2: (d1 * 100.0, d2 * 10.0)

    return gradient(lambda x, y: f(x, y), 2.0, 3.0)


@case
def recompute_gradient():
    f = tf.recompute_grad(lambda x: tf.sin(x) * x)
    return gradient(f, 1.0)


@case
def jacobian():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], x[0] ** 2, x[1]])
    return tape.jacobian(y, x)


@case
def batch_jacobian():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x)


@case
def hessian_by_jacobian():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x[0] ** 2 * x[1]
        g = inner.gradient(y, x)
    return outer.jacobian(g, x)


@case
def forward_accumulator():
    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.5])) as acc:
        y = tf.sin(x) * x
    return acc.jvp(y)


@case
def gradient_of_float64_and_half():
    return (
        gradient(lambda x: x * x, tf.constant(3.0, tf.float64)),
        gradient(lambda x: x * x, tf.constant(3.0, tf.float16)),
    )


@case
def gradient_through_cast():
    return gradient(lambda x: tf.cast(x, tf.float64) ** 2, 3.0)


@case
def target_is_the_source():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * 1.0
    return tape.gradient(y, y), tape


@case
def switch_case_gradient():
    @tf.function
    def f(i, x):
        return tf.switch_case(i, [lambda: x * x, lambda: 3.0 * x])

    return [gradient(lambda x, i=i: f(tf.constant(i), x), 2.0) for i in (0, 1)]


@case
def sgd_by_hand():
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    x, y = tf.constant([0.0, 1.0, 2.0]), tf.constant([1.0, 3.0, 5.0])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * x + b - y) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.1 * dw)
        b.assign_sub(0.1 * db)
        return loss

    return [step() for _ in range(3)], w, b
