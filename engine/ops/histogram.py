"""Histograms of fixed width, and places from flat numbers."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, float32, float64, int32, int64
from engine.ir.op import op, public
from engine.ir.shapes import bracketed, num_elements
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf
from engine.ops.scope import scoped

_INDICES = frozenset({int32, int64})


@public("histogram_fixed_width_bins")
@scoped("histogram_fixed_width_bins")
def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = "int32", name: str | None = None
) -> Tensor:
    """The bin of each value; values outside the range count to the first or last bin.

    Args:
        values: numeric tensor of any shape.
        value_range: two numbers of the same dtype, the lower one first.
        nbins: how many bins.
        dtype: int32 or int64.
        name: of the last node.

    Raises:
        InvalidArgumentError: if `nbins` is not positive, or the dtypes differ (TypeError while
            tracing).
    """
    x = convert_to_tensor(values)
    flat = tf.reshape(x, [-1])
    limits = convert_to_tensor(value_range)
    count = convert_to_tensor(nbins, int32)
    tf.debugging.Assert(count > 0, [f"nbins {count} must > 0"])
    share = tf.truediv(flat - limits[0], limits[1] - limits[0])
    place = tf.floor(tf.cast(count, x.dtype) * share)
    inside = tf.clip_by_value(place, 0, tf.cast(count - 1, x.dtype))
    return tf.cast(tf.reshape(inside, tf.shape(x)), dtype)


@op(
    "raw.histogram_fixed_width",
    type="HistogramFixedWidth",
    hint="histogram_fixed_width",
    groups={"nbins": int32},
    dtypes={"T": _INDICES | {float32, float64}},
    value_dependent=True,
    samples=[("float32[2,3]", (-0.5, 0.5), 4, int32)],
)
def histogram_op(
    values: Tensor, value_range: Tensor, nbins: Tensor, dtype: DType, name: str | None = None
) -> TensorSpec:
    """How many values fall into each bin."""
    if value_range.dims is not None and len(value_range.dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(value_range.dims)}")
    count = known_value(nbins)
    if count is not None and count <= 0:
        raise ValueError(f"Requires nbins > 0: {count}")
    return spec(dtype, (None if count is None else int(count),))


@histogram_op.kernel
def _histogram_kernel(xp: Any, values: Any, value_range: Any, nbins: Any, dtype: DType) -> Any:
    if value_range.shape != (2,):
        raise refuse("value_range should be a vector of 2 elements.")
    count = int(nbins)
    if count <= 0:
        raise refuse(f"nbins should be a positive number, but got '{count}'")
    low, high = value_range.tolist()
    if not low < high:
        raise refuse("value_range should satisfy value_range[0] < value_range[1], but got "
                     f"'[{low}, {high}]'")  # fmt: skip
    flat = xp.asarray(values, "float64").reshape(-1)
    if xp.isnan(flat).any():
        raise refuse("Histogram values must not contain NaN")
    place = xp.clip(xp.floor((flat - low) * (count / (high - low))), 0, count - 1)
    return xp.bincount(place.astype("int64"), minlength=count).astype(dtype.name)


@public("histogram_fixed_width")
def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = "int32", name: str | None = None
) -> Tensor:
    """How many values fall into each bin.

    Args:
        values: tensor of int32, int64, float32 or float64, without nan.
        value_range: two numbers of the same dtype, the lower one first; values outside count to
            the first or last bin.
        nbins: how many bins.
        dtype: int32 or int64.
        name: of the node.

    Returns:
        A vector [nbins].

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the range or `nbins` is malformed.
    """
    return histogram_op(values, value_range, nbins, as_dtype(dtype), name)


@op(
    "unravel_index",
    type="UnravelIndex",
    groups={"indices": "Tidx", "dims": "Tidx"},
    dtypes={"Tidx": _INDICES},
    samples=[((5, 2), (2, 3)), (4, (3, 3))],
)
def unravel_index(indices: Tensor, dims: Tensor, name: str | None = None) -> TensorSpec:
    """Places in an array from flat numbers.

    Args:
        indices: scalar or vector of int32 or int64.
        dims: the array's shape, a vector of the same dtype.
        name: of the node.

    Returns:
        A tensor [len(dims)], or [len(dims), len(indices)].

    Raises:
        InvalidArgumentError: if a number lies outside (or, ValueError while tracing, `dims` is no
            vector).
    """
    if dims.dims is not None and len(dims.dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(dims.dims)} for 'UnravelIndex'")
    rank = None if dims.dims is None else dims.dims[0]
    if indices.dims is None:
        return spec(indices.dtype, None)
    if not indices.dims:
        return spec(indices.dtype, (rank,))
    return spec(indices.dtype, (rank, num_elements(indices.dims)))


@unravel_index.kernel
def _unravel_index_kernel(xp: Any, indices: Any, dims: Any) -> Any:
    if indices.ndim > 1:
        raise refuse("The indices can only be scalar or vector, got "
                     f'"{bracketed(indices.shape)}"')  # fmt: skip
    if dims.ndim != 1:
        raise refuse(f'The indices can only be 1-D, got "{bracketed(dims.shape)}"')
    sizes = dims.tolist()
    if 0 in sizes:
        raise refuse("Input dims cannot contain a dim of zero")
    total = 1
    for size in sizes:
        total *= size
    if (indices >= total).any():
        raise refuse("index is out of bound as with dims")
    rest, places = indices, []
    for size in reversed(sizes):
        places.append(xp.fmod(rest, size).astype(dims.dtype))
        rest = ((rest - places[-1]) // size).astype(dims.dtype)
    if not places:
        return xp.zeros((0, *indices.shape), dims.dtype)
    return xp.stack(places[::-1])
