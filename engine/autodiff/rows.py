"""Gradients of gathered rows, kept as rows until something needs the whole tensor."""

from __future__ import annotations

from typing import Any

from engine.objects.indexed_slices import IndexedSlices
from engine.ops.namespace import tf


class Rows:
    """The gradient of a tensor of which rows were gathered.

    Attributes:
        parts: the gathering calls, each with the gradient of its result.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: list[tuple[Any, Any]]) -> None:
        self.parts = parts

    def dense(self) -> Any:
        """The whole tensor."""
        totals = [_dense(entry, grad) for entry, grad in self.parts]
        return totals[0] if len(totals) == 1 else tf.add_n(totals)

    def slices(self) -> IndexedSlices:
        """The rows with their numbers."""
        shape = tf.shape(self.parts[0][0].inputs[0])
        values, indices = [], []
        for entry, grad in self.parts:
            numbers = tf.reshape(entry.inputs[1], [-1])
            values.append(tf.reshape(grad, tf.concat([tf.shape(numbers), shape[1:]], 0)))
            indices.append(numbers)
        if len(values) == 1:
            return IndexedSlices(values[0], indices[0], shape)
        return IndexedSlices(tf.concat(values, 0), tf.concat(indices, 0), shape)


def _dense(entry: Any, grad: Any) -> Any:
    result = entry.op.backward(tf, entry, grad)
    return result[0]


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
