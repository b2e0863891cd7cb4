"""Programs mean the same in plain Python, converted, with eager tensors, and as graphs."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
from hypothesis import given, note
from hypothesis import strategies as st

import engine as tf
from tests.property.programs import program
from tests.property.weight import Weight

numbers = st.integers(-6, 6)
reals = st.sampled_from([-1.5, -0.5, 0.25, 0.75, 2.0])
serial = count()


def load(text: str) -> Callable[..., Any]:
    """The function of a program, with its source at hand."""
    name = f"<program {next(serial)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"tf": tf, "__name__": "program"}
    exec(compile(text, name, "exec"), namespace)
    function: Callable[..., Any] = namespace["program"]
    return function


def values(result: Any) -> list[float]:
    """The four numbers that a program answers."""
    return [float(part) for part in result]


def tensors(a: int, b: int, x: float, y: float) -> tuple[Any, ...]:
    """Double precision, as Python's own: every way of computing then gives the same bits."""
    return tf.constant(a), tf.constant(b), tf.constant(x, tf.float64), tf.constant(y, tf.float64)


@given(text=program(), a=numbers, b=numbers, x=reals, y=reals)
def test_converted_eager_and_graph_agree_with_python(text, a, b, x, y):
    note(text)
    function = load(text)
    expected = values(function(a, b, x, y))
    ways = {
        "converted": lambda: tf.autograph.to_graph(function)(a, b, x, y),
        "eager": lambda: function(*tensors(a, b, x, y)),
        "converted, eager": lambda: tf.autograph.to_graph(function)(*tensors(a, b, x, y)),
        "graph": lambda: tf.function(function)(*tensors(a, b, x, y)),
    }
    for way, run in ways.items():
        np.testing.assert_array_equal(values(run()), expected, err_msg=way)
    of_python_values = values(tf.function(function)(a, b, x, y))
    np.testing.assert_array_equal(of_python_values, np.float32(expected))


def slopes(function: Callable[..., Any], a: int, b: int, x: float, y: float) -> list[float]:
    """Derivatives of the target by `x` and `y`: differences over a complex step.

    A step along the imaginary axis is not subtracted from anything, so that it may be as small as
    one likes: the real parts stay what they are, and nothing is cut off.
    """
    step = 1e-100

    def target(x: complex, y: complex) -> complex:
        result = function(a, b, x, y)
        return complex(result[2] + 2.0 * result[3])

    return [target(x + step * 1j, y).imag / step, target(x, y + step * 1j).imag / step]


@given(text=program(depth=2), a=numbers, b=numbers, x=reals, y=reals)
def test_gradients_agree_with_finite_differences(text, a, b, x, y):
    note(text)
    function = load(text)
    expected = slopes(function, a, b, x, y)
    result = function(a, b, Weight(x), Weight(y))
    scale = Weight.of(result[2]) + 2.0 * Weight.of(result[3])
    for run in (function, tf.function(function)):
        ta, tb, tx, ty = tensors(a, b, x, y)
        with tf.GradientTape() as tape:
            tape.watch([tx, ty])
            result = run(ta, tb, tx, ty)
            target = result[2] + 2.0 * result[3]
        gradients = tape.gradient(target, [tx, ty], unconnected_gradients="zero")
        np.testing.assert_allclose(values(gradients), expected, rtol=1e-9, atol=1e-12 * scale)
