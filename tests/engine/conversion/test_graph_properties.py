"""Programs on tensors: the graph does what Python does eagerly, gradients included."""

import itertools
import linecache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine as tf

from .staged_programs import staged_programs

counter = itertools.count()
STEP = 1e-6


class Box:
    v = 0.0


def helper(q):
    if q > 0.25:
        return q * 0.5
    return tf.sin(q)


def loaded(text: str):
    """The function of a program's text, with a source that can be found."""
    path = f"<staged program {next(counter)}>"
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    constants = {"P": tf.constant(0.5, tf.float64), "Q": tf.constant(-1.5, tf.float64)}
    namespace = {"helper": helper, "tf": tf, "Box": Box, **constants}
    exec(compile(text, path, "exec"), namespace)
    return namespace["program"]


def value_and_gradient(function, x: float, y: float, n: int) -> tuple[float, list[float]]:
    given_x, given_y = tf.constant(x, tf.float64), tf.constant(y, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([given_x, given_y])
        result = function(given_x, given_y, tf.constant(n))
    slopes = tape.gradient(result, [given_x, given_y], unconnected_gradients="zero")
    return float(result), [float(slope) for slope in slopes]


def check(text: str, x: float, y: float, n: int) -> None:
    program = loaded(text)
    graph = tf.function(program)
    value, slopes = value_and_gradient(graph, x, y, n)
    expected, eager_slopes = value_and_gradient(program, x, y, n)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert slopes == pytest.approx(eager_slopes, rel=1e-6, abs=1e-8)
    for i in range(2):
        above, below = [
            float(
                program(
                    tf.constant(x + (i == 0) * step, tf.float64),
                    tf.constant(y + (i == 1) * step, tf.float64),
                    tf.constant(n),
                )
            )
            for step in (STEP, -STEP)
        ]
        if abs(above - below) < 1e-3:  # no jump between the two points
            assert slopes[i] == pytest.approx((above - below) / (2 * STEP), rel=1e-3, abs=1e-4)


FLOATS = st.sampled_from((-1.3, -0.4, 0.2, 0.7, 1.9))


@given(staged_programs(), FLOATS, FLOATS, st.integers(0, 3))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_graphs_do_what_python_does(text: str, x: float, y: float, n: int) -> None:
    check(text, x, y, n)


@pytest.mark.slow
@given(staged_programs(), FLOATS, FLOATS, st.integers(0, 3))
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_many_graphs_do_what_python_does(text: str, x: float, y: float, n: int) -> None:
    check(text, x, y, n)
