"""Sparse tensors in other shapes: axes added, exchanged, joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ir.dtypes import float32, int64
from engine.ir.op import public
from engine.objects.sparse import SparseTensor, reorder
from engine.ops.namespace import tf


@public("sparse.expand_dims")
def expand_dims(sp_input: SparseTensor, axis: Any = None, name: Any = None) -> SparseTensor:
    """With an axis of size 1 at `axis`; by default behind the others."""
    rank = tf.shape(sp_input.dense_shape)[0]
    place = tf.cast(-1 if axis is None else axis, "int32")
    place = tf.where(place < 0, place + rank + 1, place)
    column = tf.zeros([tf.shape(sp_input.indices)[0], 1], int64)
    left, right = sp_input.indices[:, :place], sp_input.indices[:, place:]
    shape = sp_input.dense_shape
    return SparseTensor(
        tf.concat([left, column, right], 1), sp_input.values,
        tf.concat([shape[:place], [1], shape[place:]], 0),
    )  # fmt: skip


@public("sparse.transpose")
def transpose(sp_input: SparseTensor, perm: Any = None, name: Any = None) -> SparseTensor:
    """The axes in the order `perm`; by default the other way round."""
    if perm is None:
        perm = tf.range(tf.shape(sp_input.dense_shape)[0])[::-1]
    indices = tf.gather(sp_input.indices, perm, axis=1)
    return reorder(SparseTensor(indices, sp_input.values, tf.gather(sp_input.dense_shape, perm)))


@public("sparse.reshape")
def reshape(sp_input: SparseTensor, shape: Any, name: Any = None) -> SparseTensor:
    """The same elements, in row-major order, in another shape; -1: what is left."""
    sizes = tf.cast(shape, int64)
    total = tf.reduce_prod(sp_input.dense_shape)
    given = tf.reduce_prod(tf.where(sizes < 0, tf.ones_like(sizes), sizes))
    sizes = tf.where(sizes < 0, total // given, sizes)
    steps = tf.math.cumprod(sp_input.dense_shape, exclusive=True, reverse=True)
    places = tf.reduce_sum(sp_input.indices * steps, axis=1, keepdims=True)
    own = tf.math.cumprod(sizes, exclusive=True, reverse=True)
    return SparseTensor(places // own % sizes, sp_input.values, sizes)


@public("sparse.concat")
def concat(
    axis: int, sp_inputs: Sequence[SparseTensor], expand_nonconcat_dims: bool = False,
    name: Any = None,
) -> SparseTensor:  # fmt: skip
    """Sparse tensors joined along an axis.

    Args:
        axis: the axis.
        sp_inputs: the tensors.
        expand_nonconcat_dims: may the other axes have different sizes? The largest counts.
        name: unused.
    """
    rank = sp_inputs[0].indices.shape[1]
    place = axis % rank if rank is not None else axis
    start: Any = tf.constant(0, int64)
    indices = []
    for one in sp_inputs:
        shift = tf.one_hot(place, rank, on_value=start, off_value=tf.constant(0, int64))
        indices.append(one.indices + shift)
        start = start + one.dense_shape[place]
    widest = tf.reduce_max(tf.stack([one.dense_shape for one in sp_inputs]), 0)
    shape = tf.tensor_scatter_nd_update(widest, [[place]], [start])
    values = tf.concat([one.values for one in sp_inputs], 0)
    return reorder(SparseTensor(tf.concat(indices, 0), values, shape))


@public("sparse.retain")
def retain(sp_input: SparseTensor, to_retain: Any) -> SparseTensor:
    """The elements for which a bool vector holds."""
    kept = tf.reshape(tf.where(tf.convert_to_tensor(to_retain)), [-1])
    return SparseTensor(
        tf.gather(sp_input.indices, kept), tf.gather(sp_input.values, kept), sp_input.dense_shape
    )


@public("sparse.eye")
def eye(num_rows: Any, num_columns: Any = None, dtype: Any = float32, name: Any = None) -> Any:
    """Ones on the diagonal."""
    rows = tf.cast(num_rows, int64)
    columns = rows if num_columns is None else tf.cast(num_columns, int64)
    places = tf.range(tf.minimum(rows, columns))
    return SparseTensor(
        tf.stack([places, places], 1), tf.ones_like(places, dtype), tf.stack([rows, columns])
    )


@public("sparse.reduce_max")
def reduce_max(
    sp_input: SparseTensor, axis: Any = None, keepdims: bool = False,
    output_is_sparse: bool = False, name: Any = None,
) -> Any:  # fmt: skip
    """The largest of the elements given along axes, as a dense tensor; zero where none is given."""
    least = tf.fill(sp_input.dense_shape, sp_input.dtype.min)
    dense = tf.tensor_scatter_nd_update(least, sp_input.indices, sp_input.values)
    found = tf.reduce_max(dense, axis, keepdims)
    return tf.where(found == sp_input.dtype.min, tf.zeros_like(found), found)
