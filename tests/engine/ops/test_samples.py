"""Every op's samples: eager, traced and inferred agree; gradients are finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine as tf
from engine.ir.op import OPS, RANDOM
from tests.engine.ops.sampling import Sample, cases

CASES = list(cases())
STEP = 1e-5
NO_MIXED = ("math.polygamma", "math.zeta")  # not differentiable by their first argument


def numpy_of(tensors: list[Any]) -> list[Any]:
    return [np.asarray(tensor.numpy()) for tensor in tensors]


def assert_same(left: list[Any], right: list[Any]) -> None:
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        if a.dtype.kind in "fc":
            # products may be summed in another order
            tolerance = 1e-5 if a.dtype.itemsize <= 8 else 1e-12
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
        else:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("name", "index"), CASES)
def test_traced_is_eager(name, index):
    sample = Sample(name, index)
    expected = sample.call(*sample.tensors)
    traced = tf.function(sample.call, autograph=False)
    for _ in range(4):  # the first calls take another way than later ones
        found = traced(*sample.tensors)
        if OPS[name].effect == RANDOM:
            assert [t.shape for t in found] == [t.shape for t in expected]
        else:
            assert_same(numpy_of(found), numpy_of(expected))


@pytest.mark.parametrize(("name", "index"), CASES)
def test_inferred_is_what_comes_out(name, index):
    sample = Sample(name, index)
    expected = sample.call(*sample.tensors)
    specs = [
        [tf.TensorSpec(t.shape, t.dtype) for t in sample.tensors],
        [tf.TensorSpec([None] * len(t.shape), t.dtype) for t in sample.tensors],
        [tf.TensorSpec(None, t.dtype) for t in sample.tensors],
    ]
    for number, signature in enumerate(specs):
        try:
            outputs = recorded(sample, signature)
        except (ValueError, TypeError, AssertionError):
            if number == 0:
                raise
            continue  # some ops need to know the rank
        assert [t.dtype for t in outputs] == [t.dtype for t in expected]
        for symbolic, real in zip(outputs, expected, strict=True):
            assert symbolic.shape.is_compatible_with(real.shape)


def recorded(sample: Sample, signature: list[Any]) -> list[Any]:
    """The symbolic outputs of a call with arguments of which only specs are known."""
    outputs: list[Any] = []
    tf.function(
        lambda *tensors: outputs.extend(sample.call(*tensors)), autograph=False
    ).get_concrete_function(*signature)
    return outputs


def differentiable(sample: Sample) -> bool:
    return (
        sample.op.backward is not None
        and sample.op.effect != RANDOM
        and any(t.dtype.is_floating or t.dtype.is_complex for t in sample.tensors)
    )


GRADIENT_CASES = [case for case in CASES if differentiable(Sample(*case))]


def weigh(outputs: list[Any]) -> Any:
    """A real number that depends on all outputs, each element with a weight of its own."""
    total = tf.constant(0.0, tf.float64)
    for number, tensor in enumerate(outputs):
        if not (tensor.dtype.is_floating or tensor.dtype.is_complex):
            continue
        tensor = tf.where(tf.math.is_finite(tf.abs(tensor)), tensor, tf.zeros_like(tensor))
        size = int(np.prod(tensor.shape))
        weights = np.cos(np.arange(size) + number).reshape(tensor.shape)
        if tensor.dtype.is_complex:
            total += tf.reduce_sum(tf.math.real(tensor) * weights)
            total += tf.reduce_sum(tf.math.imag(tensor) * np.sin(weights))
        else:
            total += tf.reduce_sum(tf.cast(tensor, tf.float64) * weights)
    return total


def numeric(function: Any, tensors: list[Any], which: int) -> Any:
    """The derivative of a real function by one of its arguments, by central differences."""
    value = np.array(tensors[which].numpy())
    found = np.zeros(value.shape, value.dtype)
    for place in np.ndindex(value.shape):
        for direction in (1, 1j) if value.dtype.kind == "c" else (1,):
            ends = []
            for sign in (1, -1):
                moved = value.copy()
                moved[place] += sign * direction * STEP
                changed = list(tensors)
                changed[which] = tf.constant(moved)
                ends.append(float(function(*changed)))
            found[place] += direction * (ends[0] - ends[1]) / (2 * STEP)
    return found


def gradients(function: Any, tensors: list[Any]) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch([t for t in tensors if t.dtype.is_floating or t.dtype.is_complex])
        total = function(*tensors)
    return tape.gradient(total, tensors)


@pytest.mark.parametrize(("name", "index"), GRADIENT_CASES)
def test_gradient_is_finite_difference(name, index):
    sample = Sample(name, index, widen=True)

    def function(*tensors: Any) -> Any:
        return weigh(sample.call(*tensors))

    for which, gradient in enumerate(gradients(function, sample.tensors)):
        tensor = sample.tensors[which]
        if gradient is None or not (tensor.dtype.is_floating or tensor.dtype.is_complex):
            continue
        expected = numeric(function, sample.tensors, which)
        assert gradient.shape == tensor.shape
        whole = tf.convert_to_tensor(gradient)
        np.testing.assert_allclose(whole.numpy(), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "index"), GRADIENT_CASES)
def test_second_gradient_is_finite_difference_of_the_first(name, index):
    sample = Sample(name, index, widen=True)

    def slope(*tensors: Any) -> Any:
        found = gradients(lambda *inner: weigh(sample.call(*inner)), list(tensors))
        return weigh([g for g in found if g is not None])

    try:
        found = gradients(slope, sample.tensors)
    except LookupError:
        pytest.skip("TensorFlow has no second derivative here either")
    for which, gradient in enumerate(found):
        tensor = sample.tensors[which]
        if not (tensor.dtype.is_floating or tensor.dtype.is_complex) or name in NO_MIXED:
            continue
        expected = numeric(slope, sample.tensors, which)
        if gradient is None:
            np.testing.assert_allclose(expected, np.zeros_like(expected), atol=2e-5)
        else:
            np.testing.assert_allclose(gradient.numpy(), expected, rtol=5e-5, atol=2e-5)
