"""Tensors put together and taken apart: stack, unstack, concat, split."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float32, int8, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import Dims, bracketed, compatible, merge, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor, Tensors
from engine.ops.arguments import refused_dtype, required_int, scalar_int
from engine.ops.dynamic import dynamic_twin
from engine.ops.kernels import refuse
from engine.ops.namespace import tf


@op(
    "raw.stack",
    samples=[(["float32[2]", "float32[2]"], 0), (["float64[]", "float64[]"], -1)],
    type="Pack",
    hint="stack",
)
def stack_op(values: Tensors, axis: int, name: str | None = None) -> TensorSpec:
    """Tensors of one shape along a new axis."""
    dims: Dims = None
    for i, item in enumerate(values):
        if not compatible(dims, item.dims):
            raise ValueError(
                f"Shapes of all inputs must match: values[0].shape = {bracketed(values[0].dims)} "
                f"!= values[{i}].shape = {bracketed(item.dims)}"
            )
        dims = merge(dims, item.dims)
    if dims is None:
        return spec(values[0].dtype, None)
    rank = len(dims)
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank - 1}, {rank + 1})")
    at = axis + rank + 1 if axis < 0 else axis
    return spec(values[0].dtype, (*dims[:at], len(values), *dims[at:]))


@stack_op.kernel
def _stack_kernel(xp: Any, *values: Any, axis: int) -> Any:
    first = values[0]
    shape = getattr(first, "shape", ())
    if not shape:
        kind = object if type(first) is bytes else first.dtype
        if any(getattr(item, "shape", ()) for item in values):
            raise ValueError("all inputs must have the same shape")
        return xp.array(values, dtype=kind)
    if axis in (0, -len(shape) - 1):
        out = xp.empty((len(values), *shape), dtype=first.dtype)
        for i, item in enumerate(values):
            if getattr(item, "shape", ()) != shape:
                raise ValueError("all inputs must have the same shape")
            out[i] = item
        return out
    return xp.stack(values, axis)


@stack_op.gradient
def _stack_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, ...]:
    return tuple(tf.unstack(grad, num=len(node.inputs), axis=node.attrs["axis"]))


@public("stack")
def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Tensors of rank R as one of rank R + 1.

    Args:
        values: list of tensors of one dtype and shape, or one tensor to be taken as a list.
        axis: the new axis, in [-R - 1, R].
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the shapes differ.
        ValueError: if `axis` lies outside its range.
    """
    if isinstance(values, Tensor) and axis == 0:
        return values
    if not isinstance(values, (list, tuple, Tensor)) and axis == 0:
        return convert_to_tensor(values)
    if isinstance(values, Tensor) and not isinstance(values, (list, tuple)):
        rank = None if values.dims is None else len(values.dims)
        if rank is not None and rank and not -rank <= axis < rank:
            raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
        if not current().eager or isinstance(axis, float):
            raise TypeError(f"Expected list for 'values' argument to 'pack' Op, not {values}.")
    items = values if isinstance(values, (list, tuple)) else list(values)
    if axis == 0 and not any(isinstance(item, Tensor) for item in items):
        try:
            return convert_to_tensor(items)
        except (TypeError, ValueError):
            pass
    if not items:
        raise IndexError("list index out of range")
    dims = getattr(convert_to_tensor(items[0]), "dims", None)
    if dims is not None and not -len(dims) - 1 <= axis <= len(dims):
        rank = len(dims) + 1
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
    return stack_op(items, int(axis), name=name)


@public("parallel_stack")
def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """As `tf.stack` along the first axis. Raises RuntimeError outside of graphs."""
    if current().eager:
        raise RuntimeError("tf.parallel_stack() is not compatible with eager execution.")
    return stack_op(values, 0, name=name)


@op("raw.unstack", samples=[("float32[2,3]", 3, 1)], type="Unpack", hint="unstack")
def unstack_op(
    value: Tensor, num: int, axis: int, name: str | None = None
) -> tuple[TensorSpec, ...]:
    """The slices of `value` along `axis`."""
    if value.dims is None:
        return tuple(spec(value.dtype, None) for _ in range(num))
    rank = len(value.dims)
    if not -rank <= axis < rank:
        raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
    at = axis % rank
    if value.dims[at] not in (None, num):
        raise ValueError(f"Input shape axis {at} must equal {num}, got shape "
                         f"{bracketed(value.dims)}")  # fmt: skip
    dims = value.dims[:at] + value.dims[at + 1 :]
    return tuple(spec(value.dtype, dims) for _ in range(num))


@unstack_op.kernel
def _unstack_kernel(xp: Any, value: Any, num: int, axis: int) -> Any:
    moved = value if axis == 0 else xp.moveaxis(value, axis, 0)
    if len(moved) != num:
        raise refuse(f"Input shape axis {axis} must equal {num}, got shape "
                     f"{bracketed(value.shape)}")  # fmt: skip
    return tuple(moved)


@unstack_op.gradient
def _unstack_gradient(tf: Any, node: Any, *grads: Tensor) -> Tensor:
    filled = [
        tf.zeros_like(out) if grad is None else grad for grad, out in zip(grads, node.outputs)
    ]
    return tf.stack(filled, axis=node.attrs["axis"])


@public("unstack")
def unstack(
    value: Any, num: int | None = None, axis: int = 0, name: str = "unstack"
) -> list[Tensor]:
    """A tensor of rank R as a list of tensors of rank R - 1.

    Args:
        value: tensor of rank 1 or more.
        num: how many there are; needed only where the size of `axis` is unknown.
        axis: in [-R, R).
        name: of the node.

    Raises:
        ValueError: if `num` cannot be inferred.
    """
    value = convert_to_tensor(value)
    if num is None:
        if value.dims is None:
            raise ValueError("Cannot infer argument `num` from shape <unknown>")
        rank = len(value.dims)
        if not -rank <= axis < rank:
            raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
        num = value.dims[axis]
    if num is None:
        raise ValueError(f"Cannot infer argument `num` from shape {value.shape}")
    if num == 0:
        return []
    if num == 1 and value.dims is not None and value.dims[axis] == 1:
        return [tf.squeeze(value, axis=[axis], name=name)]
    return list(unstack_op(value, int(num), int(axis), name=name))


@op("raw.concat", samples=[(["float32[2,1]", "float32[2,3]"], 1)], type="ConcatV2", hint="concat")
def concat_op(values: Tensors, axis: int, name: str | None = None) -> TensorSpec:
    """Tensors one after the other along an axis they have."""
    known = [item.dims for item in values if item.dims is not None]
    if not known:
        return spec(values[0].dtype, None)
    rank = len(known[0])
    if rank == 0:
        raise ValueError("Can't concatenate scalars (use tf.stack instead) for 'concat'")
    if not -rank <= axis < rank:
        raise ValueError(f"ConcatOp : Expected concatenating dimensions in the range "
                         f"[{-rank}, {rank}), but got {axis}")  # fmt: skip
    at = axis % rank
    merged: list[int | None] = list(known[0])
    total: int | None = 0 if len(known) == len(values) else None
    for i, dims in enumerate(known):
        if len(dims) != rank:
            raise ValueError(
                "ConcatOp : Ranks of all input tensors should match: shape[0] = "
                f"{bracketed(known[0])} vs. shape[{i}] = {bracketed(dims)}"
            )
        total = None if total is None or dims[at] is None else total + (dims[at] or 0)
        for j, (have, size) in enumerate(zip(merged, dims)):
            if j != at and have is not None and size is not None and have != size:
                raise ValueError(
                    f"ConcatOp : Dimension {j} in both shapes must be equal: shape[0] = "
                    f"{bracketed(known[0])} vs. shape[{i}] = {bracketed(dims)}"
                )
            merged[j] = size if have is None else have
    merged[at] = total
    return spec(values[0].dtype, tuple(merged))


@concat_op.kernel
def _concat_kernel(xp: Any, *values: Any, axis: int) -> Any:
    return xp.concatenate(values, axis)


@concat_op.binder
def _concat_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    axis = attrs["axis"]
    join = xp.concatenate
    return lambda *values: join(values, axis)


@concat_op.gradient
def _concat_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, ...]:
    axis = node.attrs["axis"]
    sizes = [None if x.dims is None else x.dims[axis] for x in node.inputs]
    if None in sizes:
        sizes = tf.stack([tf.shape(x)[axis] for x in node.inputs])
    return tuple(tf.split(grad, sizes, axis, num=len(node.inputs)))


def _infer_loose_concat(values: Any, axis: Tensor) -> TensorSpec:
    dims = next((item.dims for item in values if item.dims is not None), None)
    return spec(values[0].dtype, dims and (None,) * len(dims))


_concat_loose = dynamic_twin(concat_op, "axis", _infer_loose_concat)


def _check_scalar(axis: Tensor) -> None:
    if axis.dims:
        raise ValueError(f"Shape {show(axis.dims)} must have rank 0")


@public("concat")
def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Tensors one after the other along an axis that they have.

    Args:
        values: list of tensors of one dtype and rank; all sizes but that of `axis` agree.
        axis: in [-R, R).
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if shapes do not fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if not values:
        if axis is None or isinstance(axis, (list, tuple)):
            raise IndexError("list index out of range")
        if current().eager and not isinstance(axis, Tensor):
            raise refuse("OpKernel 'ConcatV2' has constraint on attr 'T' not in NodeDef "
                         "[Op:ConcatV2]")  # fmt: skip
    if len(values) == 1:
        _check_scalar(convert_to_tensor(axis, int32))
        return tf.identity(values[0], name=name)
    if axis is None and values and not isinstance(values[0], Tensor):
        dtype = convert_to_tensor(values[0]).dtype
        for item in values[1:]:  # elements that do not fit are refused before the axis is
            convert_to_tensor(item, dtype)
    problem = "axis tensor should be a scalar integer, but got shape {shape}"
    at = scalar_int(axis, "ConcatV2", "axis", problem, single=current().eager)
    if at is None:
        return _concat_loose(values, axis, name=name)
    return concat_op(values, at, name=name)


@op("raw.split", samples=[("float32[5,2]", (2, 3), 0)], type="SplitV", hint="split")
def split_op(value: Tensor, sizes: Any, axis: int, name: str | None = None) -> Any:
    """Pieces of `value` with the given sizes along `axis`; one size may be -1."""
    if value.dims is None:
        return tuple(spec(value.dtype, None) for _ in sizes)
    rank = len(value.dims)
    if not -rank <= axis < rank:
        raise ValueError(f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {axis}")
    at = axis % rank
    resolved = _resolve_sizes(value.dims[at], sizes)
    return tuple(
        spec(value.dtype, (*value.dims[:at], size, *value.dims[at + 1 :])) for size in resolved
    )


def _resolve_sizes(total: int | None, sizes: Any) -> list[int | None]:
    if tuple(sizes).count(-1) > 1:
        raise ValueError("size_splits can only have one -1")
    given = sum(size for size in sizes if size != -1)
    if -1 in sizes:
        rest = None if total is None else total - given
        if rest is not None and rest < 0:
            raise ValueError("split_lens must sum to less than or equal to the size of the "
                             f"dimension: {given} > {total}")  # fmt: skip
        return [rest if size == -1 else size for size in sizes]
    if total is not None and given != total:
        raise ValueError("Determined shape must either match input shape along split_dim exactly "
                         "if fully specified, or be less than the size of the input along "
                         f"split_dim if not fully specified.  Got: {given}")  # fmt: skip
    return list(sizes)


@split_op.kernel
def _split_kernel(xp: Any, value: Any, sizes: Any, axis: int) -> Any:
    out = []
    start = 0
    key: list[Any] = [slice(None)] * value.ndim
    for size in _resolve_sizes(value.shape[axis], sizes):
        key[axis] = slice(start, start + size)  # type: ignore[operator]
        out.append(value[tuple(key)])
        start += size  # type: ignore[operator]
    return tuple(out)


@split_op.gradient
def _split_gradient(tf: Any, node: Any, *grads: Tensor) -> Tensor:
    filled = [
        tf.zeros_like(out) if grad is None else grad for grad, out in zip(grads, node.outputs)
    ]
    return tf.concat(filled, axis=node.attrs["axis"])


@op("raw.split_evenly", samples=[("float32[4,2]", 2, 0)], type="Split", hint="split")
def split_evenly(value: Tensor, num: int, axis: int, name: str | None = None) -> Any:
    """`num` pieces of equal size along `axis`."""
    if value.dims is None:
        return tuple(spec(value.dtype, None) for _ in range(num))
    rank = len(value.dims)
    if not -rank <= axis < rank:
        raise ValueError(f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {axis}")
    at = axis % rank
    total = value.dims[at]
    if total is not None and total % num:
        raise ValueError(f"Number of ways to split should evenly divide the split dimension, but "
                         f"got split_dim {at} (size = {total}) and num_split {num}")  # fmt: skip
    size = None if total is None else total // num
    dims = (*value.dims[:at], size, *value.dims[at + 1 :])
    return tuple(spec(value.dtype, dims) for _ in range(num))


@split_evenly.kernel
def _split_evenly_kernel(xp: Any, value: Any, num: int, axis: int) -> Any:
    total = value.shape[axis]
    if total % num:
        raise ValueError(f"{total} elements cannot be split into {num} equal parts")
    return _split_kernel(xp, value, (total // num,) * num, axis)


split_evenly.gradient(_split_gradient)


@op(
    "raw.split_dynamic",
    samples=[("float32[5]", (2, 3), 2, 0)],
    type="SplitV",
    hint="split",
    groups={"sizes": "Tlen"},
)
def split_dynamic(
    value: Tensor, sizes: Tensor, num: int, axis: int, name: str | None = None
) -> Any:
    """Pieces with sizes known at run time."""
    if value.dims is None:
        return tuple(spec(value.dtype, None) for _ in range(num))
    at = axis % len(value.dims)
    dims = (*value.dims[:at], None, *value.dims[at + 1 :])
    return tuple(spec(value.dtype, dims) for _ in range(num))


@split_dynamic.kernel
def _split_dynamic_kernel(xp: Any, value: Any, sizes: Any, num: int, axis: int) -> Any:
    try:
        return _split_kernel(xp, value, tuple(sizes.tolist()), axis)
    except ValueError as error:
        raise InvalidArgumentError(None, None, str(error)) from None


@split_dynamic.gradient
def _split_dynamic_gradient(tf: Any, node: Any, *grads: Tensor) -> tuple[Tensor, None]:
    return _split_gradient(tf, node, *grads), None


def _whole(value: Tensor, axis: int, size: int) -> list[int]:
    """Sizes of the block that is the only piece. Raises ValueError where it is not all."""
    dims = value.dims or ()
    _resolve_sizes(dims[axis], (size,))
    return [size if i == axis % len(dims) else -1 for i in range(len(dims))]


@public("split")
def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """A tensor cut into pieces along an axis.

    Args:
        value: tensor of rank 1 or more.
        num_or_size_splits: a number of equal pieces, or the sizes of the pieces (one may be -1).
        axis: in [-R, R).
        num: number of pieces, where the sizes are a tensor of unknown length.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the sizes do not add up.
    """
    value = convert_to_tensor(value)
    if isinstance(num_or_size_splits, float) or (
        isinstance(num_or_size_splits, Tensor) and num_or_size_splits.dims == ()
    ):
        raise ValueError("Rank-0 tensors are not supported as the num_or_size_splits argument to "
                         f"split. Argument provided: {num_or_size_splits}")  # fmt: skip
    sizes = known_ints(num_or_size_splits)
    if sizes == ():
        if current().eager:
            raise refuse("Value for attr 'num_split' of 0 must be at least minimum 1")
        raise refused_dtype(float32, (int8, int32, int64), "SplitV", "size_splits", "Tlen")
    at = required_int(axis, "axis")
    if value.dims is not None and not -len(value.dims) <= at < len(value.dims):
        rank = len(value.dims)
        if current().eager:
            raise refuse(f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {at} "
                         "[Op:Split]")  # fmt: skip
        raise ValueError(
            f"Dimension size, given by scalar input {at} must be in range [-{rank}, {rank})"
        )
    if isinstance(sizes, int):
        if sizes < 1:
            if not current().eager:
                raise ValueError(
                    f"Attr 'num_split' of 'Split' Op passed {sizes} less than minimum 1."
                )
            raise refuse(f"Value for attr 'num_split' of {sizes} must be at least minimum 1")
        if sizes == 1:
            return [tf.identity(value, name=name)]
        return list(split_evenly(value, sizes, at, name=name))
    if isinstance(sizes, tuple) and None not in sizes:
        if len(sizes) == 1:
            return [tf.slice(value, [0] * len(value.dims or ()), _whole(value, at, sizes[0]))]
        return list(split_op(value, sizes, at, name=name))
    count = num if num is not None else (None if sizes is None else len(sizes))
    if count is None:
        raise ValueError(f"Cannot infer argument `num` from shape {num_or_size_splits.shape}")
    return list(split_dynamic(value, convert_to_tensor(num_or_size_splits), count, at, name=name))
