"""Reductions made of others: variance, norms, log-sum-exp, counts; sums of lists of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import NUMERIC, as_dtype, bool_, float32, int64, string
from engine.ir.op import op, public
from engine.ir.shapes import merge
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor, Tensors
from engine.ops.reduction import declare_reduction, reduce_with
from engine.ops.scope import scoped


def _euclidean_kernel(xp: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if x.dtype.kind == "c":
        squares = (x.conj() * x).real.sum(axis=axis, keepdims=keepdims)
        return xp.sqrt(squares).astype(x.dtype)
    total = (x * x).sum(axis=axis, keepdims=keepdims, dtype=x.dtype)
    return xp.sqrt(total).astype(x.dtype)


def _euclidean_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    from engine.ops.reduction import spread_like

    x, y = node.inputs[0], node.outputs[0]
    return x / spread_like(tf, node, y / grad)


_norm, _norm_dynamic = declare_reduction(
    "euclidean_norm", "EuclideanNorm", _euclidean_kernel, NUMERIC, _euclidean_gradient
)


@public("math.reduce_euclidean_norm")
def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The square root of the sum of squares along axes; arguments as `tf.reduce_sum`."""
    return reduce_with(_norm, _norm_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_variance")
@scoped("reduce_variance", last=False)
def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The mean squared distance from the mean along axes (no correction for the sample size).

    Args:
        input_tensor: tensor of floats or complex numbers.
        axis: axis or axes; None: all.
        keepdims: keep the reduced axes, with size 1?
        name: of the last node.

    Returns:
        A real tensor.

    Raises:
        TypeError: for integers.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(input_tensor)
    means = tf.reduce_mean(x, axis=axis, keepdims=True)
    if means.dtype.is_integer:
        raise TypeError(
            f"Input must be either real or complex. Received integer type {means.dtype}."
        )
    difference = x - means
    if difference.dtype.is_complex:
        squares = tf.math.real(tf.math.conj(difference) * difference)
    else:
        squares = tf.square(difference)
    return tf.reduce_mean(squares, axis=axis, keepdims=keepdims, name=name)


@public("math.reduce_std")
@scoped("reduce_std", last=False)
def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The square root of `tf.math.reduce_variance`; arguments and errors as there."""
    from engine.ops.namespace import tf

    variance = reduce_variance(input_tensor, axis=axis, keepdims=keepdims)
    return tf.sqrt(variance, name=name)


@public("math.reduce_logsumexp", "reduce_logsumexp")
@scoped("ReduceLogSumExp")
def reduce_logsumexp(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """log(sum(exp(x))) along axes, without overflow: the maximum is taken out first.

    Args:
        input_tensor: tensor of floats.
        axis: axis or axes; None: all.
        keepdims: keep the reduced axes, with size 1?
        name: of the last node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(input_tensor)
    top = tf.reduce_max(x, axis=axis, keepdims=True)
    top = tf.stop_gradient(tf.where(tf.math.is_finite(top), top, tf.constant(0.0, x.dtype)))
    result = tf.math.log(tf.reduce_sum(tf.exp(x - top), axis=axis, keepdims=keepdims))
    if not keepdims:
        top = tf.reshape(top, tf.shape(result))
    return tf.add(result, top, name=name)


@public("math.count_nonzero")
@scoped("count_nonzero")
def count_nonzero(
    input: Any, axis: Any = None, keepdims: Any = None, dtype: Any = int64, name: str | None = None
) -> Tensor:
    """How many elements along axes are not zero (for strings: not empty).

    Args:
        input: tensor of numbers, bools or strings.
        axis: axis or axes; None: all.
        keepdims: keep the reduced axes, with size 1?
        dtype: of the counts.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(input)
    if x.dtype is bool_:
        hits = x
    elif x.dtype is string:
        hits = tf.not_equal(x, tf.constant(""))
    else:
        hits = tf.not_equal(x, tf.constant(0, x.dtype))
    counts = tf.reduce_sum(tf.cast(hits, int64), axis=axis, keepdims=bool(keepdims))
    return tf.cast(counts, as_dtype(dtype), name=name)


@public("math.zero_fraction", "nn.zero_fraction")
@scoped("zero_fraction")
def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of elements that are zero, as a scalar float32; nan for an empty tensor.

    Args:
        value: numeric tensor.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(value)
    zero = tf.zeros((), x.dtype)
    zeros = tf.cast(tf.equal(x, zero), float32)
    return tf.reduce_mean(zeros, name=name)


@op("raw.add_n", type="AddN", dtypes={"T": NUMERIC},
    samples=[(["float32[3]", "float32[3]", "float32[3]"],)])  # fmt: skip
def add_n_op(inputs: Tensors, name: str | None = None) -> TensorSpec:
    """The sum of tensors of one shape."""
    dims = inputs[0].dims
    for other in inputs[1:]:
        try:
            dims = merge(dims, other.dims)
        except ValueError as error:
            raise ValueError(f"{error}: all inputs must have the same shape") from None
    return spec(inputs[0].dtype, dims)


@add_n_op.kernel
def _add_n_kernel(xp: Any, *inputs: Any) -> Any:
    total = inputs[0]
    for other in inputs[1:]:
        if other.shape != total.shape:
            raise ValueError(
                f"Inputs to operation AddN must have the same size and shape. Input 0: "
                f"{list(total.shape)} != input: {list(other.shape)}"
            )
        total = total + other
    return total


@add_n_op.gradient
def _add_n_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, ...]:
    return (grad,) * len(node.inputs)


@public("math.add_n", "add_n")
def add_n(inputs: Sequence[Any], name: str | None = None) -> Tensor:
    """The sum of tensors, element by element.

    Args:
        inputs: tensors of one shape and dtype.
        name: of the node.

    Raises:
        ValueError: if `inputs` is empty, no sequence, or the tensors do not fit together.
    """
    from engine.ops.namespace import tf

    if not isinstance(inputs, (list, tuple)):
        inputs = list(inputs)
    if not inputs:
        raise ValueError(
            f"Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype "
            f"and shape. Received: {inputs!r}"
        )
    tensors = [convert_to_tensor(x) for x in inputs]
    if len(tensors) == 1:
        return tf.identity(tensors[0], name=name) if name else tensors[0]
    return add_n_op(tensors, name)


@public("math.accumulate_n")
def accumulate_n(
    inputs: Sequence[Any], shape: Any = None, tensor_dtype: Any = None, name: str | None = None
) -> Tensor:
    """The sum of tensors, as `tf.add_n`.

    Args:
        inputs: tensors of one shape and dtype.
        shape: the expected shape.
        tensor_dtype: the expected dtype.
        name: of the node.

    Raises:
        ValueError: if `inputs` is empty or the tensors differ from each other or from `shape`.
        TypeError: if their dtype is not `tensor_dtype`.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError("inputs must be a list of at least one Tensor/IndexedSlices with the "
                         "same dtype and shape")  # fmt: skip
    tensors = [convert_to_tensor(x) for x in inputs]
    if any(x.dtype is not tensors[0].dtype for x in tensors):
        raise ValueError("inputs must be a list of at least one Tensor/IndexedSlices with the "
                         "same dtype and shape")  # fmt: skip
    if tensor_dtype is not None and as_dtype(tensor_dtype) is not tensors[0].dtype:
        raise TypeError(
            f"The `tensor_dtype` argument is {tensor_dtype}, but `input` is of type "
            f"{tensors[0].dtype}. These must be equal."
        )
    for x in tensors:
        if shape is not None:
            x.shape.assert_is_compatible_with(shape)
        x.shape.assert_is_compatible_with(tensors[0].shape)
    return add_n(tensors, name)


@public("math.scalar_mul", "scalar_mul")
def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Tensor:
    """A scalar times a tensor.

    Args:
        scalar: number or tensor of rank 0.
        x: numeric tensor.
        name: of the node.

    Raises:
        ValueError: if `scalar` is no scalar.
    """
    from engine.ops.namespace import tf

    factor = convert_to_tensor(scalar, dtype=x.dtype)
    if factor.dims:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {factor.shape}.")
    return tf.multiply(factor, x, name=name)


@public("math.polyval")
def polyval(coeffs: Sequence[Any], x: Any, name: str | None = None) -> Tensor:
    """The polynomial with `coeffs` (highest power first) at `x`, by Horner's rule.

    Args:
        coeffs: list of numbers or tensors that broadcast with `x`.
        x: numeric tensor.
        name: of the nodes.

    Raises:
        ValueError: if `coeffs` is no list.
    """
    from engine.ops.namespace import tf

    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = convert_to_tensor(x)
    if not coeffs:
        return tf.zeros_like(x, name=name)
    terms = [convert_to_tensor(value, dtype_hint=x.dtype) for value in coeffs]
    total = terms[0]
    for term in terms[1:]:
        total = term + total * x
    return total
