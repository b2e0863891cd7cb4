"""Independent parts of a graph side by side (the founding document's row 1.2)."""

import numpy as np
import pytest

import engine as tf
from engine.executors import parallel_executor
from engine.executors.executor import executable
from engine.executors.partition import partition


@pytest.fixture(autouse=True)
def every_part_is_worth_a_thread(monkeypatch):
    monkeypatch.setattr(parallel_executor, "_WORTH_A_THREAD", 0)


def two_branches(a, b):
    left = tf.tanh(tf.matmul(a, b) + 1.0)
    right = tf.exp(tf.matmul(b, a) - 1.0)
    return tf.reduce_sum(left) + tf.reduce_max(right)


def test_two_branches_have_no_path_between_them_and_the_result_is_the_same():
    matrices = [tf.constant(np.random.default_rng(i).random((40, 40), np.float32)) for i in (0, 1)]
    concrete = tf.function(two_branches).get_concrete_function(*matrices)
    graph = concrete.graph
    left, right = (n for n in graph.nodes if n.type == "MatMul")
    tanh, exp = (next(n for n in graph.nodes if n.type == kind) for kind in ("Tanh", "Exp"))
    assert left in graph.ancestors(tanh)
    assert left not in graph.ancestors(exp)
    assert right not in graph.ancestors(tanh)
    values = [m._value for m in matrices]
    parallel = executable(graph, "parallel")
    assert len(parallel.parts) == 3
    assert parallel(*values) == executable(graph)(*values)
    assert parallel(*values)[0] == two_branches(*matrices).numpy()


def test_parts_wait_for_what_they_use():
    @tf.function
    def f(x):
        a, b = x + 1.0, x * 2.0
        c = a * b
        return c + a, c - b

    graph = f.get_concrete_function(tf.TensorSpec([5])).graph
    x = np.arange(5, dtype=np.float32)
    for got, expected in zip(executable(graph, "parallel")(x), executable(graph)(x)):
        np.testing.assert_array_equal(got, expected)


def test_effects_keep_the_order_of_the_code(capfd):
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        v.assign(x * 2.0)
        tf.print("first", v)
        v.assign_add(tf.exp(x) * 0.0 + 3.0)
        tf.print("second", v)
        return v * 10.0

    concrete = f.get_concrete_function(tf.TensorSpec([]))
    captured = [c._value for c in concrete.captures]
    for _ in range(5):
        assert executable(concrete.graph, "parallel")(np.float32(4.0), *captured) == (110.0,)
    lines = capfd.readouterr().err.split()
    assert lines == ["first", "8", "second", "11"] * 5


def test_the_first_failure_in_the_code_is_the_one_that_is_raised():
    @tf.function
    def f(x, n):
        return tf.reshape(x, [n]), tf.reshape(x * 2.0, [n, n])

    graph = f.get_concrete_function(tf.TensorSpec([6]), tf.TensorSpec([], tf.int32)).graph
    for _ in range(5):
        with pytest.raises(tf.errors.InvalidArgumentError, match="requested shape has 5"):
            executable(graph, "parallel")(np.ones(6, np.float32), np.int32(5))


def test_random_numbers_come_in_the_same_order():
    def draw():
        a = tf.random.uniform([3], seed=1)
        b = tf.random.normal([3], seed=2)
        return a + 0.0, b * 1.0, tf.random.uniform([3], seed=1)

    graph = tf.function(draw).get_concrete_function().graph
    tf.random.set_seed(5)
    expected = executable(graph)()
    graph = tf.function(draw).get_concrete_function().graph
    tf.random.set_seed(5)
    assert len(partition(graph)) > 1
    for got, wanted in zip(executable(graph, "parallel")(), expected):
        assert got.shape == wanted.shape
