"""What is known of values while tracing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine as tf
from engine.ir.static_value import known_ints, known_value, partial_ints


def traced(body: Any, *specs: Any) -> Any:
    """What `body` answers inside a graph, where it looks at symbolic tensors."""
    found: list[Any] = []
    tf.function(lambda *args: found.append(body(*args)), autograph=False).get_concrete_function(
        *specs
    )
    return found[0]


MATRIX = tf.TensorSpec([None, 3])
NUMBER = tf.TensorSpec([], tf.int32)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (lambda x, n: tf.constant([1, 2]), [1, 2]),
        (lambda x, n: tf.shape(x)[1], 3),
        (lambda x, n: tf.shape(x)[1] * 2 + 1, 7),
        (lambda x, n: tf.cast(tf.shape(x)[1], tf.int64), 3),
        (lambda x, n: tf.stack([tf.constant(1), 2]), [1, 2]),
        (lambda x, n: tf.concat([[1], tf.range(2)], 0), [1, 0, 1]),
        (lambda x, n: tf.rank(x), 2),
        (lambda x, n: tf.shape(x)[0], None),
        (lambda x, n: n + 1, None),
        (lambda x, n: tf.constant(1.5) + 1, None),
    ],
)
def test_known_value(body: Any, answer: Any) -> None:
    found = traced(lambda x, n: known_value(body(x, n)), MATRIX, NUMBER)
    if answer is None:
        assert found is None
    else:
        np.testing.assert_array_equal(found, answer)


def test_get_static_value_looks_through_few_ops() -> None:
    assert traced(lambda x, n: tf.get_static_value(tf.constant(2) + 1), MATRIX, NUMBER) is None
    assert traced(lambda x, n: tf.get_static_value(tf.fill([2], 7)), MATRIX, NUMBER).tolist() == [
        7, 7,
    ]  # fmt: skip
    assert tf.get_static_value(tf.constant(3)) == 3


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (tf.shape, (None, 3)),
        (lambda x: tf.shape(x)[1:], (3,)),
        (lambda x: tf.stack([tf.shape(x)[0], 5]), (None, 5)),
        (lambda x: tf.concat([tf.shape(x), [4]], 0), (None, 3, 4)),
        (lambda x: tf.cast(tf.shape(x), tf.int64), (None, 3)),
    ],
)
def test_partly_known_shapes(body: Any, answer: Any) -> None:
    assert traced(lambda x: partial_ints(body(x)), MATRIX) == answer


def test_shapes_flow_through_shape_arithmetic() -> None:
    def body(x: Any) -> Any:
        flat = tf.reshape(x, [tf.shape(x)[0], -1, 1])
        padded = tf.zeros(tf.concat([tf.shape(flat)[:2], [7]], 0))
        return flat.shape.as_list(), padded.shape.as_list()

    assert traced(body, MATRIX) == ([None, None, 1], [None, None, 7])


def test_known_ints_of_python_values() -> None:
    assert known_ints(5) == 5
    assert known_ints([1, np.int64(2), tf.constant(3)]) == (1, 2, 3)
    assert known_ints(tf.TensorShape([1, None])) == (1, None)
    assert known_ints(np.array([4, 5])) == (4, 5)
    with pytest.raises(TypeError, match="int32"):
        known_ints([1.5])
