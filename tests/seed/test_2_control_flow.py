"""Section 2: control flow."""

from __future__ import annotations

import numpy as np
import pytest

import engine as tf


def types_of(function, *args):
    """The kinds of operation in the traced graph of a function."""
    return [op.type for op in function.get_concrete_function(*args).graph.get_operations()]


def fizzbuzz(max_num):
    counter = 0
    for num in range(max_num):
        if num % 3 == 0 and num % 5 == 0:
            print("FizzBuzz")
        elif num % 3 == 0:
            print("Fizz")
        elif num % 5 == 0:
            print("Buzz")
        else:
            print(num)
        counter += 1
    return counter


def fizzbuzz_in_graph(max_num):
    counter = 0
    for num in range(max_num):
        if num % 3 == 0 and num % 5 == 0:
            tf.print("FizzBuzz")
        elif num % 3 == 0:
            tf.print("Fizz")
        elif num % 5 == 0:
            tf.print("Buzz")
        else:
            tf.print(num)
        counter += 1
    return counter


def expected_fizzbuzz(n):
    return [
        "FizzBuzz" if i % 15 == 0 else "Fizz" if i % 3 == 0 else "Buzz" if i % 5 == 0 else str(i)
        for i in range(n)
    ]


@pytest.mark.parametrize(("value", "expected"), [(3, 9), (-3, -3)])
def test_2_1_hand_written_cond(value, expected):
    @tf.function
    def f(x):
        def if_true():
            return x * x

        def if_false():
            return x

        return tf.cond(tf.greater(x, 0), if_true, if_false)

    result = f(tf.constant(value))
    assert result.numpy() == expected
    assert result.dtype == tf.int32


def test_2_2_plain_if():
    @tf.function
    def f(x):
        if x > 0:
            x = x * x
        return x

    assert f(tf.constant(3.0)).numpy() == 9.0
    assert f(-2.0).numpy() == -2.0
    assert f(tf.constant(-2.0)).numpy() == -2.0
    assert any("If" in kind for kind in types_of(f, tf.TensorSpec([], tf.float32)))
    assert not any("If" in kind for kind in types_of(f, -2.0))


@pytest.mark.parametrize(
    ("value", "expected"), [(3.0, b"Positive"), (-3.0, b"Negative"), (0.0, b"Negative")]
)
def test_2_3_sign_of_strings(value, expected):
    @tf.function
    def sign(x):
        if x > 0:
            return "Positive"
        else:
            return "Negative"

    result = sign(tf.constant(value))
    assert result.numpy() == expected
    assert result.dtype == tf.string
    assert result.shape == ()


def test_2_4_tanh_loop(capfd):
    @tf.function
    def f(x):
        while tf.reduce_sum(x) > 1:
            tf.print(x)
            x = tf.tanh(x)
        return x

    result = f(tf.constant([1.0, 2.0, 3.0]))
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 13
    assert lines[0] == "[1 2 3]"
    # tanh is approximated: by TensorFlow within 4.4 units in the last place, by numpy within 1.4
    printed = [float(number) for number in lines[1].strip("[]").split()]
    np.testing.assert_allclose(printed, [0.761594176, 0.964027584, 0.995054722], rtol=2e-7)
    np.testing.assert_allclose(result.numpy(), [0.31778264, 0.3279555, 0.32901827], rtol=1e-6)


def test_2_5_fizzbuzz_with_a_python_int_unrolls():
    f = tf.function(fizzbuzz_in_graph)
    kinds = types_of(f, 15)
    assert not any("While" in kind for kind in kinds)
    assert not any("If" in kind for kind in kinds)
    result = f(15)
    assert result.numpy() == 15
    assert result.dtype == tf.int32


def test_2_5_fizzbuzz_with_a_tensor_is_one_loop():
    f = tf.function(fizzbuzz_in_graph)
    kinds = types_of(f, tf.TensorSpec([], tf.int32))
    assert len([kind for kind in kinds if "While" in kind]) == 1
    result = f(tf.constant(100))
    assert result.numpy() == 100
    assert result.dtype == tf.int32


def test_2_6_python_print_runs_while_tracing_only(capfd):
    f = tf.function(fizzbuzz)
    assert f(tf.constant(15)).numpy() == 15
    first = capfd.readouterr().out.splitlines()
    assert len(first) == 4, "each branch was traced once"
    assert first[:3] == ["FizzBuzz", "Fizz", "Buzz"]
    assert first[3].startswith("Tensor("), "the fourth print shows a symbolic tensor"
    assert f(tf.constant(30)).numpy() == 30
    assert capfd.readouterr().out == ""


def test_2_6_tf_print_runs_every_iteration(capfd):
    f = tf.function(fizzbuzz_in_graph)
    assert f(tf.constant(16)).numpy() == 16
    assert capfd.readouterr().err.splitlines() == expected_fizzbuzz(16)


def test_2_6_the_editor_flags_each_python_print():
    from engine.ide.snapshot import Snapshot

    lines = [
        "import engine as tf",
        "@tf.function",
        "def f(n):",
        "    for i in range(n):",
        "        if i % 3 == 0:",
        "            print('Fizz')",
        "        else:",
        "            print(i)",
        "    return n",
    ]
    snapshot = Snapshot("fizz.py", "\n".join(lines) + "\n")
    prints = [finding for finding in snapshot.diagnostics if "print" in finding.name]
    assert [snapshot.source.position(finding.span.start)[0] for finding in prints] == [5, 7]


def test_2_7_graph_and_eager_agree_on_many_small_ops(capfd):
    counter = fizzbuzz_in_graph(tf.constant(200))
    eager_lines = capfd.readouterr().err.splitlines()
    traced = tf.function(fizzbuzz_in_graph)(tf.constant(200))
    graph_lines = capfd.readouterr().err.splitlines()
    assert int(counter) == int(traced) == 200
    assert eager_lines == graph_lines == expected_fizzbuzz(200)
