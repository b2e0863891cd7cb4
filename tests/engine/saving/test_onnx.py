"""Exported models compute what the traced functions do; ONNX' own reference evaluator runs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from sampling import Sample, cases

import engine as tf
from engine.saving.onnx import UnsupportedOpError, export
from engine.saving.onnx.model import RULES
from engine.saving.onnx.rules import arrays, control, elementwise

__all__ = ["arrays", "control", "elementwise"]  # they declare the rules

REFUSED = {
    ("math.log", 2): "complex128",
    ("math.sqrt", 2): "complex128",
    ("raw.transpose", 1): "complex64",
    ("raw.bias_add", 1): "channels that come first",
    ("raw.conv2d_forward", 1): "grouped channels",
    ("raw.gather", 1): "batch_dims",
    ("raw.pad", 2): "symmetric",
}
# The evaluator does not take these; onnxruntime does.
NOT_EVALUATED = {("math.softsign", 1), ("raw.expand_dims", 1), ("raw.fill", 1)}


def evaluate(model: bytes, *inputs: Any, names: list[str] | None = None) -> list[Any]:
    from onnx.reference import ReferenceEvaluator

    loaded = onnx.load_from_string(model)
    given = names or [one.name for one in loaded.graph.input]
    return ReferenceEvaluator(loaded).run(
        None, {name: np.asarray(value) for name, value in zip(given, inputs, strict=True)}
    )


def same(model: bytes, function: Any, *inputs: Any) -> None:
    wanted = [np.asarray(one) for one in tf.nest.flatten(function(*inputs))]
    made = evaluate(model, *(one.numpy() for one in inputs))
    for one, other in zip(wanted, made, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, np.shape(other))
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "index"),
    [case for case in cases() if case[0] in RULES and case not in NOT_EVALUATED],
)
def test_each_op(name: str, index: int) -> None:
    """Every sample of every op that has a rule, or a refusal in words."""
    sample = Sample(name, index)
    function = tf.function(lambda *given: sample.call(*given), autograph=False)
    specs = [tf.TensorSpec(one.shape, one.dtype, f"a{i}") for i, one in enumerate(sample.tensors)]
    concrete = function.get_concrete_function(*specs)
    if (name, index) in REFUSED:
        with pytest.raises(UnsupportedOpError, match=REFUSED[name, index]):
            export(concrete)
    else:
        same(export(concrete), function, *sample.tensors)


OFFSET = tf.constant([0.5, -30.0])
WEIGHT = tf.Variable([[1.0, 2.0], [3.0, 4.0]])


@tf.function
def branches_and_loops(x, n):
    y = tf.nn.relu(tf.matmul(x, WEIGHT) + OFFSET)
    if tf.reduce_sum(x) > 0:
        y = y * 2
    else:
        y = y - tf.reduce_mean(x)
    for i in tf.range(n):
        if i > 2:
            break
        y = y + tf.cast(i, tf.float32)
    return y, [tf.shape(y)[0], {"k": y[:, ::-1], "last": y[..., -1, tf.newaxis]}]


@pytest.mark.parametrize("x", [[[1.0, 2.0]], [[-1.0, -2.0], [-3.0, -4.0], [0.5, 1.5]]])
@pytest.mark.parametrize("n", [0, 2, 9])
def test_branches_loops_variables_and_sizes_of_every_call(x: Any, n: int) -> None:
    specs = (tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([], tf.int32))
    model = export(branches_and_loops.get_concrete_function(*specs))
    same(model, branches_and_loops, tf.constant(x), tf.constant(n))


def test_layers() -> None:
    network = tf.keras.Sequential(
        [tf.keras.layers.Dense(4, activation="relu"), tf.keras.layers.Dense(2)]
    )
    network(tf.zeros([1, 3]))
    function = tf.function(lambda x: network(x))
    model = export(function.get_concrete_function(tf.TensorSpec([None, 3], tf.float32, "x")))
    same(model, function, tf.constant([[1.0, -2.0, 3.0], [0.5, 0.25, -1.0]]))


def test_what_has_no_counterpart_is_named_with_its_line() -> None:
    @tf.function
    def told(x):
        return tf.linalg.det(x)

    with pytest.raises(UnsupportedOpError, match=r"MatrixDeterminant \(.*test_onnx\.py:\d+\)"):
        export(told.get_concrete_function(tf.TensorSpec([2, 2])))
