"""`tf.IndexedSlices`: some rows of a tensor, by number."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType
from engine.ir.op import public
from engine.ir.shapes import TensorShape
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf


@public("IndexedSlices")
class IndexedSlices:
    """Rows of a tensor, given by their numbers; equal numbers add up.

    Args:
        values: the rows, `[n, ...]`.
        indices: their numbers, `[n]`.
        dense_shape: shape of the whole tensor, where it is known.
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self.values: Any = convert_to_tensor(values)
        self.indices: Tensor = convert_to_tensor(indices)
        self.dense_shape: Any = None if dense_shape is None else convert_to_tensor(dense_shape)

    @property
    def dtype(self) -> DType:
        """Of the values."""
        return self.values.dtype

    @property
    def shape(self) -> TensorShape:
        """Of the whole tensor, as far as known."""
        known = None if self.dense_shape is None else get_static_value(self.dense_shape)
        return TensorShape(None if known is None else [int(size) for size in known])

    @property
    def device(self) -> str:
        """Where the values are."""
        return str(self.values.device)

    @property
    def name(self) -> str:
        """Of the values' node. Raises AttributeError outside of graphs."""
        return str(self.values.name)

    @property
    def op(self) -> Any:
        """The values' node. Raises AttributeError outside of graphs."""
        return self.values.op

    @property
    def graph(self) -> Any:
        """The values' graph. Raises AttributeError outside of graphs."""
        return self.values.graph

    def __composite_parts__(self) -> list[Tensor]:
        rest = [] if self.dense_shape is None else [self.dense_shape]
        return [self.values, self.indices, *rest]

    def __composite_like__(self, parts: list[Any]) -> IndexedSlices:
        made = IndexedSlices.__new__(IndexedSlices)  # the parts may be specs: not converted
        made.values, made.indices, *rest = parts
        made.dense_shape = rest[0] if rest else None
        return made

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        if self.dense_shape is None:
            raise ValueError(
                "Tensor conversion requested for IndexedSlices without dense_shape: "
                f"{self.indices!s}"
            )
        dense = tf.math.unsorted_segment_sum(self.values, self.indices, self.dense_shape[0])
        return dense if dtype is None else tf.cast(dense, dtype)

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __str__(self) -> str:
        shape = "" if self.dense_shape is None else f", dense_shape={self.dense_shape!s}"
        return f"IndexedSlices(indices={self.indices!s}, values={self.values!s}{shape})"
