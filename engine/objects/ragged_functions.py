"""`tf.ragged`: functions that make ragged tensors, or work on the elements of some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int64
from engine.ir.op import public
from engine.objects.ragged import RaggedTensor, ragged_constant
from engine.objects.ragged_dispatch import ranges_of, row_numbers
from engine.objects.sparse import SparseTensor
from engine.ops.namespace import tf


@public("ragged.map_flat_values")
def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`op` of the elements of ragged tensors with the same rows.

    Args:
        op: function of tensors that keeps the first size.
        args, kwargs: its arguments; the elements of ragged tensors are passed.
    """
    given = [value for value in (*args, *kwargs.values()) if isinstance(value, RaggedTensor)]
    if not given:
        return op(*args, **kwargs)
    first = given[0]
    for other in given[1:]:
        for one, two in zip(first.nested_row_splits, other.nested_row_splits):
            tf.debugging.assert_equal(one, two)

    def plain(value: Any) -> Any:
        return value.flat_values if isinstance(value, RaggedTensor) else value

    made = op(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})
    return first.with_flat_values(made)


@public("ragged.boolean_mask")
def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """The elements where `mask` is true, in their rows.

    Args:
        data: ragged tensor.
        mask: ragged bool tensor with the same rows, or a bool vector that chooses rows.
        name: unused.
    """
    if not isinstance(data, RaggedTensor):
        data = RaggedTensor.from_tensor(data)
    if not isinstance(mask, RaggedTensor):
        mask = convert_to_tensor(mask)
        if mask.shape.rank == 1:
            return tf.gather(data, tf.reshape(tf.where(mask), [-1]))
        mask = RaggedTensor.from_tensor(mask)
    tf.debugging.assert_equal(data.row_splits, mask.row_splits)
    if isinstance(mask.values, RaggedTensor):
        return data.with_values(boolean_mask(data.values, mask.values))
    kept = tf.boolean_mask(data.values, mask.values)
    counts = tf.math.unsorted_segment_sum(
        tf.cast(mask.values, int64), row_numbers(mask), mask.nrows()
    )
    return RaggedTensor.from_row_lengths(kept, counts)


@public("ragged.range")
def ragged_range(
    starts: Any, limits: Any = None, deltas: Any = 1, dtype: Any = None, name: str | None = None,
    row_splits_dtype: Any = int64,
) -> Any:  # fmt: skip
    """A row of numbers for each limit: `tf.range(starts[i], limits[i], deltas[i])`.

    Args:
        starts: first numbers; the limits, where those are not given.
        limits: where the rows end.
        deltas: the steps.
        dtype: of the numbers.
        name: unused.
        row_splits_dtype: accepted.
    """
    if limits is None:
        starts, limits = 0, starts
    first, last, step = (convert_to_tensor(value, dtype) for value in (starts, limits, deltas))
    like = first + last + step
    first, last, step = (tf.reshape(x + tf.zeros_like(like), [-1]) for x in (first, last, step))
    span = tf.math.ceil(tf.cast(last - first, "float64") / tf.cast(step, "float64"))
    lengths = tf.maximum(tf.cast(span, int64), 0)
    counted = ranges_of(RaggedTensor.from_row_lengths(tf.range(tf.reduce_max(
        tf.concat([lengths, [0]], 0))), [tf.reduce_max(tf.concat([lengths, [0]], 0))]),
        tf.zeros_like(lengths), lengths)  # fmt: skip
    numbers = tf.cast(counted.values, first.dtype)
    repeated = [tf.repeat(x, lengths) for x in (first, step)]
    return counted.with_values(repeated[0] + numbers * repeated[1])


@public("ragged.stack")
def ragged_stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    """Tensors, ragged or not, as the rows of one ragged tensor.

    Args:
        values: list of tensors of the same rank.
        axis: 0.
        name: unused.

    Raises:
        ValueError: for another axis.
    """
    if axis != 0:
        raise ValueError("Only rows can be stacked: axis must be 0.")
    parts = [value if isinstance(value, RaggedTensor) else convert_to_tensor(value)
             for value in values]  # fmt: skip
    if any(isinstance(part, RaggedTensor) for part in parts):
        return tf.stack(parts)
    lengths = [tf.shape(part, out_type=int64)[0] for part in parts]
    if parts[0].shape.rank == 1:
        return RaggedTensor.from_row_lengths(tf.concat(parts, 0), tf.stack(lengths))
    return tf.stack([RaggedTensor.from_tensor(part) for part in parts])


def _to_sparse(self: RaggedTensor, name: str | None = None) -> SparseTensor:
    """The elements with their places (of one ragged axis)."""
    rows = row_numbers(self)
    places = tf.range(tf.shape(self.values, out_type=int64)[0])
    columns = places - tf.gather(self.row_splits, rows)
    return SparseTensor(tf.stack([rows, columns], 1), self.values, self.bounding_shape())


def _from_sparse(st_input: SparseTensor, **_: Any) -> RaggedTensor:
    """The elements of a sparse matrix, row by row."""
    return RaggedTensor.from_value_rowids(
        st_input.values, st_input.indices[:, 0], st_input.dense_shape[0]
    )


def _from_uniform_row_length(values: Any, uniform_row_length: Any, **_: Any) -> RaggedTensor:
    """Rows of the same length."""
    inner = values if isinstance(values, RaggedTensor) else convert_to_tensor(values)
    count = inner.nrows() if isinstance(inner, RaggedTensor) else tf.shape(inner)[0]
    length = tf.cast(uniform_row_length, int64)
    return RaggedTensor(inner, tf.range(0, tf.cast(count, int64) + 1, length))


def _merge_dims(self: RaggedTensor, outer_axis: int, inner_axis: int) -> Any:
    """Neighbouring axes as one."""
    rank: Any = self.shape.rank
    outer, inner = outer_axis % rank, inner_axis % rank
    if outer == inner:
        return self
    if outer > 0:
        values = self.values
        deep = isinstance(values, RaggedTensor)
        made = (values.merge_dims(outer - 1, inner - 1) if deep else
                tf.reshape(values, tf.concat([tf.shape(values)[: outer - 1], [-1],
                                              tf.shape(values)[inner:]], 0)))  # fmt: skip
        return self.with_values(made)
    merged = self.values
    for _ in range(inner - 1):
        if isinstance(merged, RaggedTensor):
            merged = merged.values
        else:
            merged = tf.reshape(merged, tf.concat([[-1], tf.shape(merged)[2:]], 0))
    return merged


for _name, _method in {
    "to_sparse": _to_sparse, "merge_dims": _merge_dims, "from_sparse": staticmethod(_from_sparse),
    "from_uniform_row_length": staticmethod(_from_uniform_row_length),
}.items():  # fmt: skip
    setattr(RaggedTensor, _name, _method)

__all__ = ["boolean_mask", "map_flat_values", "ragged_constant", "ragged_range", "ragged_stack"]
