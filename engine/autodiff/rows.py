"""Gradients of gathered rows, kept as rows until something needs the whole tensor."""

from __future__ import annotations

from typing import Any

from engine.objects.indexed_slices import IndexedSlices
from engine.ops.namespace import tf


class Gathered:
    """A gathering call with the gradient of its result."""

    __slots__ = ("entry", "grad")

    def __init__(self, entry: Any, grad: Any) -> None:
        self.entry = entry
        self.grad = grad

    def shape(self) -> Any:
        """Of the whole tensor."""
        return tf.shape(self.entry.inputs[0])

    def dense(self) -> Any:
        """The whole tensor."""
        return self.entry.op.backward(tf, self.entry, self.grad)[0]

    def slices(self, shape: Any) -> tuple[Any, Any]:
        """The rows and their numbers."""
        numbers = tf.reshape(self.entry.inputs[1], [-1])
        return tf.reshape(self.grad, tf.concat([tf.shape(numbers), shape[1:]], 0)), numbers


class Given:
    """Rows that a backward graph answered."""

    __slots__ = ("indices", "size", "values")

    def __init__(self, values: Any, indices: Any, size: Any) -> None:
        self.values = values
        self.indices = indices
        self.size = size

    def shape(self) -> Any:
        """Of the whole tensor."""
        return self.size

    def dense(self) -> Any:
        """The whole tensor."""
        return tf.math.unsorted_segment_sum(self.values, self.indices, self.size[0])

    def slices(self, shape: Any) -> tuple[Any, Any]:
        """The rows and their numbers."""
        return self.values, self.indices


class Rows:
    """The gradient of a tensor of which rows were gathered.

    Attributes:
        parts: where the rows come from.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: list[Gathered | Given]) -> None:
        self.parts = parts

    def dense(self) -> Any:
        """The whole tensor."""
        totals = [part.dense() for part in self.parts]
        return totals[0] if len(totals) == 1 else tf.add_n(totals)

    def slices(self) -> IndexedSlices:
        """The rows with their numbers."""
        shape = self.parts[0].shape()
        found = [part.slices(shape) for part in self.parts]
        if len(found) == 1:
            return IndexedSlices(*found[0], shape)
        wide = {numbers.dtype for _, numbers in found}
        values = [rows for rows, _ in found]
        indices = [tf.cast(n, "int64") if len(wide) > 1 else n for _, n in found]
        return IndexedSlices(tf.concat(values, 0), tf.concat(indices, 0), shape)


def gathers_rows(entry: Any) -> bool:
    """Does a call take rows of its first input, whole and along the first axis?"""
    attrs = entry.attrs
    return (
        entry.op.name in ("gather", "raw.gather")
        and type(attrs.get("axis")) is int
        and attrs["axis"] == 0
        and not attrs.get("batch_dims")
    )


def dense(grad: Any) -> Any:
    """The gradient as a tensor."""
    return grad.dense() if type(grad) is Rows else grad
