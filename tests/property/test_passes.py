"""Any order of passes keeps a program's meaning, to the last bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import engine as tf
from engine.executors.eager import quiet_context
from engine.executors.executor import EXECUTORS, executable
from engine.executors.instructions import Instructions, straight
from engine.executors.numpy_executor import NumpyExecutable
from engine.ir.verify import verify
from engine.passes.pipeline import PASSES, everywhere, load, optimize
from tests.property.graph_programs import STEPS, build

load()
NUMBER = st.floats(-4, 4, width=32) | st.sampled_from([0.0, -0.0])
NUMBERS = st.lists(NUMBER, min_size=3, max_size=3)


def run(program, graph, values, captures):
    """Results and the variable's value afterwards, as bytes."""
    storage = next((c._value for c in captures if c.dtype.name == "resource"), None)
    if storage is not None:
        storage.value = np.ones(3, np.float32)
    arrays = [np.array(v, np.float32) for v in values] + [c._value for c in captures]
    out = quiet_context().run(lambda: program(*arrays))
    after = b"" if storage is None else storage.value.tobytes()
    return [(np.asarray(v).dtype, np.shape(v), np.asarray(v).tobytes()) for v in out], after


def traced(steps):
    concrete = build(steps, tf.Variable(np.ones(3, np.float32))).get_concrete_function(
        tf.TensorSpec([3]), tf.TensorSpec([3])
    )
    return concrete.graph, concrete.captures


@settings(deadline=None, max_examples=60)
@given(STEPS, NUMBERS, NUMBERS, st.lists(st.sampled_from(sorted(PASSES)), max_size=8))
def test_passes_in_any_order_keep_every_bit(steps, x, y, order):
    graph, captures = traced(steps)
    verify(graph)
    expected = run(NumpyExecutable(graph).run, graph, (x, y), captures)
    changed = graph
    for name in order:
        changed = everywhere(PASSES[name][1], changed)
        verify(changed)
    assert run(NumpyExecutable(changed).run, changed, (x, y), captures) == expected
    assert run(NumpyExecutable(optimize(graph)).run, graph, (x, y), captures) == expected


@settings(deadline=None, max_examples=60)
@given(STEPS, NUMBERS, NUMBERS)
def test_all_ways_of_running_agree(steps, x, y):
    graph, captures = traced(steps)
    expected = run(NumpyExecutable(graph).run, graph, (x, y), captures)
    best = optimize(graph)
    verify(best)
    program = executable(graph)
    for _ in range(4):  # the list of calls, then the source; then its buffers once more
        assert run(program, graph, (x, y), captures) == expected
    executable(graph, "parallel")
    assert run(EXECUTORS["parallel"]().compile(best), best, (x, y), captures) == expected
    if straight(best):
        calls = Instructions(best)
        assert run(lambda *a: calls.run(a, [None]), best, (x, y), captures) == expected


@settings(deadline=None, max_examples=30)
@given(STEPS, NUMBERS, NUMBERS)
def test_eager_and_traced_agree(steps, x, y):
    variable = tf.Variable(np.ones(3, np.float32))
    function = build(steps, variable)
    tf.config.run_functions_eagerly(True)
    try:
        eager = function(tf.constant(x), tf.constant(y))
        state = variable.numpy()
    finally:
        tf.config.run_functions_eagerly(False)
    variable.assign(np.ones(3, np.float32))
    graph = function(tf.constant(x), tf.constant(y))
    for a, b in zip(eager, graph):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    np.testing.assert_array_equal(state, variable.numpy())
