"""Section 1: why graphs."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

import engine as tf


@pytest.fixture
def eagerly():
    """Runs decorated functions eagerly, and puts it back."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def relu_graph():
    W = tf.constant([[1.0, -2.0], [3.0, 4.0]])
    b = tf.constant([[0.5], [-30.0]])

    @tf.function
    def layer(x):
        return tf.nn.relu(tf.matmul(W, x) + b)

    return layer, layer.get_concrete_function(tf.TensorSpec([2, 1], tf.float32)).graph


def ancestors(operation):
    """All operations that must run before this one, by walking inputs backwards."""
    seen, stack = [], [operation]
    while stack:
        for tensor in stack.pop().inputs:
            if tensor.op not in seen:
                seen.append(tensor.op)
                stack.append(tensor.op)
    return seen


def test_1_1_relu_layer_is_matmul_add_relu():
    layer, graph = relu_graph()
    bookkeeping = ("Placeholder", "Const", "Identity", "NoOp")
    compute = [op.type for op in graph.get_operations() if op.type not in bookkeeping]
    assert compute == ["MatMul", "AddV2", "Relu"]
    result = layer(tf.constant([[1.0], [2.0]]))
    np.testing.assert_array_equal(result.numpy(), [[0.0], [0.0]])
    result = layer(tf.constant([[4.0], [8.0]]))
    np.testing.assert_array_equal(result.numpy(), [[0.0], [14.0]])


def test_1_1_walking_inputs_backwards_gives_all_that_must_run_before():
    _, graph = relu_graph()
    by_type = {op.type: op for op in graph.get_operations()}
    relu, add, matmul = by_type["Relu"], by_type["AddV2"], by_type["MatMul"]
    assert [tensor.op for tensor in relu.inputs] == [add]
    assert matmul in [tensor.op for tensor in add.inputs]
    before = ancestors(relu)
    assert add in before
    assert matmul in before
    assert any(op.type == "Placeholder" for op in before)
    assert relu not in before
    assert not any(op.type == "Relu" for op in ancestors(matmul))


def test_1_2_independent_branches_have_no_path_between_them():
    @tf.function
    def two_branches(x, y):
        left = tf.exp(tf.matmul(x, x))
        right = tf.tanh(tf.matmul(y, y))
        return left + right

    spec = tf.TensorSpec([3, 3], tf.float32)
    graph = two_branches.get_concrete_function(spec, spec).graph
    by_type = {op.type: op for op in graph.get_operations()}
    exp, tanh = by_type["Exp"], by_type["Tanh"]
    assert tanh not in ancestors(exp)
    assert exp not in ancestors(tanh)
    shared = [op for op in ancestors(exp) if op in ancestors(tanh)]
    assert shared == []


def test_1_4_optimised_before_running_and_each_pass_can_be_shown():
    from engine.passes.pipeline import optimize

    @tf.function
    def wasteful(x):
        unused = tf.exp(x)
        folded = tf.constant(2.0) * tf.constant(3.0)
        first = tf.sin(x)
        second = tf.sin(x)
        return first + second + folded

    traced = wasteful.get_concrete_function(tf.TensorSpec([4], tf.float32)).graph
    optimised = optimize(traced)
    types = [op.type for op in optimised.get_operations()]
    assert "Exp" not in types, "dead code is gone"
    assert types.count("Sin") == 1, "common subexpressions are computed once"
    assert "Mul" not in types, "constants are folded"
    x = tf.constant([0.0, 1.0, 2.0, 3.0])
    np.testing.assert_allclose(wasteful(x).numpy(), 2 * np.sin(x.numpy()) + 6.0, rtol=1e-6)
    assert "Sin" in str(optimised) or "sin" in str(optimised)


def test_1_6_undecorated_function_runs_line_by_line_with_the_same_result():
    seen = []

    def clip(x):
        if x > 2.0:
            seen.append(x)
            x = x - 2.0
        return x

    values = (1.0, 5.0)
    plain = [clip(tf.constant(value)).numpy() for value in values]
    assert [x.numpy() for x in seen] == [5.0], "line by line: the Python list saw the value"
    traced = [tf.function(clip)(tf.constant(value)).numpy() for value in values]
    assert plain == traced == [1.0, 3.0]


def test_1_6_run_functions_eagerly(eagerly):
    values = []

    @tf.function
    def double(x):
        values.append(x.numpy())
        return x + x

    assert double(tf.constant(2.0)).numpy() == 4.0
    assert double(tf.constant(3.0)).numpy() == 6.0
    assert values == [2.0, 3.0]
    assert tf.config.functions_run_eagerly()


def test_1_6_switching_back_traces_again():
    runs = []

    @tf.function
    def double(x):
        runs.append(tf.executing_eagerly())
        return x + x

    tf.config.run_functions_eagerly(True)
    try:
        double(tf.constant(1.0))
    finally:
        tf.config.run_functions_eagerly(False)
    double(tf.constant(1.0))
    double(tf.constant(2.0))
    assert runs == [True, False]


def test_1_6_a_debugger_steps_through_user_lines():
    """An exception in an eagerly run function carries the user's own frame and line."""
    source = textwrap.dedent(
        """
        def broken(x):
            y = x + 1
            raise RuntimeError("here")
        """
    )
    namespace: dict[str, object] = {}
    exec(compile(source, "user_file.py", "exec"), namespace)
    with pytest.raises(RuntimeError) as caught:
        namespace["broken"](tf.constant(1))
    last = caught.traceback[-1]
    assert str(last.path).endswith("user_file.py")
    assert last.lineno + 1 == 4
