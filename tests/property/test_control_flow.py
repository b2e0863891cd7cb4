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
    return tf.constant(a), tf.constant(b), tf.constant(x), tf.constant(y)


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
        "graph of Python values": lambda: tf.function(function)(a, b, x, y),
    }
    for way, run in ways.items():
        np.testing.assert_allclose(values(run()), expected, rtol=1e-4, atol=1e-5, err_msg=way)


@given(text=program(depth=2), a=numbers, b=numbers, x=reals, y=reals)
def test_gradients_agree_with_finite_differences(text, a, b, x, y):
    note(text)
    function = load(text)

    def total(x: float, y: float) -> float:
        result = function(a, b, x, y)
        return float(result[2] + 2.0 * result[3])

    step = 1e-5
    expected = [
        (total(x + step, y) - total(x - step, y)) / (2 * step),
        (total(x, y + step) - total(x, y - step)) / (2 * step),
    ]
    for run in (function, tf.function(function)):
        ta, tb, tx, ty = tensors(a, b, x, y)
        with tf.GradientTape() as tape:
            tape.watch([tx, ty])
            result = run(ta, tb, tx, ty)
            target = result[2] + 2.0 * result[3]
        gradients = tape.gradient(target, [tx, ty], unconnected_gradients="zero")
        np.testing.assert_allclose(values(gradients), expected, rtol=5e-3, atol=5e-4)
