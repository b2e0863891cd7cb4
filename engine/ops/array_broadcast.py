"""Broadcasting: tensors repeated to larger shapes, and sums that undo it."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import int32
from engine.ir.op import op, public
from engine.ir.shapes import Dims, TensorShape, as_dims, bracketed, broadcast, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints, partial_ints
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints, refusal, shape_tensor
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf


def broadcast_to_dims(dims: Dims, wanted: Dims) -> Dims:
    """`wanted`, if `dims` broadcasts to it. Raises ValueError otherwise."""
    if dims is None or wanted is None:
        return wanted
    if len(dims) > len(wanted):
        raise ValueError(
            f"Rank of input ({len(dims)}) must be no greater than rank of output shape "
            f"({len(wanted)})."
        )
    offset = len(wanted) - len(dims)
    for i, size in enumerate(dims):
        target = wanted[offset + i]
        if size not in (1, None) and target is not None and target != size:
            raise ValueError(f"Incompatible shapes: {bracketed(dims)} vs. {bracketed(wanted)}")
    return wanted


@op(
    "raw.broadcast_to",
    samples=[("float32[1,3]", (2, 3)), ("float64[]", (2,))],
    type="BroadcastTo",
    hint="BroadcastTo",
)
def broadcast_to_op(input: Tensor, dims: Any, name: str | None = None) -> TensorSpec:
    """`input` repeated along axes of size 1, and along new first axes."""
    return spec(input.dtype, broadcast_to_dims(input.dims, dims))


@broadcast_to_op.kernel
def _broadcast_to_kernel(xp: Any, x: Any, dims: Any) -> Any:
    return xp.broadcast_to(as_array(xp, x), dims).copy()[()]


@broadcast_to_op.gradient
def _broadcast_to_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.raw.unbroadcast(grad, node.inputs[0])


@op(
    "raw.broadcast_to_dynamic",
    samples=[("float32[3]", (2, 3), None)],
    type="BroadcastTo",
    hint="BroadcastTo",
    groups={"shape": "Tidx"},
)
def broadcast_to_dynamic(
    input: Tensor, shape: Tensor, dims: Any, name: str | None = None
) -> TensorSpec:
    """As `raw.broadcast_to`, to a shape known at run time."""
    return spec(input.dtype, broadcast_to_dims(input.dims, dims))


@broadcast_to_dynamic.kernel
def _broadcast_to_dynamic_kernel(xp: Any, x: Any, shape: Any, dims: Any) -> Any:
    x = as_array(xp, x)
    wanted = tuple(shape.tolist())
    try:
        return xp.broadcast_to(x, wanted).copy()[()]
    except ValueError as error:
        raise refuse(
            f"Incompatible shapes: {bracketed(x.shape)} vs. {bracketed(wanted)}"
        ) from error


@broadcast_to_dynamic.gradient
def _broadcast_to_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.raw.unbroadcast(grad, node.inputs[0]), None


@public("broadcast_to")
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A tensor repeated to a larger shape, by the rules of element-wise ops.

    Args:
        input: tensor of any dtype.
        shape: the shape of the result.
        name: of the node.
    """
    dims = checked_ints(shape, "BroadcastTo", "shape")
    if isinstance(dims, int):
        raise refusal("BroadcastTo", "shape must be a vector, got shape []",
                      "Shape must be rank 1 but is rank 0 for 'BroadcastTo'")  # fmt: skip
    if isinstance(dims, tuple) and None not in dims:
        return broadcast_to_op(input, dims, name=name)
    return broadcast_to_dynamic(input, shape_tensor(shape), dims, name=name)


@public("raw.unbroadcast")
def unbroadcast(grad: Tensor, x: Tensor) -> Tensor:
    """Sum `grad` over the axes that broadcasting added to `x`."""
    from engine.ops.declare import unbroadcast as run

    return run(tf, grad, x)


@op(
    "raw.broadcast_dynamic_shape",
    samples=[((2, 1), (3,))],
    type="BroadcastArgs",
    hint="BroadcastArgs",
)
def broadcast_args(s0: Tensor, s1: Tensor, name: str | None = None) -> TensorSpec:
    """The shape that two shapes broadcast to."""
    if s0.dims is None or s1.dims is None or None in s0.dims + s1.dims:
        return spec(s0.dtype, (None,))
    return spec(s0.dtype, (max(s0.dims[0] or 0, s1.dims[0] or 0),))


@broadcast_args.kernel
def _broadcast_args_kernel(xp: Any, s0: Any, s1: Any) -> Any:
    try:
        dims = broadcast(tuple(s0.tolist()), tuple(s1.tolist()))
    except ValueError as error:
        raise refuse(f"Incompatible shapes: {s0.tolist()} vs. {s1.tolist()}") from error
    return xp.array(dims, dtype=s0.dtype)


@public("broadcast_dynamic_shape")
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape (a vector) that two shapes given as tensors broadcast to."""
    return broadcast_args(shape_x, shape_y)


@public("broadcast_static_shape")
def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The `TensorShape` that two of them broadcast to.

    Raises:
        ValueError: where none exists.
        AttributeError: for anything but a `TensorShape`.
    """
    left, right = (None if x.ndims is None else as_dims(x) for x in (shape_x, shape_y))
    try:
        return TensorShape.of(broadcast(left, right))
    except ValueError:
        raise ValueError(
            f"Incompatible shapes for broadcasting: {show(left)} and {show(right)}."
        ) from None


@op("raw.broadcast_gradient_axes", type="BroadcastGradientArgs")
def broadcast_gradient_axes(x_shape: Tensor, grad_shape: Tensor) -> TensorSpec:
    """The axes of a gradient over which it is summed to fit `x_shape`."""
    return spec(int32, (None,))


@broadcast_gradient_axes.kernel
def _broadcast_gradient_axes_kernel(xp: Any, x_shape: Any, grad_shape: Any) -> Any:
    small, large = x_shape.tolist(), grad_shape.tolist()
    extra = len(large) - len(small)
    axes = list(range(extra))
    axes += [extra + i for i, n in enumerate(small) if n == 1 != large[extra + i]]
    return xp.array(axes, dtype="int32")


@op(
    "raw.sum_dynamic",
    samples=[("float32[2,3]", (0,))],
    type="Sum",
    hint="Sum",
    groups={"axes": "Tidx"},
)
def sum_dynamic(input: Tensor, axes: Tensor) -> TensorSpec:
    """The sum over axes known at run time, which are dropped."""
    return spec(input.dtype, None)


@sum_dynamic.kernel
def _sum_dynamic_kernel(xp: Any, x: Any, axes: Any) -> Any:
    if not axes.size:
        return x
    return xp.add.reduce(x, axis=tuple(axes.tolist()))


@sum_dynamic.gradient
def _sum_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    x, axes = node.inputs
    kept = tf.raw.kept_shape(tf.shape(x), axes)
    return tf.broadcast_to(tf.reshape(grad, kept), tf.shape(x)), None


@op("raw.kept_shape", type="DynamicStitch", groups={"shape": "S", "axes": "A"})
def kept_shape(shape: Tensor, axes: Tensor) -> TensorSpec:
    """`shape` with size 1 at `axes`."""
    return spec(shape.dtype, shape.dims)


@kept_shape.kernel
def _kept_shape_kernel(xp: Any, shape: Any, axes: Any) -> Any:
    out = shape.copy()
    out[axes] = 1
    return out


@public("raw.partial_dims")
def partial_dims(shape: Any) -> Dims:
    """What is known of a shape given as a tensor."""
    found = partial_ints(shape) if isinstance(shape, Tensor) else known_ints(shape)
    return None if isinstance(found, int) else found
