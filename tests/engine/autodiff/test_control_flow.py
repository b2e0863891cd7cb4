"""Gradients through branches and loops, to the third order, against finite differences."""

import numpy as np
import pytest

import engine as tf
from engine.ir.verify import verify


def power_by_while(x):
    y = tf.constant(1.0, tf.float64)
    i = 0
    while i < tf.constant(4):
        y = y * x
        i += 1
    return y


def until_large(x):
    y = x
    while y < 50.0:
        y = y * x + tf.sin(y)
    return y


def branch(x):
    if x > 1.0:
        y = x * x * x
    else:
        y = tf.exp(x)
    return y


def loop_with_branch(x):
    total = tf.zeros([], tf.float64)
    for i in tf.range(5):
        if i % 2 == 0:
            total += x ** tf.cast(i, tf.float64)
        else:
            total -= tf.sin(x * tf.cast(i, tf.float64))
    return total


def nested_loops(x):
    total = tf.zeros([], tf.float64)
    for _ in tf.range(3):
        inner = x
        for _ in tf.range(2):
            inner = inner * x
        total += inner * total + inner
    return total


def array_of_powers(x):
    array = tf.TensorArray(tf.float64, 4)
    y = x
    for i in tf.range(4):
        array = array.write(i, y)
        y = y * x
    return tf.reduce_sum(array.stack() * tf.constant([1.0, 2.0, 3.0, 4.0], tf.float64))


def growing(x):
    values = tf.reshape(x, [1])
    for _ in tf.range(3):
        tf.autograph.experimental.set_loop_options(
            shape_invariants=[(values, tf.TensorShape([None]))]
        )
        values = tf.concat([values, values[-1:] * x], 0)
    return tf.reduce_sum(values * values)


def chosen(x):
    return tf.switch_case(tf.cast(x, tf.int32), [lambda: x, lambda: x * x, lambda: x**3])


FUNCTIONS = [
    power_by_while, until_large, branch, loop_with_branch, nested_loops, array_of_powers, growing,
    chosen,
]  # fmt: skip


def derivative(function, order):
    """The derivative of the given order, by nested tapes inside one traced function."""
    if order == 0:
        return function

    below = derivative(function, order - 1)

    def differentiated(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = below(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    return differentiated


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_inside_a_function(function, order):
    at, step = 1.37, 1e-5
    below = tf.function(derivative(function, order - 1))
    exact = tf.function(derivative(function, order))
    verify(exact.get_concrete_function(tf.TensorSpec([], tf.float64)).graph)
    numeric = (
        below(tf.constant(at + step, tf.float64)) - below(tf.constant(at - step, tf.float64))
    ) / (2 * step)
    np.testing.assert_allclose(exact(tf.constant(at, tf.float64)), numeric, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_second_derivatives_from_outside(function):
    """Tapes around the call of a traced function answer what tapes inside it do."""
    traced = tf.function(function)
    x = tf.constant(1.37, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = traced(x)
        first = inner.gradient(y, x)
    second = outer.gradient(first, x, unconnected_gradients="zero")
    np.testing.assert_allclose(first, tf.function(derivative(function, 1))(x), rtol=1e-12)
    np.testing.assert_allclose(second, tf.function(derivative(function, 2))(x), rtol=1e-12)


def test_variables_captured_in_branches_and_loops():
    v = tf.Variable([1.0, 2.0])
    w = tf.Variable(3.0)

    @tf.function
    def f(x):
        total = tf.zeros([2])
        for _ in tf.range(3):
            if x > 0.0:
                total += v * w
            else:
                total += v
        return tf.reduce_sum(total)

    with tf.GradientTape() as tape:
        y = f(tf.constant(1.0))
    dv, dw = tape.gradient(y, [v, w])
    np.testing.assert_allclose(dv, [9.0, 9.0])
    np.testing.assert_allclose(dw, 9.0)


def test_side_effects_of_a_differentiated_loop_happen_once():
    counter = tf.Variable(0)

    @tf.function
    def f(x):
        for _ in tf.range(3):
            counter.assign_add(1)
            x = x * x
        return x

    x = tf.constant(1.1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    tape.gradient(y, x)
    assert int(counter) == 3


def test_a_loop_of_no_turns_has_the_gradient_of_its_start():
    @tf.function
    def f(x, n):
        y = 2.0 * x
        for _ in tf.range(n):
            y = y * y
        return y

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, tf.constant(0))
    assert float(tape.gradient(y, x)) == 2.0
