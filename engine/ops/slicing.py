"""Blocks of tensors: slice and strided_slice."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints, static_ints
from engine.ops.indexing import Bound, Key, getitem, numpy_key, scatter_into
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf


@public("slice")
def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The block of `size` that starts at `begin`.

    Args:
        input_: tensor of any dtype, rank R.
        begin: R integers.
        size: R integers; -1: up to the end.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the block leaves the tensor.
    """
    tensor = convert_to_tensor(input_)
    first = checked_ints(begin, "Slice", "begin", "Index")
    count = checked_ints(size, "Slice", "size", "Index")
    if isinstance(first, int) or isinstance(count, int):
        if current().eager:
            raise refuse("Expected begin and size arguments to be 1-D tensors [Op:Slice]")
        raise ValueError("Shape must be rank 1 but is rank 0 for 'Slice'")
    if first is not None and count is not None and None not in first + count:
        return slice_op(tensor, first, count, name=name)
    begin, size = convert_to_tensor(begin), convert_to_tensor(size)
    if begin.dtype is not size.dtype:
        begin, size = tf.cast(begin, int64), tf.cast(size, int64)
    return slice_dynamic(tensor, begin, size, count, first, name=name)


def _block(dims: Dims, begin: Any, size: Any) -> Key:
    if dims is not None and (len(begin) != len(dims) or len(size) != len(dims)):
        raise ValueError(
            f"Expected begin and size arguments to be 1-D tensors of size {len(dims)}, but got "
            f"shapes [{len(begin)}] and [{len(size)}] instead."
        )
    key = []
    for i, (first, count) in enumerate(zip(begin, size)):
        total = None if dims is None else dims[i]
        last = total if count == -1 else first + count
        if total is not None and (first < 0 or first > total):
            raise ValueError(f"Expected begin[{i}] in [0, {total}], but got {first}")
        if total is not None and (last is None or last > total or count < -1):
            raise ValueError(f"Expected size[{i}] in [0, {total - first}], but got {count}")
        key.append((first, last, None))
    return tuple(key)


@op("raw.slice", samples=[("float32[3,4]", (1, 0), (2, -1))], type="Slice", hint="Slice")
def slice_op(input: Tensor, begin: Any, size: Any, name: str | None = None) -> TensorSpec:
    """The block of `size` at `begin`."""
    if len(begin) != len(size):
        raise ValueError(f"Dimension 0 in both shapes must be equal, but are {len(begin)} and "
                         f"{len(size)}. Shapes are [{len(begin)}] and [{len(size)}].")  # fmt: skip
    _block(input.dims, begin, size)
    dims = input.dims or (None,) * len(size)
    return spec(input.dtype, tuple(
        (None if total is None else total - first) if count == -1 else count
        for total, first, count in zip(dims, begin, size)
    ))  # fmt: skip


@slice_op.kernel
def _slice_kernel(xp: Any, x: Any, begin: Any, size: Any) -> Any:
    return as_array(xp, x)[numpy_key(_block(getattr(x, "shape", ()), begin, size))]


@slice_op.gradient
def _slice_op_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    key = tuple(
        (first, None if count == -1 else first + count, None)
        for first, count in zip(node.attrs["begin"], node.attrs["size"])
    )
    return scatter_into(node.inputs[0], grad, (), key)


@op(
    "raw.slice_dynamic",
    samples=[("float32[3,4]", (1, 0), (2, 2), (2, 2), (1, 0))],
    type="Slice",
    hint="Slice",
    groups={"begin": "Index", "size": "Index"},
)
def slice_dynamic(
    input: Tensor, begin: Tensor, size: Tensor, known: Any, first: Any, name: str | None = None
) -> TensorSpec:
    """As `raw.slice`, with numbers known at run time."""
    rank = None if input.dims is None else len(input.dims)
    if known is None:
        return spec(input.dtype, None if rank is None else (None,) * rank)
    sizes = input.dims or (None,) * len(known)
    starts = first or (None,) * len(known)
    return spec(input.dtype, tuple(
        count if count != -1 else None if start is None or total is None else total - start
        for count, start, total in zip(known, starts, sizes)
    ))  # fmt: skip


@slice_dynamic.kernel
def _slice_dynamic_kernel(xp: Any, x: Any, begin: Any, size: Any, known: Any, first: Any) -> Any:
    try:
        return _slice_kernel(xp, x, begin.tolist(), size.tolist())
    except ValueError as error:
        raise refuse(str(error)) from None


@slice_dynamic.gradient
def _slice_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    x, begin, _ = node.inputs
    rank = len(grad.dims or x.dims)
    before = tf.unstack(begin, num=rank)
    after = tf.unstack(tf.cast(begin, int32) + tf.shape(grad), num=rank)
    bounds = tuple(tf.cast(item, int32) for item in [*before, *after])
    key = tuple((Bound(i), Bound(rank + i), None) for i in range(rank))
    return scatter_into(x, grad, bounds, key), None, None


@public("strided_slice")
def strided_slice(
    input_: Any, begin: Any, end: Any, strides: Any = None, begin_mask: int = 0, end_mask: int = 0,
    ellipsis_mask: int = 0, new_axis_mask: int = 0, shrink_axis_mask: int = 0, var: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The elements from `begin` to `end` in steps of `strides`, axis by axis.

    Args:
        input_: tensor of any dtype.
        begin: first places.
        end: ends, not included.
        strides: steps, by default 1.
        begin_mask: bit i: ignore `begin[i]`.
        end_mask: bit i: ignore `end[i]`.
        ellipsis_mask: bit i: piece i stands for `...`.
        new_axis_mask: bit i: piece i is a new axis.
        shrink_axis_mask: bit i: piece i is the integer `begin[i]`.
        var: unused.
        name: of the node.
    """
    first, last = _items(begin), _items(end)
    steps = [1] * len(first) if strides is None else _items(strides)
    if not len(first) == len(last) == len(steps):
        sizes = f"[{len(first)}], [{len(last)}], and [{len(steps)}]"
        if current().eager:
            raise refuse("Expected begin, end, and strides to be 1D equal size tensors, but got "
                         f"shapes {sizes} instead. [Op:StridedSlice]")  # fmt: skip
        raise ValueError(f"Dimension 0 in both shapes must be equal. Shapes are {sizes}")
    key: list[Any] = []
    for i, (start, stop, step) in enumerate(zip(first, last, steps)):
        bit = 1 << i
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(start)
        else:
            key.append(slice(None if begin_mask & bit else start,
                             None if end_mask & bit else stop, step))  # fmt: skip
    return getitem(convert_to_tensor(input_), tuple(key))


def _items(value: Any) -> list[Any]:
    known = static_ints(value)
    return list(known) if known is not None else list(tf.unstack(value))
