"""What functions of tensors do with ragged tensors."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from engine.ir.dtypes import int32, int64
from engine.ir.op import PUBLIC, Op
from engine.ops.namespace import tf

Handler = Callable[..., Any]
_HANDLERS: dict[str, Handler] = {}


def _handles(*names: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _HANDLERS.update(dict.fromkeys(names, handler))
        return handler

    return register


def dispatch(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result for arguments among which is a ragged tensor; NotImplemented: there is none."""
    if isinstance(function, Op):
        known = next((name for name in function.exports if name in _HANDLERS), None)
        if known is not None:
            return _HANDLERS[known](*args, **kwargs)
        return _elementwise(function, args) if _works_by_element(function) else NotImplemented
    handler = _known().get(function)
    return NotImplemented if handler is None else handler(*args, **kwargs)


@cache
def _known() -> dict[Any, Handler]:
    found = ((PUBLIC[name], handler) for name, handler in _HANDLERS.items())
    return {getattr(public, "__wrapped__", public): handler for public, handler in found}


def _works_by_element(op: Op) -> bool:
    by_element = op.elementwise and not op.attr_names
    return by_element or (op.name.startswith("strings.") and len(op.parameters) == 1)


def _is_ragged(value: Any) -> bool:
    return hasattr(type(value), "with_flat_values")


def _elementwise(op: Op, args: tuple[Any, ...]) -> Any:
    """The op on the elements of ragged tensors with the same rows."""
    from engine.objects.ragged_operators import _other_values

    one = next(value for value in args if _is_ragged(value))
    values = [one.values if value is one else _other_values(one, value) for value in args]
    return one.with_values(op.function(*values))


def row_numbers(ragged: Any) -> Any:
    """The number of the row of each value."""
    return tf.repeat(tf.range(ragged.nrows()), ragged.row_lengths())


# -- reductions


def _axes(ragged: Any, axis: Any) -> list[int]:
    rank = ragged.shape.rank
    given = axis if isinstance(axis, (list, tuple)) else [axis]
    return sorted({_axis(a, rank) for a in given}, reverse=True)


def _axis(axis: Any, rank: Any) -> int:
    """An axis counted from the front. Raises ValueError for one that there is not."""
    if not -rank <= int(axis) < rank:
        raise ValueError(f"axis={int(axis)} out of bounds: expected {-rank}<=axis<{rank}")
    return int(axis) % int(rank)


def _reduced(segments: Any, ragged: Any, axis: int, keepdims: bool) -> Any:
    """One axis reduced by a function of segments."""
    if axis > 1:
        inner = ragged.values
        deep = _is_ragged(inner)
        made = _reduced(segments, inner, axis - 1, keepdims) if deep else _dense_reduced(
            segments, inner, axis - 1, keepdims)  # fmt: skip
        return ragged.with_values(made)
    values = ragged.values
    if _is_ragged(values):
        raise ValueError(f"Reducing axis {axis} of rows of rows is not supported.")
    if axis == 1:
        found = segments(values, row_numbers(ragged), ragged.nrows())
    else:
        starts = tf.gather(ragged.row_splits, row_numbers(ragged))
        places = tf.range(tf.shape(values, out_type=int64)[0]) - starts
        width = tf.reduce_max(tf.concat([ragged.row_lengths(), [0]], 0))
        found = segments(values, places, width)
    return tf.expand_dims(found, axis) if keepdims else found


def _dense_reduced(segments: Any, values: Any, axis: int, keepdims: bool) -> Any:
    """An axis of plain values, moved to the front and taken as one segment."""
    order = [axis, *[i for i in range(values.ndim) if i != axis]]
    moved = tf.transpose(values, order)
    found = segments(moved, tf.zeros([tf.shape(moved)[0]], int64), 1)[0]
    return tf.expand_dims(found, axis) if keepdims else found


def _reduction(name: str, segments: Any) -> Any:
    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None
    ) -> Any:
        if axis is None:
            return whole(input_tensor.flat_values)
        result = input_tensor
        for one in _axes(input_tensor, axis):
            result = (_reduced(segments, result, one, keepdims) if _is_ragged(result)
                      else whole(result, axis=one, keepdims=keepdims))  # fmt: skip
        return result

    path = f"reduce_{name}"

    def whole(*args: Any, **kwargs: Any) -> Any:
        return PUBLIC[path](*args, **kwargs)

    _handles(path)(reduce)
    return reduce


def _of_numbers(segments: str) -> Any:
    def compute(values: Any, numbers: Any, count: Any) -> Any:
        return getattr(tf.math, segments)(values, numbers, count)

    return compute


def _of_bools(segments: str) -> Any:
    def compute(values: Any, numbers: Any, count: Any) -> Any:
        return getattr(tf.math, segments)(tf.cast(values, int32), numbers, count) > 0

    return compute


_sum = _reduction("sum", _of_numbers("unsorted_segment_sum"))
_reduction("prod", _of_numbers("unsorted_segment_prod"))
_reduction("max", _of_numbers("unsorted_segment_max"))
_reduction("min", _of_numbers("unsorted_segment_min"))
_reduction("any", _of_bools("unsorted_segment_max"))
_reduction("all", _of_bools("unsorted_segment_min"))


@_handles("reduce_mean")
def _mean(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    total = _sum(input_tensor, axis, keepdims)
    count = _sum(input_tensor.with_flat_values(tf.ones_like(input_tensor.flat_values)), axis,
                 keepdims)  # fmt: skip
    return total / count


@_handles("math.reduce_variance")
def _variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Any:
    squares = input_tensor.with_flat_values(tf.square(input_tensor.flat_values))
    mean = _mean(input_tensor, axis, keepdims)
    return _mean(squares, axis, keepdims) - mean * mean


@_handles("math.reduce_std")
def _deviation(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None
) -> Any:
    return tf.sqrt(_variance(input_tensor, axis, keepdims))


# -- shapes


@_handles("size")
def _size(input: Any, out_type: Any = int32, name: Any = None) -> Any:
    return tf.size(input.flat_values, out_type=out_type)


@_handles("rank")
def _rank(input: Any, name: Any = None) -> Any:
    return tf.rank(input.flat_values) + input.ragged_rank


@_handles("expand_dims")
def _expand_dims(input: Any, axis: int, name: Any = None) -> Any:
    place = _axis(axis, input.shape.rank + 1)
    if place > 1:
        inner = tf.expand_dims(input.values, place - 1)
        return input.with_values(inner)
    ends = [0, input.nrows()] if place == 0 else tf.range(input.nrows() + 1)
    return type(input).from_row_splits(input, tf.cast(tf.stack(ends), int64))


def _on_elements(name: str) -> None:
    def apply(input: Any, *args: Any, **kwargs: Any) -> Any:
        return input.with_flat_values(PUBLIC[name](input.flat_values, *args, **kwargs))

    _handles(name)(apply)


for _name in ("zeros_like", "ones_like", "one_hot", "identity", "stop_gradient", "clip_by_value"):
    _on_elements(_name)


# -- rows


def gather_rows(ragged: Any, numbers: Any) -> Any:
    """Some rows, by their numbers (a vector)."""
    lengths = tf.gather(ragged.row_lengths(), numbers)
    starts = tf.gather(ragged.row_splits[:-1], numbers)
    return ranges_of(ragged, starts, lengths)


def ranges_of(ragged: Any, starts: Any, lengths: Any) -> Any:
    """Rows that begin at some values and have some lengths."""
    before = tf.cumsum(lengths, exclusive=True)
    places = tf.range(tf.reduce_sum(lengths)) + tf.repeat(starts - before, lengths)
    values = ragged.values
    found = gather_rows(values, places) if _is_ragged(values) else tf.gather(values, places)
    return type(ragged).from_row_lengths(found, lengths)


@_handles("gather")
def _gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None,
    batch_dims: int = 0, name: Any = None,
) -> Any:  # fmt: skip
    numbers = tf.convert_to_tensor(indices)
    if axis or batch_dims or numbers.shape.rank != 1:
        return NotImplemented
    return gather_rows(params, numbers)


@_handles("reverse")
def _reverse(tensor: Any, axis: Any, name: Any = None) -> Any:
    if _axes(tensor, axis) != [0]:
        return NotImplemented
    return gather_rows(tensor, tf.range(tensor.nrows() - 1, -1, -1))


@_handles("concat")
def _concat(values: Any, axis: int, name: Any = None) -> Any:
    kind = next(type(value) for value in values if _is_ragged(value))
    parts = [value if _is_ragged(value) else kind.from_tensor(value) for value in values]
    place = _axis(axis, parts[0].shape.rank)
    if place == 0:
        inner = [part.values for part in parts]
        joined = tf.concat(inner, 0)
        return kind.from_row_lengths(joined, tf.concat([p.row_lengths() for p in parts], 0))
    if place > 1:
        return parts[0].with_values(tf.concat([part.values for part in parts], place - 1))
    rows, count = parts[0].nrows(), len(parts)
    order = tf.reshape(tf.transpose(tf.reshape(tf.range(rows * count), [count, -1])), [-1])
    found = gather_rows(_concat(parts, 0), order)
    lengths = tf.reduce_sum(tf.reshape(found.row_lengths(), [-1, count]), 1)
    return kind.from_row_lengths(found.values, lengths)


@_handles("stack")
def _stack(values: Any, axis: int = 0, name: Any = None) -> Any:
    if axis != 0:
        return NotImplemented
    kind = next(type(value) for value in values if _is_ragged(value))
    return kind.from_row_lengths(_concat(values, 0), [value.nrows() for value in values])


@_handles("where")
def _where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Any:
    from engine.objects.ragged_operators import _other_values

    if x is None or y is None:
        return NotImplemented
    one = next(value for value in (condition, x, y) if _is_ragged(value))
    parts = [value.values if value is one else _other_values(one, value)
             for value in (condition, x, y)]  # fmt: skip
    return one.with_values(tf.where(*parts))
