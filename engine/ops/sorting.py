"""Order: sort, argsort, searchsorted, unique."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import REAL, DType, as_dtype, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.arguments import refusal, refused_dtype
from engine.ops.kernels import as_array, refuse


def _descends(direction: Any) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING'. "
                         f"Received: direction={direction}")  # fmt: skip
    return bool(direction == "DESCENDING")


def _checked_axis(values: Tensor, axis: Any) -> int:
    found = convert_to_tensor(axis)
    known = known_value(found)
    if known is None or found.dims:
        raise ValueError(f"Argument `axis` must be a constant scalar. Received: axis={found}.")
    at, rank = int(known), None if values.dims is None else len(values.dims)
    if rank is not None and not -rank <= at < rank:
        problem = f"slice index {at if at >= 0 else -1} of dimension 0 out of bounds."
        if current().eager:
            raise refuse(f"{problem} [Op:StridedSlice]")
        raise ValueError(problem)
    return at


@op(
    "raw.argsort",
    samples=[("float32[2,3]", -1, False, False), ("int32[4]", 0, True, True)],
    dtypes={"T": REAL},
    type="TopKV2",
    hint="TopKV2",
)
def argsort_op(
    values: Tensor, axis: int, descending: bool, stable: bool, name: str | None = None
) -> TensorSpec:
    """The places of the elements in order, along `axis`."""
    return spec(int32, values.dims)


@argsort_op.kernel
def _argsort_kernel(xp: Any, values: Any, axis: int, descending: bool, stable: bool) -> Any:
    if not descending:
        return xp.argsort(values, axis=axis, kind="stable").astype("int32")
    flipped = xp.flip(values, axis)
    order = xp.flip(xp.argsort(flipped, axis=axis, kind="stable"), axis)
    return (values.shape[axis] - 1 - order).astype("int32")


@public("argsort")
def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The places of the elements in sorted order.

    Args:
        values: numeric tensor of rank 1 or more.
        axis: along which.
        direction: "ASCENDING" or "DESCENDING".
        stable: equal elements always keep their order here.
        name: of the node.

    Returns:
        int32, of the shape of `values`.
    """
    values = convert_to_tensor(values)
    down = _descends(direction)
    return argsort_op(values, _checked_axis(values, axis), down, bool(stable), name=name)


@op(
    "raw.sort",
    samples=[("float32[2,3]", -1, False), ("float64[3,2]", 0, True)],
    dtypes={"T": REAL},
    type="TopKV2",
    hint="sort",
)
def sort_op(values: Tensor, axis: int, descending: bool, name: str | None = None) -> TensorSpec:
    """The elements in order, along `axis`."""
    return spec(values.dtype, values.dims)


@sort_op.kernel
def _sort_kernel(xp: Any, values: Any, axis: int, descending: bool) -> Any:
    if descending:  # equal elements (0.0 and -0.0) keep their order
        return xp.flip(xp.sort(xp.flip(values, axis), axis=axis, kind="stable"), axis)
    return xp.sort(values, axis=axis, kind="stable")


@sort_op.gradient
def _sort_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    axis = node.attrs["axis"]
    direction = "DESCENDING" if node.attrs["descending"] else "ASCENDING"
    order = tf.argsort(node.inputs[0], axis=axis, direction=direction)
    return take_along(grad, tf.argsort(order, axis=axis), axis)


@op(
    "raw.take_along",
    samples=[("float32[2,3]", "int64[2,2](0,2)", 1)],
    type="GatherNd",
    groups={"indices": "I"},
)
def take_along(params: Tensor, indices: Tensor, axis: int) -> TensorSpec:
    """Elements of `params` at `indices` along `axis`, for each place of the other axes."""
    return spec(params.dtype, indices.dims)


@take_along.kernel
def _take_along_kernel(xp: Any, params: Any, indices: Any, axis: int) -> Any:
    return xp.take_along_axis(params, indices, axis)


@take_along.gradient
def _take_along_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    params, indices = node.inputs
    return put_along(grad, indices, params, node.attrs["axis"]), None


@op(
    "raw.put_along",
    samples=[("float32[2,2]", ((0, 1), (2, 0)), "float32[2,3]", 1)],
    type="ScatterNd",
    groups={"indices": "I"},
)
def put_along(values: Tensor, indices: Tensor, like: Tensor, axis: int) -> TensorSpec:
    """Zeros of the shape of `like`, to which `values` are added at `indices` along `axis`."""
    return spec(values.dtype, like.dims)


@put_along.kernel
def _put_along_kernel(xp: Any, values: Any, indices: Any, like: Any, axis: int) -> Any:
    out = xp.zeros(like.shape, values.dtype)
    grid = list(xp.indices(indices.shape, sparse=True))
    grid[axis] = indices
    xp.add.at(out, tuple(grid), values)
    return out


@put_along.gradient
def _put_along_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return take_along(grad, node.inputs[1], node.attrs["axis"]), None, None


@public("sort")
def sort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None
) -> Tensor:
    """The elements in sorted order.

    Args:
        values: numeric tensor of rank 1 or more.
        axis: along which.
        direction: "ASCENDING" or "DESCENDING".
        name: of the node.
    """
    values = convert_to_tensor(values)
    down = _descends(direction)
    return sort_op(values, _checked_axis(values, axis), down, name=name)


@op(
    "raw.searchsorted",
    samples=[((1.0, 3.0, 5.0), "float32[4]", "left", int32)],
    type="LowerBound",
    hint="SearchSorted",
)
def searchsorted_op(
    sequence: Tensor, values: Tensor, side: str, dtype: DType, name: str | None = None
) -> TensorSpec:
    """Where `values` would go in sorted rows, row by row."""
    return spec(dtype, values.dims)


@searchsorted_op.kernel
def _searchsorted_kernel(xp: Any, sequence: Any, values: Any, side: str, dtype: DType) -> Any:
    if sequence.ndim == 1 and values.ndim == 1:
        return xp.searchsorted(sequence, values, side=side).astype(dtype.name)
    if (
        sequence.size
        and sequence.shape[:-1] != values.shape[:-1]
        and sequence.size // max(sequence.shape[-1], 1) != values.size // max(values.shape[-1], 1)
    ):
        raise refuse("Leading dim_size of both tensors must match.")
    out = xp.empty(values.shape, dtype=dtype.name)
    rows = sequence.reshape(-1, sequence.shape[-1])
    flat = out.reshape(-1, values.shape[-1])
    wanted = values.reshape(-1, values.shape[-1])
    for i in range(len(rows)):
        flat[i] = xp.searchsorted(rows[i], wanted[i], side=side)
    return out


@public("searchsorted")
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = int32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Where values would have to be inserted to keep a sequence sorted.

    Args:
        sorted_sequence: [..., N], sorted along its last axis.
        values: [..., M], with the same first axes.
        side: "left": before equal elements; "right": behind them.
        out_type: int32 or int64.
        name: of the node.

    Raises:
        ValueError: for another `side`.
    """
    sequence, wanted = convert_to_tensor(sorted_sequence), convert_to_tensor(values)
    if wanted.dims == () or sequence.dims == ():
        raise refusal("StridedSlice", "slice index -1 of dimension 0 out of bounds.")
    if side not in ("left", "right"):
        raise ValueError("Argument `side` must be either 'right' or 'left'. "
                         f"Received: `side` = '{side}'.")  # fmt: skip
    return searchsorted_op(sequence, wanted, side, as_dtype(out_type), name=name)


Unique = namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = namedtuple("UniqueWithCounts", ["y", "idx", "count"])


@op("raw.unique", samples=[("int32[6]", int32, True)], type="Unique", hint="Unique")
def unique_op(
    x: Tensor, dtype: DType, counts: bool, name: str | None = None
) -> tuple[TensorSpec, ...]:
    """The different elements in order of appearance, and where each element went."""
    if x.dims is not None and len(x.dims) != 1:
        raise ValueError(f"unique expects a 1D vector. Found: {len(x.dims)}-D")
    size = spec(dtype, x.dims)
    found = (spec(x.dtype, (None,)), size)
    return (*found, spec(dtype, (None,))) if counts else found


@unique_op.kernel
def _unique_kernel(xp: Any, x: Any, dtype: DType, counts: bool) -> Any:
    x = as_array(xp, x)
    if x.ndim != 1:
        raise ValueError("unique expects a 1D vector.")
    _, first, inverse, count = xp.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    order = xp.argsort(first, kind="stable")
    rank = xp.empty_like(order)
    rank[order] = xp.arange(len(order))
    kind = dtype.name
    found = (x[first[order]], rank[inverse.reshape(-1)].astype(kind))
    return (*found, count[order].astype(kind)) if counts else found


@public("unique")
def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Any:
    """The different elements of a vector, in order of appearance.

    Args:
        x: vector of any dtype.
        out_idx: int32 or int64.
        name: of the node.

    Returns:
        (y, idx): the elements, and for each element of `x` its place in y.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if `x` is no vector.
    """
    return Unique(*unique_op(convert_to_tensor(x), _index_type(out_idx, "Unique"), False, name))


@public("unique_with_counts")
def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> Any:
    """As `tf.unique`, and how often each element occurs: (y, idx, count)."""
    kind = _index_type(out_idx, "UniqueWithCounts")
    return UniqueWithCounts(*unique_op(convert_to_tensor(x), kind, True, name=name))


def _index_type(out_idx: Any, type: str) -> DType:
    kind = as_dtype(out_idx)
    if kind not in (int32, int64):
        raise refused_dtype(kind, (int32, int64), type, "out_idx", "out_idx")
    return kind
