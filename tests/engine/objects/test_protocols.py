"""What Python's own protocols make of variables and ragged tensors, as TensorFlow has it."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import engine as tf


def test_variables_have_no_length_and_are_no_indices():
    variable = tf.Variable([1, 2, 3])
    for attempt in (lambda: len(variable), lambda: [10, 20][tf.Variable(1)],
                    lambda: list(reversed(variable))):  # fmt: skip
        with pytest.raises(TypeError):
            attempt()
    assert not hasattr(variable, "ndim")
    with pytest.raises(RuntimeError, match="eager execution"):
        variable.eval()


@pytest.mark.parametrize("compare", [lambda v: v == None, lambda v: v != None])  # noqa: E711
def test_variables_are_not_compared_with_none(compare):
    with pytest.raises(ValueError, match="unsupported type"):
        compare(tf.Variable(1.5))


def test_variables_are_pickled_and_copied():
    variable = tf.Variable([1.5, 2.5], trainable=False, name="kept")
    for other in (pickle.loads(pickle.dumps(variable)), copy.deepcopy(variable)):
        assert other is not variable
        assert other.name == "kept:0"
        assert not other.trainable
        np.testing.assert_array_equal(other.numpy(), [1.5, 2.5])


def test_the_static_value_of_a_variable_is_unknown():
    assert tf.get_static_value(tf.Variable(1.5)) is None


def test_ragged_tensors_are_unhashable_and_tensors():
    ragged = tf.ragged.constant([[1, 2], [3]])
    with pytest.raises(TypeError, match="unhashable"):
        hash(ragged)
    assert tf.is_tensor(ragged)
    assert not tf.is_tensor(tf.TensorArray(tf.int32, 1))
    assert ragged.get_shape().as_list() == [2, None]


def test_element_wise_ops_go_over_ragged_rows():
    ragged = tf.ragged.constant([[1.0, -4.0], [9.0]])
    assert tf.abs(ragged).to_list() == [[1.0, 4.0], [9.0]]
    assert tf.maximum(ragged, 2.0).to_list() == [[2.0, 2.0], [9.0]]
    assert tf.function(tf.nn.relu)(ragged).to_list() == [[1.0, 0.0], [9.0]]
    words = tf.ragged.constant([["a", "bcd"], [""]])
    assert tf.strings.length(words).to_list() == [[1, 3], [0]]
    assert tf.zeros_like(ragged).to_list() == [[0.0, 0.0], [0.0]]
