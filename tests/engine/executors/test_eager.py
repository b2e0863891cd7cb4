"""The eager interpreter: quick operators, dtypes of results, errors."""

import numpy as np
import pytest

import engine as tf


@pytest.mark.parametrize(
    "expression",
    ["a + b", "a - b", "a * b", "a / b", "a < b", "a >= b", "a == b", "a != b", "-a", "a + 1",
     "2.5 * a", "1 - a", "a // b", "a % b", "abs(a)", "a ** 2.0", "2.0 < a"],
)  # fmt: skip
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_operators_compute_what_numpy_computes(expression, shape):
    rng = np.random.default_rng(3)
    a, b = (rng.uniform(0.5, 4.0, shape).astype(np.float32) for _ in range(2))
    expected = eval(expression, {"a": a, "b": b})
    for _ in range(3):  # the first calls find out what the later ones use
        found = eval(expression, {"a": tf.constant(a), "b": tf.constant(b)})
    assert found.dtype.name == np.asarray(expected).dtype.name
    np.testing.assert_array_equal(found.numpy(), expected)


def test_python_numbers_take_the_tensors_dtype():
    for dtype in (tf.float16, tf.float32, tf.float64, tf.int8, tf.int64):
        for _ in range(2):
            assert (tf.constant(3, dtype) + 2).dtype is dtype
            assert (2 * tf.constant(3, dtype)).dtype is dtype


def test_both_zeros_keep_their_sign():
    one = tf.constant(1.0)
    signs = [np.signbit((z * one).numpy()) for z in (0.0, -0.0, 0.0, -0.0)]
    assert signs == [False, True, False, True]


@pytest.mark.parametrize("other", [2.5, "text", tf.constant(1.0), tf.constant(1, tf.int64)])
def test_mixed_dtypes_are_refused(other):
    with pytest.raises((TypeError, ValueError, tf.errors.InvalidArgumentError)):
        tf.constant(1) + other


def test_shapes_that_do_not_broadcast_are_refused_every_time():
    for _ in range(3):
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.ones([2]) + tf.ones([3])


def test_a_tape_sees_the_quick_operators_too():
    x = tf.constant(3.0)
    x + x
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x + 2.0 * x
    assert tape.gradient(y, x).numpy() == 8.0


def test_overflow_warns_nobody(recwarn):
    tf.constant(1e38) * tf.constant(1e38)
    tf.constant([2**31 - 1]) + 1
    assert not recwarn.list
