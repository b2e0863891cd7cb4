"""The numpy executor: both tiers, buffers, loops, variables, failures."""

import threading

import numpy as np
import pytest

import engine as tf
from engine.executors import numpy_executor
from engine.executors.executor import executable
from engine.executors.numpy_executor import NumpyExecutable
from engine.passes.pipeline import optimize


def graph_of(function, *specs):
    return tf.function(function).get_concrete_function(*specs).graph


VECTOR = tf.TensorSpec([4])


def test_the_first_runs_need_no_source():
    program = executable(graph_of(lambda x: x * 2.0 + 1.0, VECTOR))
    x = np.arange(4, dtype=np.float32)
    results = [program(x)[0].tolist() for _ in range(4)]
    assert results == [[1.0, 3.0, 5.0, 7.0]] * 4
    assert program.ready
    assert not executable(graph_of(lambda x: x * 2.0, VECTOR)).ready


def test_results_are_never_overwritten_by_later_runs():
    @tf.function
    def f(x):
        y = tf.tanh(x) + 1.0
        z = y * y - x
        return z, z * 2.0

    results = [f(tf.fill([4], float(i))) for i in range(6)]
    for i, (z, twice) in enumerate(results):
        expected = (np.tanh(np.float32(i)) + 1) ** 2 - i
        np.testing.assert_allclose(z.numpy(), expected, rtol=1e-6)
        np.testing.assert_array_equal(twice.numpy(), z.numpy() * 2)


def test_arguments_are_never_overwritten():
    f = tf.function(lambda x: tf.exp(-(x * 2.0)) + x)
    x = tf.constant(np.linspace(0, 1, 64, dtype=np.float32))
    before = x.numpy()
    for _ in range(4):
        f(x)
    np.testing.assert_array_equal(x.numpy(), before)


def test_views_keep_their_values():
    @tf.function
    def f(x):
        y = x + 1.0
        rows = tf.reshape(y, [2, 2])
        z = y * 3.0
        return rows, z, rows[0]

    for _ in range(4):
        rows, z, first = f(tf.constant([0.0, 1.0, 2.0, 3.0]))
        assert rows.numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert z.numpy().tolist() == [3.0, 6.0, 9.0, 12.0]
        assert first.numpy().tolist() == [1.0, 2.0]


def test_loop_variables_change_places():
    @tf.function
    def fibonacci(a, b, n):
        for _ in tf.range(n):
            a, b = b, a + b
        return a, b

    for n in range(7):
        a, b = fibonacci(tf.constant([0.0, 1.0]), tf.constant([1.0, 1.0]), tf.constant(n))
        x, y = np.array([0.0, 1.0]), np.array([1.0, 1.0])
        for _ in range(n):
            x, y = y, x + y
        assert (a.numpy().tolist(), b.numpy().tolist()) == (x.tolist(), y.tolist())


def test_a_loops_buffers_do_not_leak_into_what_it_kept():
    @tf.function
    def f(x, n):
        kept = tf.TensorArray(tf.float32, size=n)
        for i in tf.range(n):
            x = x * 2.0
            kept = kept.write(i, x)
        return kept.stack()

    found = f(tf.constant([1.0, 3.0]), tf.constant(4)).numpy()
    assert found.tolist() == [[2.0, 6.0], [4.0, 12.0], [8.0, 24.0], [16.0, 48.0]]


def test_loops_and_branches_nested_deeper_than_python_allows():
    def nest(depth, x):
        if depth == 0:
            return x + 1.0
        return tf.while_loop(
            lambda i, y: i < 1, lambda i, y: (i + 1, nest(depth - 1, y)), [tf.constant(0), x]
        )[1]

    def choose(depth, x):
        if depth == 0:
            return x + 1.0
        return tf.cond(x > 0.0, lambda: choose(depth - 1, x), lambda: x)

    x = tf.constant(1.0)
    assert tf.function(lambda x: nest(25, x), autograph=False)(x).numpy() == 2.0
    assert tf.function(lambda x: choose(60, x), autograph=False)(x).numpy() == 2.0


def test_variables_change_in_place_only_where_nobody_sees_it():
    v = tf.Variable(np.zeros(3, np.float32))

    @tf.function
    def step(x):
        before = v.read_value()
        v.assign_add(x)
        v.assign_sub(x * 0.5)
        return before, v.read_value()

    seen = [step(tf.constant([2.0, 4.0, 6.0])) for _ in range(5)]
    for i, (before, after) in enumerate(seen):
        assert before.numpy().tolist() == [i * 1.0, i * 2.0, i * 3.0]
        assert after.numpy().tolist() == [i + 1.0, 2.0 * (i + 1), 3.0 * (i + 1)]


def test_a_variable_does_not_share_memory_with_the_tensor_it_was_given():
    start = tf.constant([1.0, 2.0])
    v = tf.Variable(start)
    add = tf.function(lambda: v.assign_add([1.0, 1.0]))
    for _ in range(3):
        add()
    assert start.numpy().tolist() == [1.0, 2.0]
    assert v.numpy().tolist() == [4.0, 5.0]


def test_several_threads_run_one_program():
    @tf.function
    def f(x):
        for _ in range(20):
            x = tf.sin(x) + 0.5
        return x

    inputs = [tf.fill([2000], float(i)) for i in range(4)]
    expected = [f(x).numpy() for x in inputs]
    wrong = []

    def work(i):
        found = [f(inputs[i]).numpy() for _ in range(50)]
        wrong.extend(i for value in found if not np.array_equal(value, expected[i]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("runs_before", [0, 1, 4])
def test_a_failure_names_the_node_and_the_users_line(runs_before):
    @tf.function
    def f(x, n):
        y = x * 2.0
        return tf.reshape(y, [n])  # the line to blame

    for _ in range(runs_before):
        f(tf.ones([4]), tf.constant(4))
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        f(tf.ones([4]), tf.constant(3))
    text = str(caught.value)
    assert "Graph execution error" in text
    assert "test_numpy_executor.py" in text
    assert "[[{{node Reshape" in text
    assert caught.value.op.type == "Reshape"
    assert f(tf.ones([4]), tf.constant(4)).numpy().tolist() == [2.0] * 4


def test_division_by_zero_in_a_loop_names_the_division():
    @tf.function
    def f(n):
        total = 0
        for i in tf.range(n):
            total += 10 // (2 - i)
        return total

    assert f(tf.constant(2)).numpy() == 15
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        f(tf.constant(4))
    assert caught.value.op.type == "FloorDiv"


def test_small_integers_wrap_and_divide_as_tensorflow_does():
    @tf.function
    def f(x):
        while x > 0:
            x = x * 2
        return x, x // 3, x % 7

    found = [t.numpy() for t in f(tf.constant(3, tf.int8))]
    assert found == [-64, -22, 6]
    assert {type(t) for t in found} == {np.int8}


def test_zero_is_told_from_minus_zero():
    f = tf.function(lambda x: (tf.nn.relu(x), tf.maximum(x, 0.0), x * 1.0, x + 0.0))
    for _ in range(4):
        signs = [bool(np.signbit(t.numpy())) for t in f(tf.constant(-0.0))]
    assert signs == [False, False, True, False]


def test_tests_of_two_conditions_leave_loops_as_python_would():
    @tf.function
    def f(x, limit):
        turns = 0
        while turns < limit and x * x + 1.0 < 50.0:
            x = x * x + 1.0
            turns += 1
        return x, turns

    for limit, expected in ((0, (1.5, 0)), (1, (3.25, 1)), (9, (11.5625, 2))):
        found = f(tf.constant(1.5), tf.constant(limit))
        assert tuple(t.numpy() for t in found) == expected


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int8", "bool", "complex64"])
def test_large_selections_keep_every_bit(dtype):
    rng = np.random.default_rng(4)
    raw = rng.integers(0, 2, (2, 70, 80)) if dtype == "bool" else rng.normal(0, 50, (2, 70, 80))
    x, y = raw.astype(dtype)
    if dtype.startswith("float"):
        x[0, :4] = [np.nan, np.inf, -0.0, 1e-40]
    mask = rng.random((70, 80)) > 0.4

    @tf.function
    def f(mask, x, y):
        kept = tf.where(mask, x, y)
        for _ in tf.range(3):
            kept = tf.where(mask, kept, y)
        return kept, tf.where(mask, y, kept)

    first = np.where(mask, x, y)
    for _ in range(4):
        found = f(tf.constant(mask), tf.constant(x), tf.constant(y))
        assert found[0].numpy().tobytes() == first.tobytes()
        assert found[1].numpy().tobytes() == np.where(mask, y, first).tobytes()


def test_body_uses_what_the_test_of_its_loop_computed(monkeypatch):
    monkeypatch.setattr(numpy_executor, "_FIRST_RUNS", 0)

    @tf.function
    def same_condition(n):
        i, total = tf.constant(0), tf.constant(0)
        while i < n:
            if i < n:
                total += 2
            total += tf.cast(i < n, tf.int32)
            i += 1
        return total

    @tf.function
    def condition_of_parts(n, a):
        i, total = tf.constant(0), tf.constant(0)
        while i < n and (a != 1 or not a < 1):
            total += tf.cast(a != 1, tf.int32)
            i += 1
        return i, total

    assert int(same_condition(tf.constant(3))) == 9
    found = [tuple(map(int, condition_of_parts(tf.constant(3), tf.constant(a)))) for a in (0, 1, 2)]
    assert found == [(3, 3), (3, 0), (3, 3)]


def source_of(function, *specs):
    return NumpyExecutable(optimize(graph_of(function, *specs))).source.text


SCALAR = tf.TensorSpec([])


def test_scalars_that_are_used_once_are_parts_of_expressions():
    text = source_of(lambda x, y: (x - y) * (x - 2.0 * y), SCALAR, SCALAR)
    assert text.count("\n") == 2  # the signature and the result
    program = NumpyExecutable(
        optimize(graph_of(lambda x, y: (x - y) * (x - 2.0 * y), *[SCALAR] * 2))
    )
    assert program.source.text
    assert program.run(np.float32(3), np.float32(1)) == (np.float32(2),)


def test_squares_of_expressions_are_computed_once():
    def f(x):
        return tf.square(x + 1.0) - tf.square(x)

    text = source_of(f, SCALAR)
    assert text.count("a0 + ") == 1
    assert tf.function(f)(tf.constant(2.0)).numpy() == 5.0


def test_conditions_are_one_test():
    def f(n):
        total = 0
        for i in tf.range(n):
            if i % 2 == 0 and i % 3 == 0:
                total += i
            elif i % 5 == 0 or i % 7 != 0:
                total -= 1
        return total

    text = source_of(f, tf.TensorSpec([], tf.int32))
    assert " and " in text
    assert int(tf.function(f)(tf.constant(100))) == f(100)


def test_what_a_test_computes_the_body_need_not():
    def f(x, y):
        k = 0
        while x * x + y * y < 4.0 and k < 50:
            x, y = x * x - y * y + 0.3, 2.0 * x * y + 0.1
            k += 1
        return k, x, y

    text = source_of(f, SCALAR, SCALAR)
    assert text.count("* v") <= 4
    assert [float(t) for t in tf.function(f)(tf.constant(0.1), tf.constant(0.2))] == [
        float(t) for t in f(*(np.float32([0.1, 0.2])))
    ]


def test_order_of_effects_stays(capfd):
    @tf.function
    def f(x):
        y = x + 1.0
        tf.print("before", y)
        z = y * 2.0
        if z > 3.0:
            tf.print("large", z)
        return z - y

    assert [float(f(tf.constant(v))) for v in (0.0, 1.0, 1.0, 1.0)] == [1.0, 2.0, 2.0, 2.0]
    assert capfd.readouterr().err.splitlines()[:3] == ["before 1", "before 2", "large 4"]
