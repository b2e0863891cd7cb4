"""Shapes of tensors, and tensors of another shape."""

from __future__ import annotations

from math import prod
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import (
    Dims,
    as_dims,
    bracketed,
    compatible,
    merge,
    num_elements,
    show,
)
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor, Tensors
from engine.ops.arguments import checked_ints, listed, refused_index, shape_tensor
from engine.ops.kernels import as_array, is_array, refuse
from engine.ops.namespace import tf

public("get_static_value")(get_static_value)


@op(
    "raw.shape",
    samples=[("float32[2,3]", int32)],
    type="Shape",
    hint="Shape",
    groups={"input": "T"},
)
def shape_op(input: Tensor, out_type: DType, name: str | None = None) -> TensorSpec:
    """The shape of `input` as a vector."""
    return spec(out_type, (None if input.dims is None else len(input.dims),))


@shape_op.kernel
def _shape_kernel(xp: Any, x: Any, out_type: DType) -> Any:
    return xp.array(getattr(x, "shape", ()), dtype=out_type.name)


@public("shape")
def shape(input: Any, out_type: Any = None, name: str | None = None) -> Tensor:
    """The shape of a tensor, as a vector of integers.

    Args:
        input: tensor of any dtype and shape.
        out_type: int32 (default) or int64.
        name: of the node.
    """
    input = convert_to_tensor(input)
    kind = int32 if out_type is None else as_dtype(out_type)
    dims = input.dims
    known = dims is not None and None not in dims
    if kind not in (int32, int64) and (current().eager or not known):
        raise refused_index(kind, "Shape", "out_type", "out_type")
    if dims is not None and known:
        return tf.constant(list(dims), kind, name=name or "Shape")
    return shape_op(input, kind, name=name)


@public("shape_n")
def shape_n(input: Any, out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """The shapes of several tensors."""
    return [shape(item, out_type, name) for item in listed(input, "input", "ShapeN", "shape_n")]


@op("raw.size", samples=[("float32[2,3]", int32)], type="Size", hint="Size")
def size_op(input: Tensor, out_type: DType, name: str | None = None) -> TensorSpec:
    """The number of elements of `input`."""
    return spec(out_type, ())


@size_op.kernel
def _size_kernel(xp: Any, x: Any, out_type: DType) -> Any:
    return xp.asarray(getattr(x, "size", 1), dtype=out_type.name)[()]


@public("size")
def size(input: Any, out_type: Any = None, name: str | None = None) -> Tensor:
    """The number of elements of a tensor.

    Args:
        input: tensor of any dtype and shape.
        out_type: int32 (default) or int64.
        name: of the node.
    """
    input = convert_to_tensor(input)
    kind = int32 if out_type is None else as_dtype(out_type)
    count = num_elements(input.dims)
    if count is not None:
        return tf.constant(count, kind, name=name or "Size")
    return size_op(input, kind, name=name)


@op("raw.rank", samples=[("float32[2,3]",)], type="Rank", hint="Rank")
def rank_op(input: Tensor, name: str | None = None) -> TensorSpec:
    """The number of axes of `input`."""
    return spec(int32, ())


@rank_op.kernel
def _rank_kernel(xp: Any, x: Any) -> Any:
    return xp.asarray(getattr(x, "ndim", 0), dtype="int32")[()]


@public("rank")
def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of axes of a tensor, as an int32 scalar."""
    input = convert_to_tensor(input)
    if input.dims is not None:
        return tf.constant(len(input.dims), int32, name=name or "Rank")
    return rank_op(input, name=name)


def _inferred(count: int, wanted: tuple[int | None, ...]) -> Dims:
    """`wanted` with its only unknown size, for a tensor of `count` elements."""
    known = num_elements(tuple(size for size in wanted if size is not None)) or 0
    if not known or count % known:
        raise ValueError(
            f"Dimension size must be evenly divisible by {known} but is {count} for 'Reshape'"
        )
    return tuple(count // known if size is None else size for size in wanted)


def reshaped(dims: Dims, wanted: Dims) -> Dims:
    """Shape after reshaping `dims` to `wanted`, where at most one size is -1 (inferred).

    Raises:
        ValueError: if the numbers of elements cannot agree.
    """
    if wanted is None:
        return None
    if sum(size == -1 for size in wanted) > 1:
        raise ValueError(f"only one input size may be -1, not both in shape {list(wanted)}")
    count = num_elements(dims)
    if wanted.count(None) == 1 and -1 not in wanted and count:
        return _inferred(count, wanted)
    known = num_elements(tuple(size for size in wanted if size != -1))
    if -1 not in wanted:
        if count is not None and known is not None and count != known:
            raise ValueError(
                f"Cannot reshape a tensor with {count} elements to shape {bracketed(wanted)} "
                f"({known} elements)"
            )
        return wanted
    if count is None or known is None:
        return tuple(None if size == -1 else size for size in wanted)
    if known == 0 or count % known:
        if known == 0 and count == 0:
            return tuple(None if size == -1 else size for size in wanted)
        raise ValueError(
            f"Input to reshape is a tensor with {count} values, but the requested shape requires "
            f"a multiple of {known}"
        )
    return tuple(count // known if size == -1 else size for size in wanted)


def _filled(found: Any, wanted: Any) -> Any:
    """`wanted` without its -1 where nothing has elements: sizes that are not 0 decide it."""
    if 0 not in found or 0 not in wanted or tuple(wanted).count(-1) != 1:
        return wanted
    count = prod(size for size in found if size)
    missing = count // prod(size for size in wanted if size > 0)
    return tuple(missing if size == -1 else size for size in wanted)


@op(
    "raw.reshape",
    samples=[("float32[2,3]", (3, -1)), ("float64[]", (1,))],
    type="Reshape",
    hint="Reshape",
)
def reshape_op(tensor: Tensor, dims: Any, name: str | None = None) -> TensorSpec:
    """`tensor` with the shape `dims`, which may hold one -1."""
    return spec(tensor.dtype, reshaped(tensor.dims, dims))


@reshape_op.kernel
def _reshape_kernel(xp: Any, x: Any, dims: Any) -> Any:
    if type(x) is bytes:
        x = as_array(xp, x)
    try:
        return x.reshape(dims) if dims else x.reshape(())[()]
    except ValueError:
        if not x.size and 0 in dims:
            return x.reshape(_filled(x.shape, dims))
        raise _reshape_error(x.shape, dims) from None


def _reshape_error(found: Any, wanted: Any) -> Exception:
    count = num_elements(tuple(found)) or 0
    known = num_elements(tuple(size for size in wanted if size != -1)) or 0
    if sum(size == -1 for size in wanted) > 1:
        first, second = [i for i, size in enumerate(wanted) if size == -1][:2]
        return refuse(f"Only one input size may be -1, not both {first} and {second}")
    what = "requires a multiple of" if -1 in wanted else "has"
    return refuse(
        f"Input to reshape is a tensor with {count} values, but the requested shape {what} {known}"
    )


@reshape_op.binder
def _reshape_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    dims = attrs["dims"]
    if not dims or not is_array(inputs[0]):
        return lambda x: _reshape_kernel(xp, x, dims)

    def reshape(x: Any) -> Any:
        try:
            return x.reshape(dims)
        except ValueError:
            return _reshape_kernel(xp, x, dims)

    return reshape


@reshape_op.gradient
def _reshape_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.reshape(grad, tf.shape(node.inputs[0]))


@op(
    "raw.reshape_dynamic",
    samples=[("float32[2,3]", (3, 2), None)],
    type="Reshape",
    hint="Reshape",
    groups={"shape": "Tshape"},
)
def reshape_dynamic(
    tensor: Tensor, shape: Tensor, dims: Any, name: str | None = None
) -> TensorSpec:
    """As `raw.reshape`, to a shape known at run time; `dims` is what is known of it."""
    if dims is None and shape.dims is not None and shape.dims[0] is not None:
        dims = (None,) * shape.dims[0]
    return spec(tensor.dtype, reshaped(tensor.dims, dims))


@reshape_dynamic.kernel
def _reshape_dynamic_kernel(xp: Any, x: Any, shape: Any, dims: Any) -> Any:
    if type(x) is bytes:
        x = as_array(xp, x)
    return _reshape_kernel(xp, x, tuple(shape.tolist()))


@reshape_dynamic.gradient
def _reshape_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.reshape(grad, tf.shape(node.inputs[0])), None


def _refuse_size(dims: Any) -> None:
    at, size = next((i, n) for i, n in enumerate(dims) if n is not None and n < -1)
    if current().eager:
        raise refuse(f"Size {at} must be non-negative, not {size} [Op:Reshape]")
    raise ValueError(f"Invalid value in tensor used for shape: {size}")


@public("reshape")
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The same elements in another shape, in row-major order.

    Args:
        tensor: tensor of any dtype.
        shape: sizes as int32 or int64; one of them may be -1: whatever is left.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the number of elements differs.
    """
    tensor = convert_to_tensor(tensor)
    dims = checked_ints(shape, "Reshape", "shape", "Tshape")
    if isinstance(dims, int):
        if not current().eager:
            raise ValueError("Shape must be rank 1 but is rank 0 for 'Reshape'")
        dims = (dims,)
    if dims is not None and any(type(size) is int and size < -1 for size in dims):
        _refuse_size(dims)
    if dims is not None and None not in dims:
        return reshape_op(tensor, dims, name=name)
    return reshape_dynamic(tensor, shape_tensor(shape), dims, name=name)


@op(
    "raw.ensure_shape",
    samples=[("float32[2,3]", (None, 3))],
    type="EnsureShape",
    hint="EnsureShape",
)
def ensure_shape_op(input: Tensor, dims: Any, name: str | None = None) -> TensorSpec:
    """`input`, checked at run time to have a shape that fits `dims`."""
    try:
        return spec(input.dtype, merge(input.dims, dims))
    except ValueError:
        raise ValueError(
            f"Shapes must be equal rank, but are {len(input.dims or ())} and {len(dims)}"
            if len(input.dims or ()) != len(dims)
            else f"Shape of tensor {show(input.dims)} is not compatible with expected shape "
            f"{show(dims)}."
        ) from None


@ensure_shape_op.kernel
def _ensure_shape_kernel(xp: Any, x: Any, dims: Any) -> Any:
    found = getattr(x, "shape", ())
    if not compatible(found, dims):
        raise refuse(
            f"Shape of tensor input {bracketed(found)} is not compatible with expected shape "
            f"{bracketed(dims)}."
        )
    return x


@ensure_shape_op.gradient
def _ensure_shape_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad


@public("ensure_shape")
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """`x`, with an error at run time where its shape does not fit `shape`.

    Args:
        x: tensor of any dtype.
        shape: anything `tf.TensorShape` takes.
        name: of the node.
    """
    return ensure_shape_op(x, as_dims(shape), name=name)


@op(
    "raw.identity_n",
    samples=[(["float32[2]", "int32[]"],)],
    type="IdentityN",
    groups={"input": None},
)
def identity_n_op(input: Tensors, name: str | None = None) -> tuple[TensorSpec, ...]:
    """Tensors with the same values as those of a list."""
    return tuple(spec(item.dtype, item.dims) for item in input)


@identity_n_op.kernel
def _identity_n_kernel(xp: Any, *items: Any) -> Any:
    return items


@identity_n_op.gradient
def _identity_n_gradient(tf: Any, node: Any, *grads: Tensor) -> tuple[Tensor, ...]:
    return grads


@public("identity_n")
def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """Tensors with the same values as those of a list."""
    items = listed(input, "input", "IdentityN", "IdentityN")
    if len(items) == 1:
        return [tf.identity(items[0], name=name)]
    return list(identity_n_op(items, name=name))
