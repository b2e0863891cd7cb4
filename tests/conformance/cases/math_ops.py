"""`tf.math`: element-wise functions, reductions, segments, special values."""

import math

from tests.conformance.case import case, tf

X = [-2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5]
POSITIVE = [0.1, 0.5, 1.0, 2.0, 10.0]
UNIT = [-0.9, -0.5, 0.0, 0.5, 0.9]


def each(names, *values):
    """The functions of `tf.math` with these names, on the values."""
    return [getattr(tf.math, name)(*values) for name in names.split()]


@case(rtol=1e-5)
def exponentials():
    return each("exp expm1 sigmoid softplus softsign tanh sinh cosh erf erfc", tf.constant(X))


@case(rtol=1e-5)
def logarithms_and_roots():
    return each("log log1p sqrt rsqrt reciprocal lgamma digamma square", tf.constant(POSITIVE))


@case(rtol=1e-5)
def trigonometry():
    return each("sin cos tan atan asinh", tf.constant(X)), each(
        "asin acos atanh", tf.constant(UNIT)
    )


@case
def rounding():
    return each("floor ceil round rint sign abs negative", tf.constant([*X, 1.5, 3.5]))


@case
def special_values():
    x = tf.constant([math.nan, math.inf, -math.inf, 0.0])
    return each("is_nan is_inf is_finite abs exp sqrt sign reciprocal_no_nan", x)


@case(rtol=1e-5)
def bessel_and_others():
    x = tf.constant(POSITIVE)
    return each("erfinv ndtri", tf.constant([0.1, 0.5, 0.9])), each("log_sigmoid acosh", x + 1.0)


@case
def logs_outside_their_domain():
    return tf.math.log([-1.0, 0.0]), tf.sqrt([-1.0]), tf.math.log1p([-1.0]), tf.asin([2.0])


@case
def binary_functions():
    a, b = tf.constant([5.0, -5.0, 0.5]), tf.constant([3.0, 3.0, -0.5])
    return each(
        "add subtract multiply divide maximum minimum floordiv floormod mod atan2 "
        "squared_difference truediv divide_no_nan multiply_no_nan",
        a,
        b,
    )


@case
def integer_binary_functions():
    a, b = tf.constant([7, -7, 7, -7]), tf.constant([2, 2, -2, -2])
    return (
        each("floordiv floormod truediv maximum minimum multiply add", a, b),
        tf.truncatediv(a, b),
        tf.truncatemod(a, b),
    )


@case
def powers():
    return (
        tf.pow(2, [0, 1, 10]),
        tf.pow([2.0, 3.0], 0.5),
        tf.math.pow(tf.constant([-8.0]), 3.0),
        tf.math.xlogy([0.0, 2.0], [0.0, 3.0]),
        tf.math.xlog1py([0.0, 2.0], [-1.0, 3.0]),
        tf.math.xdivy([0.0, 2.0], [0.0, 4.0]),
    )


@case
def negative_integer_power():
    return tf.pow(tf.constant(2), tf.constant(-1))


@case
def comparisons():
    a, b = [1, 2, 3], [2, 2, 2]
    return each("less less_equal greater greater_equal equal not_equal", a, b)


@case
def targets_among_the_best():
    return tf.math.in_top_k([1, 0], [[0.1, 0.9], [0.1, 0.9]], 1)


@case
def logical():
    a, b = tf.constant([True, True, False]), tf.constant([True, False, False])
    return each("logical_and logical_or logical_xor", a, b), tf.logical_not(a)


@case
def logical_of_integers():
    return tf.logical_and(1, 0)


@case
def reductions():
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    names = "sum mean prod max min std variance logsumexp euclidean_norm".split()
    return [
        [getattr(tf.math, "reduce_" + n)(x, axis=a, keepdims=k) for n in names]
        for a, k in [(None, False), (0, False), (1, True), (-1, False), ([0, 1], True)]
    ]


@case
def reductions_of_integers():
    x = tf.constant([[1, 2], [3, 4]])
    return [
        getattr(tf, "reduce_" + n)(x, 1) for n in "sum mean prod max min".split()
    ], tf.reduce_mean(x)


@case
def reductions_of_booleans():
    x = tf.constant([[True, False], [True, True]])
    return tf.reduce_all(x), tf.reduce_any(x, 0), tf.reduce_all(x, axis=1, keepdims=True)


@case
def reductions_of_nothing():
    x = tf.zeros([0])
    return (
        tf.reduce_sum(x),
        tf.reduce_prod(x),
        tf.reduce_max(x),
        tf.reduce_min(x),
        tf.reduce_mean(x),
    )


@case
def reductions_over_no_axis():
    x = tf.constant([1.0, 2.0])
    return tf.reduce_sum(x, axis=[]), tf.reduce_sum(3.0), tf.reduce_sum([[1], [2]], axis=())


@case
def reduction_over_missing_axis():
    return tf.reduce_sum(tf.zeros([2]), axis=3)


@case
def sum_of_booleans():
    return tf.reduce_sum(tf.constant([True, False]))


@case
def reduce_std_of_integers():
    return tf.math.reduce_std(tf.constant([1, 2]))


@case
def arg_reductions():
    x = tf.constant([[3, 1, 2], [1, 5, 5]])
    return (
        tf.argmax(x),
        tf.argmax(x, 1),
        tf.argmin(x, axis=1),
        tf.argmax(x, 1, output_type=tf.int32),
    )


@case
def cumulative():
    x = tf.constant([[1, 2, 3], [4, 5, 6]])
    return (
        tf.cumsum(x),
        tf.cumsum(x, axis=1, exclusive=True),
        tf.cumsum(x, 1, reverse=True),
        tf.math.cumprod(x, 1),
        tf.math.cumprod(x, 1, exclusive=True, reverse=True),
    )


@case(rtol=1e-4)
def cumulative_logsumexp():
    return tf.math.cumulative_logsumexp([1.0, 2.0, 3.0])


@case
def segments():
    x, ids = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant([0, 0, 2])
    names = "segment_sum segment_mean segment_max segment_min segment_prod"
    return each(names, x, ids)


@case
def unsorted_segments():
    x, ids = tf.constant([1.0, 2.0, 3.0, 4.0]), tf.constant([1, 0, 1, 0])
    names = "unsorted_segment_sum unsorted_segment_mean unsorted_segment_max "
    names += "unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n"
    return each(names, x, ids, 3)


@case
def counting():
    return (
        tf.math.bincount([1, 1, 2, 5]),
        tf.math.bincount([1, 1, 2], minlength=6, maxlength=6),
        tf.math.count_nonzero([[0, 1], [2, 0]]),
        tf.math.count_nonzero([[0, 1], [2, 2]], axis=1),
        tf.math.zero_fraction([0.0, 1.0]),
        tf.math.confusion_matrix([1, 2, 2], [1, 1, 2]),
    )


@case
def sums_of_lists():
    return tf.add_n([tf.constant(1), tf.constant(2)]), tf.math.accumulate_n([[1.0], [2.0]])


@case
def normalising():
    x = tf.constant([[3.0, 4.0], [0.0, 0.0]])
    return tf.math.l2_normalize(x, 1), tf.nn.l2_normalize(x), tf.linalg.normalize(x + 1.0)


@case
def top_k_and_sorting():
    x = tf.constant([[3, 1, 2], [9, 7, 8]])
    top = tf.math.top_k(x, k=2)
    return (
        top.values,
        top.indices,
        type(top).__name__,
        tf.sort(x),
        tf.sort(x, direction="DESCENDING", axis=0),
        tf.argsort(x),
        tf.argsort([1.0, 3.0, 2.0], direction="DESCENDING"),
    )


@case
def clipping():
    x = tf.constant([-2.0, 0.5, 3.0])
    return (
        tf.clip_by_value(x, 0.0, 1.0),
        tf.clip_by_norm(x, 1.0),
        tf.clip_by_global_norm([x, x * 2], 1.0)[0],
        tf.clip_by_value([1, 5, 9], 2, 8),
        tf.linalg.global_norm([x, x]),
    )


@case
def complex_functions():
    z = tf.constant([3 + 4j, 1 - 1j], tf.complex64)
    return (
        each("real imag conj abs angle exp sqrt square", z),
        tf.complex([1.0], [2.0]),
        tf.reduce_sum(z),
        z / (1 + 1j),
    )


@case
def bitwise():
    a, b = tf.constant([12, 5]), tf.constant([10, 3])
    w = tf.bitwise
    return (
        [f(a, b) for f in (w.bitwise_and, w.bitwise_or, w.bitwise_xor)],
        w.invert(a),
        w.left_shift(a, [1, 2]),
        w.right_shift(a, [1, 2]),
    )


@case
def dtypes_of_results():
    kinds = [tf.int8, tf.uint8, tf.int64, tf.float16, tf.float64]
    return [
        (x + 1, x * x, x / 2, x // 2, x % 2, x - 1, tf.reduce_sum(x))
        for x in (tf.constant([1, 2], kind) for kind in kinds)
    ]


@case
def exp_of_integers():
    return tf.exp(tf.constant(1))


@case
def sqrt_of_python_int():
    return tf.sqrt(4)


@case
def mean_of_python_ints():
    return tf.reduce_mean([1, 2, 4]), tf.reduce_mean([1, 2, 4.0])


@case
def scalar_mul_and_polyval():
    return tf.math.scalar_mul(2.0, tf.constant([1.0, 2.0])), tf.math.polyval([1.0, 2.0, 3.0], 2.0)


@case
def interpolation_helpers():
    return (
        tf.math.nextafter(tf.constant([1.0], tf.float64), tf.constant([2.0], tf.float64)),
        tf.math.invert_permutation([2, 0, 1]),
        tf.math.lbeta([1.0, 2.0, 3.0]),
        tf.math.zeta([2.0], [1.0]),
    )


@case
def divide_of_python_values():
    return tf.divide(7, 2), tf.math.divide(tf.constant(7), 2), tf.math.floordiv(7.5, 2.0)


@case(match="must be|dtype|type|float|int")
def mixed_dtype_maximum():
    return tf.maximum(tf.constant(1), tf.constant(2.0))


@case
def broadcasting_of_binary_functions():
    return tf.maximum([[1.0], [5.0]], [2.0, 3.0, 4.0]), tf.equal([[1], [2]], [1, 2])


@case
def ffts():
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    z = tf.cast(x, tf.complex64)
    return (
        tf.signal.fft(z),
        tf.signal.ifft(z),
        tf.signal.rfft(x),
        tf.signal.irfft(tf.signal.rfft(x)),
        tf.signal.fft2d(tf.reshape(z, [2, 2])),
        tf.signal.rfft(x, [6]),
    )


@case
def windows_and_frames():
    return (
        tf.signal.hann_window(4),
        tf.signal.hamming_window(4),
        tf.signal.frame(tf.range(6), 3, 2),
    )
