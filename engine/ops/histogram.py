"""Histograms of fixed width, and places from flat numbers."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf


@public("histogram_fixed_width_bins")
def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = "int32", name: str | None = None
) -> Tensor:
    """The bin of each value; values outside the range count to the first or last bin.

    Args:
        values: numeric tensor of any shape.
        value_range: two numbers of the same dtype, the lower one first.
        nbins: how many bins.
        dtype: int32 or int64.
        name: of the node.
    """
    x = convert_to_tensor(values)
    low, high = tf.unstack(convert_to_tensor(value_range, dtype_hint=x.dtype))
    share = (x - low) / (high - low)
    count = tf.cast(nbins, share.dtype)
    place = tf.math.floor(share * count)
    return tf.cast(tf.clip_by_value(place, tf.zeros_like(count), count - 1.0), dtype)


@public("histogram_fixed_width")
def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = "int32", name: str | None = None
) -> Tensor:
    """How many values fall into each bin; arguments as `tf.histogram_fixed_width_bins`."""
    known = get_static_value(convert_to_tensor(value_range))
    if known is not None and known.shape == (2,) and not known[0] < known[1]:
        text = f"value_range should satisfy value_range[0] < value_range[1], but got {known}"
        if current().eager:
            raise refuse(f"{text} [Op:HistogramFixedWidth]")
    wide = tf.cast(values, "float64"), tf.cast(value_range, "float64")
    bins = tf.reshape(histogram_fixed_width_bins(*wide, nbins, dtype), [-1])
    return tf.math.unsorted_segment_sum(tf.ones_like(bins), bins, nbins)


def _unravel_dynamic(indices: Tensor, dims: Tensor) -> Tensor:
    """Places in an array whose rank is known only at run time."""
    steps = tf.math.cumprod(dims, exclusive=True, reverse=True)
    shape = tf.concat([tf.shape(dims), tf.ones_like(tf.shape(indices))], 0)
    whole = tf.math.floordiv(indices, tf.reshape(steps, shape))
    return tf.math.floormod(whole, tf.reshape(dims, shape))


@public("unravel_index")
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """Places in an array of shape `dims` from flat numbers: `[len(dims), ...]`."""
    rest = convert_to_tensor(indices)
    dims = convert_to_tensor(dims, dtype_hint=rest.dtype)
    if dims.dims is None or None in dims.dims:
        return _unravel_dynamic(rest, dims)
    sizes = tf.unstack(dims)
    places = []
    for size in reversed(sizes):
        places.append(tf.math.floormod(rest, size))
        rest = tf.math.floordiv(rest, size)
    return tf.stack(places[::-1])
