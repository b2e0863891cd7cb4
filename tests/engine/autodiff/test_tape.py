"""`tf.GradientTape`, custom gradients, Jacobians and forward mode."""

import numpy as np
import pytest

import engine as tf


def test_a_tape_can_be_used_once_unless_persistent():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, x)


def test_structures_and_unconnected_sources():
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = a * a
    found = tape.gradient(y, {"a": a, "rest": [b]})
    assert float(found["a"]) == 4.0
    assert found["rest"] == [None]


def test_unconnected_gradients_as_zeros():
    a, b = tf.Variable(2.0), tf.Variable([5.0, 6.0])
    with tf.GradientTape() as tape:
        y = a * a
    found = tape.gradient(y, b, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    np.testing.assert_array_equal(found, [0.0, 0.0])


def test_stop_recording_reset_and_watched_variables():
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape(persistent=True) as tape:
        with tape.stop_recording():
            hidden = b * b
        y = a * a + hidden
    assert tape.gradient(y, b) is None
    assert [v is a for v in tape.watched_variables()] == [True]


def test_only_what_is_watched_counts():
    a, b = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(b)
        y = a * b
    assert tape.gradient(y, a) is None


def test_gradient_by_an_integer_is_none():
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None


def test_output_gradients_weigh_the_targets():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    weights = tf.constant([10.0, 1.0])
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=weights), [20.0, 4.0])


def test_custom_gradient_eager_traced_and_called_from_outside():
    @tf.custom_gradient
    def doubled(x):
        return x * 1.0, lambda up: up * 100.0

    x = tf.constant(2.0)
    for call in (doubled, tf.function(doubled)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x)
        assert float(tape.gradient(y, x)) == 100.0


def test_custom_gradient_of_a_function_with_variables():
    v = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(up, variables=None):
            assert [u is v for u in variables] == [True]
            return up * 2.0, [up * 7.0]

        return x * v, grad

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, v])] == [2.0, 7.0]


def test_recompute_grad_has_the_gradient_of_the_function():
    w = tf.Variable(2.0)
    f = tf.recompute_grad(lambda x: tf.sin(x * w))
    x = tf.constant(0.3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    np.testing.assert_allclose(tape.gradient(y, [x, w]), [2 * np.cos(0.6), 0.3 * np.cos(0.6)], 1e-6)


def test_jacobian_and_batch_jacobian():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
    full = tape.jacobian(y, x)
    batch = tape.batch_jacobian(y, x)
    assert full.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(batch, [np.diag([3.0, 12.0]), np.diag([27.0, 48.0])])
    np.testing.assert_allclose(full[1, :, 1, :], np.diag([27.0, 48.0]))


def test_forward_accumulator_agrees_with_the_jacobian():
    x = tf.constant([0.3, -1.2])
    direction = tf.constant([2.0, 0.5])
    with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
        y = tf.reduce_sum(tf.sin(x) * x[0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = tf.reduce_sum(tf.sin(x) * x[0])
    expected = tf.reduce_sum(tape.gradient(z, x) * direction)
    np.testing.assert_allclose(accumulator.jvp(y), expected, rtol=1e-6)


def test_py_function_is_differentiable():
    def cube(x):
        return x * x * x

    @tf.function
    def f(x):
        return tf.py_function(cube, [x], tf.float32)

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert float(y) == 8.0
    assert float(tape.gradient(y, x)) == 12.0


def test_an_op_without_gradient_says_so():
    x = tf.constant([2.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, _ = tf.unique(x)
    with pytest.raises(LookupError, match="gradient registry has no entry for: Unique"):
        tape.gradient(y, x)
