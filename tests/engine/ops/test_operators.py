"""Python's operators on tensors: what converts, what is refused, what is answered for others."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import engine as tf

X = tf.constant([1.0, -2.0, 3.0])
I = tf.constant([4, -5, 6])  # noqa: E741
B = tf.constant([True, False, True])

SYMBOLS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def in_graph(function: Any, *arguments: Any) -> Any:
    return tf.function(function, autograph=False)(*arguments)


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("other", [2.0, 2, np.float32(2), [2.0, 4.0, 8.0], (2.0, 4.0, 8.0),
                                   np.array([2, 4, 8], np.float32)])  # fmt: skip
def test_other_operand_becomes_a_tensor_of_the_same_dtype(symbol, other):
    apply = SYMBOLS[symbol]
    plain = np.asarray(other, np.float32)
    for left, right, expected in (
        (X, other, apply(X.numpy(), plain)),
        (other, X, apply(plain, X.numpy())),
    ):
        for found in (apply(left, right), in_graph(lambda a=left, b=right: apply(a, b))):
            assert found.dtype == (tf.bool if symbol in "<=>=" else tf.float32)
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("symbol", ["-", "*", "//", "%", "<"])
def test_float_beside_integers_is_refused(symbol):
    with pytest.raises(TypeError, match=r"1\.5"):
        SYMBOLS[symbol](I, 1.5)
    with pytest.raises(TypeError, match=r"1\.5"):
        in_graph(lambda: SYMBOLS[symbol](I, 1.5))


def test_sum_with_a_float_is_refused_by_the_op():
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        I + 1.5
    with pytest.raises(TypeError, match="int32"):
        in_graph(lambda: I + 1.5)


@pytest.mark.parametrize("symbol", ["+", "-", "*", "//", "%", "<"])
def test_tensors_of_two_dtypes_are_refused(symbol):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected to be a float tensor"):
        SYMBOLS[symbol](X, I)
    with pytest.raises(TypeError, match="does not match type float32"):
        in_graph(lambda: SYMBOLS[symbol](X, I))


def test_division_wants_one_dtype():
    with pytest.raises(TypeError, match="must have the same dtype"):
        X / I
    assert (I / I).dtype == tf.float64
    assert (tf.constant([1, 2], tf.int8) / tf.constant([2, 4], tf.int8)).dtype == tf.float32


def test_shapes_that_do_not_fit():
    with pytest.raises(tf.errors.InvalidArgumentError):
        X + tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        in_graph(lambda: X + tf.constant([1.0, 2.0]))


def test_equality():
    np.testing.assert_array_equal((X == X).numpy(), [True, True, True])
    np.testing.assert_array_equal((X != 1.0).numpy(), [False, True, True])
    assert (X == None) is False  # noqa: E711
    assert (X != None) is True  # noqa: E711
    with pytest.raises(tf.errors.InvalidArgumentError):
        assert X == I


def test_equality_of_shapes_that_do_not_fit():
    short = tf.constant([1.0, 2.0])
    assert (X == short).numpy() == np.False_
    assert X != short
    compare = tf.function(
        lambda a, b: (a == b, a != b), input_signature=[tf.TensorSpec([None])] * 2,
        autograph=False,
    )  # fmt: skip
    equal, different = compare(X, short)
    assert not equal
    assert different
    assert compare(X, X)[0].numpy().tolist() == [True, True, True]


def test_integers_divide_as_python_does():
    for left in (-7, -6, 7):
        for right in (-2, 2, 3):
            assert int(tf.constant(left) // right) == left // right
            assert int(tf.constant(left) % right) == left % right
            assert float(tf.constant(float(left)) // right) == left // right
            assert float(tf.constant(float(left)) % right) == left % right


@pytest.mark.parametrize("symbol", ["//", "%"])
def test_integer_division_by_zero(symbol):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
        SYMBOLS[symbol](I, 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
        in_graph(lambda i: SYMBOLS[symbol](i, tf.zeros_like(i)), I)


def test_integers_wrap_around():
    assert int(tf.constant(2**31 - 1) + 1) == -(2**31)
    assert int(tf.constant(200, tf.uint8) + 100) == 44
    assert int(abs(tf.constant(-128, tf.int8))) == -128


def test_powers():
    np.testing.assert_array_equal((I**2).numpy(), [16, 25, 36])
    np.testing.assert_array_equal((2.0 ** tf.constant([1.0, 3.0])).numpy(), [2.0, 8.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="negative integer powers"):
        I**-1


def test_logic_and_bits():
    np.testing.assert_array_equal((B & [True, True, False]).numpy(), [True, False, False])
    np.testing.assert_array_equal((False | B).numpy(), [True, False, True])
    np.testing.assert_array_equal((B ^ True).numpy(), [False, True, False])
    np.testing.assert_array_equal((~B).numpy(), [False, True, False])
    np.testing.assert_array_equal((I & 6).numpy(), [4, 2, 6])
    np.testing.assert_array_equal((I | 1).numpy(), [5, -5, 7])
    np.testing.assert_array_equal((I ^ I).numpy(), [0, 0, 0])
    np.testing.assert_array_equal((~I).numpy(), [-5, 4, -7])
    with pytest.raises(tf.errors.InvalidArgumentError):
        X & X
    with pytest.raises(TypeError):
        B & 1


def test_matrix_product():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal((m @ [[1.0], [1.0]]).numpy(), [[3.0], [7.0]])
    np.testing.assert_array_equal(([[1.0, 1.0]] @ m).numpy(), [[4.0, 6.0]])
    with pytest.raises(tf.errors.InvalidArgumentError):
        m @ tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match="rank"):
        in_graph(lambda: m @ tf.constant([1.0, 2.0]))


def test_none_is_no_operand():
    for apply in SYMBOLS.values():
        with pytest.raises(ValueError, match="None"):
            apply(X, None)


class Other:
    """Handles operators with tensors itself."""

    __array_priority__ = 1000

    def __radd__(self, left: Any) -> str:
        return "radd"

    def __rmul__(self, left: Any) -> str:
        return "rmul"


def test_another_class_may_answer():
    assert X + Other() == "radd"
    assert X * Other() == "rmul"
    assert in_graph(lambda: tf.constant(1.0 if X + Other() == "radd" else 0.0)) == 1.0


def test_names_of_nodes():
    traced = tf.function(
        lambda x: (x + 1.0) * x - x / 2.0 + (-x) ** 2.0 + abs(x) // 1.0 % 2.0, autograph=False
    ).get_concrete_function(tf.TensorSpec([2]))
    types = [node.type for node in traced.graph.get_operations()]
    for kind in ("AddV2", "Mul", "Sub", "RealDiv", "Neg", "Pow", "Abs", "FloorDiv", "FloorMod"):
        assert kind in types
    names = [node.name for node in traced.graph.get_operations()]
    assert {"add", "mul", "sub", "truediv", "Neg", "pow", "Abs", "floordiv", "mod"} <= set(names)
