"""Numbers of single precision that generated source keeps as Python floats in between."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine as tf
from engine.executors.numpy_executor import NumpyExecutable
from engine.passes.pipeline import optimize
from tests.engine.executors.test_numpy_executor import graph_of

SCALAR = tf.TensorSpec([])
NUMBERS = st.floats(width=32, allow_nan=True, allow_infinity=True)


def run(function, *values):
    """The results of the generated source, and whether each is a number of single precision."""
    program = NumpyExecutable(optimize(graph_of(function, *[SCALAR] * len(values))))
    assert program.source.text
    return program.run(*map(np.float32, values))


USES = {
    "sum": lambda t, x, y: t(x) + y,
    "reflected difference": lambda t, x, y: y - t(x),
    "product": lambda t, x, y: t(x) * 3.0 + y,
    "quotient": lambda t, x, y: t(x) / (y * y + 1.0),
    "of itself": lambda t, x, y: t(t(x)) + y,
    "of both": lambda t, x, y: t(x) + t(y),
    "twice": lambda t, x, y: t(x) * t(x) - y,
    "answer": lambda t, x, y: t(x),
    "compared": lambda t, x, y: tf.cast(t(x) < y, tf.float32),
    "power": lambda t, x, y: t(x) ** 2.0 - y,
    "branch": lambda t, x, y: tf.cond(x > 0.0, lambda: t(x), lambda: t(y) + 1.0) + y,
}


@pytest.mark.parametrize("use", USES)
@given(x=NUMBERS, y=NUMBERS)
def test_a_graph_rounds_where_eager_execution_does(use, x, y):
    def f(x, y):
        return USES[use](tf.tanh, x, y)

    with np.errstate(all="ignore"):
        (found,) = run(f, x, y)
    expected = f(tf.constant(x, tf.float32), tf.constant(y, tf.float32)).numpy()
    assert type(found) is np.float32
    np.testing.assert_array_equal(found, expected)


def test_a_loop_carries_numbers_of_single_precision():
    def f(x, n):
        for _ in tf.range(tf.cast(n, tf.int32)):
            x = tf.tanh(x + 0.25)
        return x, x * 2.0

    expected = np.float32(0.5)
    for _ in range(7):
        expected = np.float32(math.tanh(expected + np.float32(0.25)))
    found = run(f, 0.5, 7.0)
    assert [type(t) for t in found] == [np.float32] * 2
    assert found == (expected, expected * np.float32(2))
