"""What each pass removes, moves and keeps; the trail that users see."""

import numpy as np
import pytest

import engine as tf
from engine.ir.verify import verify
from engine.passes.pipeline import PASSES, everywhere, load, optimize

load()


def graph_of(function, *specs):
    made = tf.function(function, autograph=False).get_concrete_function(*specs).graph
    verify(made)
    return made


def after(name, graph):
    made = everywhere(PASSES[name][1], graph)
    verify(made)
    return made


def types(graph):
    hidden = ("Placeholder", "Const", "Identity")  # functions answer identities
    return sorted(n.type for n in graph.nodes if n.type not in hidden)


SCALAR, VECTOR = tf.TensorSpec([]), tf.TensorSpec([3])


def test_calls_are_opened_with_their_effects_in_order():
    v = tf.Variable(1.0)

    @tf.function
    def change(x):
        v.assign(x)
        return v * 2.0

    graph = graph_of(lambda x: (change(x), change(x + 1.0), v + 0.5), SCALAR)
    assert "raw.call" in [n.op.name for n in graph.nodes]
    opened = after("inline_calls", graph)
    kinds = [n.type for n in opened.nodes]
    assert "raw.call" not in [n.op.name for n in opened.nodes]
    assert kinds.index("AssignVariableOp") < kinds.index("ReadVariableOp")
    read = [n for n in opened.nodes if n.type == "ReadVariableOp"][-1]
    assert [n for n in opened.nodes if n.type == "AssignVariableOp"][-1] in opened.ancestors(read)


def test_constants_are_computed_once_also_inside_loops():
    graph = graph_of(
        lambda x: tf.while_loop(
            lambda i, y: i < 2 + 3, lambda i, y: (i + 1, y * (tf.constant(2.0) * 4.0)), [0, x]
        )[1],
        SCALAR,
    )
    (loop,) = [n for n in after("constant_folding", graph).nodes if n.op.name == "raw.while_loop"]
    assert types(loop.attrs["body"]) == ["AddV2", "Mul"]


def test_what_fails_stays_and_fails_when_it_runs():
    f = tf.function(lambda: tf.constant(1) // tf.constant(0))
    with pytest.raises(tf.errors.InvalidArgumentError, match="division by zero"):
        f()


def test_equal_work_is_done_once_but_random_draws_are_not():
    def f(x):
        y = tf.exp(x) + tf.exp(x)
        return y, tf.random.uniform([]) - tf.random.uniform([])

    graph = after("common_subexpressions", graph_of(f, SCALAR))
    assert types(graph).count("Exp") == 1
    assert types(graph).count("RandomUniform") == 2


def test_zeros_of_different_sign_are_different_constants():
    graph = graph_of(lambda x: (x * 0.0, x * -0.0), SCALAR)
    assert len(types(after("common_subexpressions", graph))) == 2


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: tf.identity(tf.stop_gradient(x)) * x, ["Mul"]),
        (lambda x: tf.reshape(x, [3]) * 1.0 - 0.0, ["Sub"]),
        (lambda x: tf.negative(-x) / 1.0, []),
        (lambda x: x + 0.0, ["AddV2"]),  # -0.0 + 0.0 is 0.0
        (lambda x: tf.cond(tf.constant(True), lambda: tf.exp(x), lambda: x), ["Exp"]),
        (lambda x: tf.switch_case(tf.constant(1), [lambda: x, lambda: tf.sin(x)]), ["Sin"]),
        (lambda x: tf.where(x > 0.0, x, x), []),
        (lambda x: tf.raw_ops.Cast(x=x, DstT=tf.float32), []),
        (lambda x: tf.transpose(x, [0]), []),
        (lambda x: tf.squeeze(x, []), []),
    ],
)
def test_what_changes_no_bit_goes(function, left):
    simpler = after("dead_code", after("simplify", graph_of(function, VECTOR)))
    assert types(simpler) == left
    assert "Identity" not in [n.type for n in simpler.nodes]


MATRIX, OPEN = tf.TensorSpec([2, 3]), tf.TensorSpec([None])


@pytest.mark.parametrize(
    ("function", "spec", "left"),
    [
        (lambda x: tf.cast(x, tf.float64), VECTOR, ["Cast"]),
        (lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32), VECTOR, ["Cast", "Cast"]),
        (lambda x: tf.reshape(x, [3, 2]), MATRIX, ["Reshape"]),
        (lambda x: tf.reshape(x, [3]), OPEN, ["Reshape"]),
        (lambda x: tf.transpose(x), MATRIX, ["Transpose"]),
        (lambda x: tf.negative(tf.abs(x)), VECTOR, ["Abs", "Neg"]),
        (lambda x: x * 1.0, OPEN, ["Mul"]),
        (lambda x: tf.ones([2, 1]) * x, VECTOR, ["Mul"]),
        (lambda x: 1.0 / x, VECTOR, ["RealDiv"]),
        (lambda x: 0.0 - x, VECTOR, ["Sub"]),
        (lambda x: tf.where(x > 0.0, x, -x), VECTOR, ["Greater", "Neg", "SelectV2"]),
        (lambda x: tf.ensure_shape(x, [3]), OPEN, ["EnsureShape"]),
        (lambda x: tf.switch_case(tf.constant(7), [lambda: x, lambda: -x]), VECTOR, ["Neg"]),
        (lambda x: tf.switch_case(tf.constant(-1), [lambda: x, lambda: -x]), VECTOR, ["Neg"]),
        (lambda x: tf.cond(tf.constant(False), lambda: tf.exp(x), lambda: -x), VECTOR, ["Neg"]),
    ],
)
def test_what_changes_something_stays(function, spec, left):
    assert types(after("dead_code", after("simplify", graph_of(function, spec)))) == left


def test_loops_lose_what_nobody_needs():
    def f(x, n):
        def body(i, y, unused, fixed):
            return i + 1, y * fixed, tf.exp(unused), fixed

        return tf.while_loop(lambda i, *_: i < n, body, [0, x, x, tf.constant(2.0)])[1]

    graph = after("narrow_control_flow", graph_of(f, SCALAR, tf.TensorSpec([], tf.int32)))
    (loop,) = [n for n in graph.nodes if n.op.name == "raw.while_loop"]
    assert loop.attrs["count"] == 2
    assert len(loop.inputs) == 3
    assert types(loop.attrs["body"]) == ["AddV2", "Mul"]


def test_loops_keep_variables_that_others_depend_on():
    def f(x):
        def body(i, a, b):
            return i + 1, a + b, b * 2.0

        return tf.while_loop(lambda i, a, b: i < 4, body, [0, x, tf.constant(1.0)])[1]

    graph = graph_of(f, SCALAR)
    (loop,) = [n for n in optimize(graph).nodes if n.op.name == "raw.while_loop"]
    assert loop.attrs["count"] == 3
    assert tf.function(f)(tf.constant(0.0)).numpy() == 15.0


def test_branches_lose_results_and_captures_that_nobody_needs():
    def f(x, y):
        first, _, third = tf.cond(
            x > 0.0, lambda: (x + 1.0, tf.exp(y), y), lambda: (x, tf.sin(y), y)
        )
        return first + third

    graph = graph_of(f, SCALAR, SCALAR)
    made = optimize(graph)
    (cond,) = [n for n in made.nodes if n.op.name == "raw.cond"]
    assert len(cond.outputs) == 1
    assert len(cond.inputs) == 2
    verify(made)


def test_branches_with_effects_stay():
    v = tf.Variable(0.0)

    def f(x):
        tf.cond(x > 0.0, lambda: v.assign(x).read_value(), lambda: x)
        return x

    kept = optimize(graph_of(f, SCALAR))
    assert "raw.cond" in [n.op.name for n in kept.nodes]


def test_work_on_captures_alone_moves_out_of_loops():
    def f(x, w):
        return tf.while_loop(
            lambda i, y: i < 10, lambda i, y: (i + 1, y + tf.tanh(w) * 2.0), [0, x]
        )[1]

    made = after("loop_invariants", graph_of(f, VECTOR, VECTOR))
    (loop,) = [n for n in made.nodes if n.op.name == "raw.while_loop"]
    assert types(loop.attrs["body"]) == ["AddV2", "AddV2"]
    assert "Tanh" in types(made)


def test_divisions_stay_in_loops_that_may_not_run():
    @tf.function
    def f(n, d):
        total = 0
        for _ in tf.range(n):
            total += 10 // d
        return total

    assert f(tf.constant(0), tf.constant(0)).numpy() == 0


def test_dead_code_keeps_effects():
    v = tf.Variable(0.0)

    def f(x):
        tf.exp(x)
        v.assign_add(x)
        return x

    assert types(after("dead_code", graph_of(f, SCALAR))) == ["AssignAddVariableOp"]


def test_the_trail_says_what_each_pass_did():
    graph = graph_of(lambda x: tf.identity(x) * (tf.constant(2.0) + 3.0), SCALAR)
    trail = []
    optimize(graph, trail)
    told = {step.name: step.summary for step in trail}
    assert told["simplify"] == "-2 Identity"
    assert told["constant_folding"].startswith("-1 AddV2")
    assert trail[-1].graph is not graph


def test_the_traced_graph_stays_as_it_is():
    graph = graph_of(lambda x: tf.identity(x) * 1.0, SCALAR)
    before = str(graph)
    optimize(graph)
    assert str(graph) == before


def test_optimised_loops_compute_the_same():
    @tf.function
    def f(x, w):
        total = tf.zeros_like(x)
        for i in tf.range(5):
            if tf.reduce_sum(x) > 0.0:
                total += tf.square(w) * tf.cast(i, tf.float32)
            x = x - 1.0
        return total, x

    x, w = np.float32([2.0, 1.0]), np.float32([1.5, 0.25])
    total = np.zeros(2, np.float32)
    y = x.copy()
    for i in range(5):
        if y.sum() > 0:
            total += w * w * np.float32(i)
        y = y - 1
    for got, wanted in zip(f(tf.constant(x), tf.constant(w)), (total, y)):
        np.testing.assert_array_equal(got.numpy(), wanted)


def test_repeated_numbers_are_not_written_out():
    @tf.function
    def f(x, n):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        return tape.gradient(y, x) + tf.broadcast_to(n, [3, 4])

    concrete = f.get_concrete_function(tf.TensorSpec([3, 4]), tf.TensorSpec([]))
    names = [node.op.name for node in optimize(concrete.graph).nodes]
    assert "raw.spread" not in names
    assert "raw.broadcast_to" not in names
    x = tf.constant([[1.0, -2.0, 3.0, 0.5]] * 3)
    assert f(x, tf.constant(1.0)).numpy().tolist() == [[3.0, -3.0, 7.0, 2.0]] * 3
