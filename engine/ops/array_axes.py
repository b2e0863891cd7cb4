"""Axes of size 1 that come and go: expand_dims and squeeze."""

from __future__ import annotations

from typing import Any

from engine.ir.op import op, public
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import scalar_int
from engine.ops.dynamic import dynamic_twin
from engine.ops.kernels import as_array, is_array


def expanded(dims: Dims, axis: int) -> Dims:
    """`dims` with an axis of size 1 at `axis`. Raises ValueError outside [-rank-1, rank]."""
    if dims is None:
        return None
    at = axis + len(dims) + 1 if axis < 0 else axis
    if not 0 <= at <= len(dims):
        raise ValueError(
            f"Tried to expand dim index {axis} for tensor with {len(dims)} dimensions."
        )
    return (*dims[:at], 1, *dims[at:])


@op(
    "raw.expand_dims",
    samples=[("float32[2]", 1), ("string[2]", 0)],
    type="ExpandDims",
    hint="ExpandDims",
)
def expand_dims_op(input: Tensor, axis: int, name: str | None = None) -> TensorSpec:
    """`input` with a new axis of size 1."""
    return spec(input.dtype, expanded(input.dims, axis))


@expand_dims_op.kernel
def _expand_dims_kernel(xp: Any, x: Any, axis: int) -> Any:
    x = as_array(xp, x)
    return x.reshape(expanded(x.shape, axis))


@expand_dims_op.binder
def _expand_dims_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    axis = attrs["axis"]
    dims = outputs[0].dims
    if dims is None or not is_array(inputs[0]) or not inputs[0].dims:
        return lambda x: _expand_dims_kernel(xp, x, axis)
    if None not in dims:
        return lambda x: x.reshape(dims)
    at = axis % len(dims)
    key = (*[slice(None)] * at, None)
    return lambda x: x[key]


@expand_dims_op.gradient
def _expand_dims_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.reshape(grad, tf.shape(node.inputs[0]))


_expand_dims_loose = dynamic_twin(
    expand_dims_op, "axis",
    lambda input, axis: spec(input.dtype, input.dims and (None,) * (len(input.dims) + 1)),
)  # fmt: skip


@public("expand_dims")
def expand_dims(input: Any, axis: Any, name: str | None = None) -> Tensor:
    """A tensor with one more axis, of size 1.

    Args:
        input: tensor of any dtype and shape.
        axis: position of the new axis in the result, in [-rank - 1, rank].
        name: of the node.
    """
    problem = "'dim' must be a tensor with a single value"
    at = scalar_int(axis, "ExpandDims", "dim", problem, "Tdim", single=True)
    if at is None:
        return _expand_dims_loose(input, axis, name=name)
    return expand_dims_op(input, at, name=name)


def squeezed(dims: Dims, axes: tuple[int, ...]) -> Dims:
    """`dims` without `axes` (empty: all those of size 1). Raises ValueError for other sizes."""
    if dims is None:
        return None
    rank = len(dims)
    if not axes:
        return None if None in dims else tuple(size for size in dims if size != 1)
    gone = set()
    for axis in axes:
        if not -rank <= axis < rank:
            raise ValueError(
                f"Tried to squeeze dim index {axis} for tensor with {rank} dimensions."
            )
        if dims[axis] not in (1, None):
            raise ValueError(
                f"Can not squeeze dim[{axis % rank}], expected a dimension of 1, got {dims[axis]}"
            )
        gone.add(axis % rank)
    return tuple(size for i, size in enumerate(dims) if i not in gone)


@op(
    "raw.squeeze",
    samples=[("float32[1,2,1]", ()), ("float32[1,2]", (0,))],
    type="Squeeze",
    hint="Squeeze",
)
def squeeze_op(input: Tensor, axis: Any, name: str | None = None) -> TensorSpec:
    """`input` without axes of size 1."""
    return spec(input.dtype, squeezed(input.dims, axis))


@squeeze_op.kernel
def _squeeze_kernel(xp: Any, x: Any, axis: Any) -> Any:
    x = as_array(xp, x)
    return x.reshape(squeezed(x.shape, axis))[()]


@squeeze_op.binder
def _squeeze_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    dims = outputs[0].dims
    if not dims or None in dims or not is_array(inputs[0]):
        axis = attrs["axis"]
        return lambda x: _squeeze_kernel(xp, x, axis)
    return lambda x: x.reshape(dims)


@squeeze_op.gradient
def _squeeze_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.reshape(grad, tf.shape(node.inputs[0]))


@public("squeeze")
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """A tensor without some axes of size 1.

    Args:
        input: tensor of any dtype.
        axis: axis or axes to drop; None: all of size 1.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if a given axis has another size.
    """
    if isinstance(axis, Tensor):
        raise TypeError(f"Expected list for 'axis' argument to 'squeeze' Op, not {axis!r}.")
    axes = () if axis is None else axis if isinstance(axis, (list, tuple)) else (axis,)
    axes = tuple(int(item) for item in axes)
    return squeeze_op(input, axes, name=name)
