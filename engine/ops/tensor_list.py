"""Lists of tensors as values of graphs: what `tf.TensorArray` is made of.

A list is a Python list that is never changed after it is made; None elements were not written, and
None for the whole list (in gradients) stands for zeros everywhere.
"""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.dtypes import DType, int32, variant
from engine.ir.op import op
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor

_GROUPS = {"handle": variant, "index": int32, "size": int32, "indices": int32}


@op("raw.list_reserve", type="TensorListReserve", groups=_GROUPS)
def list_reserve(size: Tensor) -> TensorSpec:
    """A list of `size` unwritten elements."""
    return spec(variant, ())


@list_reserve.kernel
def _reserve_kernel(xp: Any, size: Any) -> Any:
    return [None] * int(size)


@op("raw.list_set", type="TensorListSetItem", groups=_GROUPS)
def list_set(handle: Tensor, index: Tensor, value: Tensor, grow: bool = False) -> TensorSpec:
    """The list with `value` at `index`; it grows where `grow` allows."""
    return spec(variant, ())


@list_set.kernel
def _set_kernel(xp: Any, handle: Any, index: Any, value: Any, grow: bool = False) -> Any:
    made = list(handle or ())
    at = int(index)
    if at >= len(made) or at < 0:
        if at < 0 or not (grow or handle is None):
            raise InvalidArgumentError(
                None, None,
                f"Tried to write to index {at} but array is not resizeable and size is: "
                f"{len(made)}",
            )  # fmt: skip
        made.extend([None] * (at + 1 - len(made)))
    made[at] = value
    return made


@list_set.gradient
def _set_gradient(tf: Any, node: Any, grad: Any) -> Any:
    if grad is None:
        return None, None, None
    value = node.inputs[2]
    index = node.inputs[1]
    return (
        tf.raw.list_clear(grad, index),
        None,
        list_get(grad, index, dtype=value.dtype, dims=value.dims, zero=True),
    )


_set_gradient.takes_missing = True  # type: ignore[attr-defined]


@op("raw.list_clear", groups=_GROUPS)
def list_clear(handle: Tensor, index: Tensor) -> TensorSpec:
    """The list with nothing at `index`."""
    return spec(variant, ())


@list_clear.kernel
def _clear_kernel(xp: Any, handle: Any, index: Any) -> Any:
    made = list(handle or ())
    if 0 <= index < len(made):
        made[int(index)] = None
    return made


@list_clear.gradient
def _clear_gradient(tf: Any, node: Any, grad: Any) -> Any:
    return list_clear(grad, node.inputs[1]), None


@op("raw.list_get", type="TensorListGetItem", groups=_GROUPS)
def list_get(
    handle: Tensor, index: Tensor, dtype: DType, dims: Dims, zero: bool = False
) -> TensorSpec:
    """The element at `index`; zeros where it was not written and that is known to be wanted."""
    return spec(dtype, dims)


@list_get.kernel
def _get_kernel(
    xp: Any, handle: Any, index: Any, dtype: DType, dims: Dims, zero: bool = False
) -> Any:
    items = handle if handle is not None else []
    at = int(index)
    if not 0 <= at < len(items):
        if zero:
            return _zeros(xp, dtype, dims, items)
        raise InvalidArgumentError(
            None, None, f"Tried to read from index {at} but array size is: {len(items)}"
        )
    value = items[at]
    return _zeros(xp, dtype, dims, items) if value is None else value


def _zeros(xp: Any, dtype: DType, dims: Dims, items: Any) -> Any:
    if dtype is variant:
        return None
    known = dims
    if dims is None or None in dims:
        shapes = [item.shape for item in items if item is not None]
        known = shapes[0] if shapes else ()
    return xp.zeros(known, dtype.as_numpy_dtype)[()]


@list_get.gradient
def _get_gradient(tf: Any, node: Any, grad: Any) -> Any:
    empty = tf.raw.list_zeros_like(node.inputs[0])
    return list_set(empty, node.inputs[1], grad, grow=True), None


@op("raw.list_zeros_like", groups=_GROUPS)
def list_zeros_like(handle: Tensor) -> TensorSpec:
    """A list as long, with nothing written."""
    return spec(variant, ())


@list_zeros_like.kernel
def _zeros_like_kernel(xp: Any, handle: Any) -> Any:
    return [None] * len(handle or ())


@op("raw.list_length", type="TensorListLength", groups=_GROUPS)
def list_length(handle: Tensor) -> TensorSpec:
    """How many elements, as int32."""
    return spec(int32, ())


@list_length.kernel
def _length_kernel(xp: Any, handle: Any) -> Any:
    return xp.int32(len(handle or ()))


@op("raw.list_stack", type="TensorListStack", groups=_GROUPS)
def list_stack(handle: Tensor, dtype: DType, dims: Dims, count: int | None = None) -> TensorSpec:
    """All elements along a new first axis."""
    return spec(dtype, None if dims is None else (count, *dims))


@list_stack.kernel
def _stack_kernel(xp: Any, handle: Any, dtype: DType, dims: Dims, count: int | None = None) -> Any:
    items = handle or []
    shapes = [item.shape for item in items if item is not None and hasattr(item, "shape")]
    known = shapes[0] if shapes else dims
    if known is None or None in known:
        if items:
            raise InvalidArgumentError(
                None, None, "Tried to stack elements of a list with non-fully-defined element_shape"
            )
        known = tuple(size or 0 for size in known or ())
    for shape in shapes:
        if shape != known:
            raise InvalidArgumentError(
                None, None,
                f"Tried to stack list which only contains uninitialized tensors or tensors of "
                f"different shapes: {list(known)} and {list(shape)}",
            )  # fmt: skip
    kind = object if dtype.kind == "S" else dtype.as_numpy_dtype
    made = xp.zeros((len(items), *known), kind)
    for i, item in enumerate(items):
        if item is not None:
            made[i] = item
        elif dtype.kind == "S":
            made[i] = b""
    return made


@list_stack.gradient
def _stack_gradient(tf: Any, node: Any, grad: Any) -> Any:
    return list_from_tensor(grad)


@op("raw.list_from_tensor", type="TensorListFromTensor", groups=_GROUPS)
def list_from_tensor(tensor: Tensor) -> TensorSpec:
    """The rows of a tensor as a list."""
    return spec(variant, ())


@list_from_tensor.kernel
def _from_tensor_kernel(xp: Any, tensor: Any) -> Any:
    return list(tensor)


@list_from_tensor.gradient
def _from_tensor_gradient(tf: Any, node: Any, grad: Any) -> Any:
    tensor = node.inputs[0]
    dims = None if tensor.dims is None else tensor.dims[1:]
    count = None if tensor.dims is None else tensor.dims[0]
    return list_stack(grad, dtype=tensor.dtype, dims=dims, count=count)


@op("raw.list_concat", type="TensorListConcatV2", groups=_GROUPS)
def list_concat(handle: Tensor, dtype: DType, dims: Dims) -> TensorSpec:
    """All elements joined along their first axis."""
    return spec(dtype, None if dims is None else (None, *dims[1:]))


@list_concat.kernel
def _concat_kernel(xp: Any, handle: Any, dtype: DType, dims: Dims) -> Any:
    items = [item for item in handle or () if item is not None]
    if not items:
        known = tuple(size or 0 for size in (dims or (0,)))
        return xp.zeros((0, *known[1:]), dtype.as_numpy_dtype)
    return xp.concatenate(items)


@list_concat.gradient
def _concat_gradient(tf: Any, node: Any, grad: Any) -> Any:
    return tf.raw.list_split(grad, node.inputs[0])


@op("raw.list_split", type="TensorListSplit", groups=_GROUPS)
def list_split(tensor: Tensor, handle: Tensor) -> TensorSpec:
    """A tensor cut along its first axis into pieces as long as the elements of `handle`."""
    return spec(variant, ())


@list_split.kernel
def _split_kernel(xp: Any, tensor: Any, handle: Any) -> Any:
    out, at = [], 0
    for item in handle or ():
        size = 0 if item is None else item.shape[0]
        out.append(tensor[at : at + size])
        at += size
    return out


@list_split.gradient
def _split_gradient(tf: Any, node: Any, grad: Any) -> Any:
    tensor = node.inputs[0]
    return list_concat(grad, dtype=tensor.dtype, dims=tensor.dims), None


@op("raw.list_split_lengths", type="TensorListSplit",
    groups={**_GROUPS, "lengths": int32})  # fmt: skip
def list_split_lengths(tensor: Tensor, lengths: Tensor) -> TensorSpec:
    """A tensor cut along its first axis into pieces of the given lengths."""
    return spec(variant, ())


@list_split_lengths.kernel
def _split_lengths_kernel(xp: Any, tensor: Any, lengths: Any) -> Any:
    out, at = [], 0
    for size in lengths:
        out.append(tensor[at : at + int(size)])
        at += int(size)
    return out


@list_split_lengths.gradient
def _split_lengths_gradient(tf: Any, node: Any, grad: Any) -> Any:
    tensor = node.inputs[0]
    return list_concat(grad, dtype=tensor.dtype, dims=tensor.dims), None
