"""Specs of ragged, sparse and row-wise tensors: what traces for them depend on."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import DType, as_dtype, float32, int64
from engine.ir.op import public
from engine.ir.shapes import TensorShape
from engine.ir.spec import TypeSpec, spec


class _CompositeSpec(TypeSpec):
    """A shape and a dtype, and what else `_key` has."""

    __slots__ = ("_shape", "dtype")

    def __init__(self, shape: Any, dtype: Any) -> None:
        self._shape = TensorShape(shape)
        self.dtype: DType = as_dtype(dtype)

    @property
    def shape(self) -> TensorShape:
        """Of the whole tensor, as far as known."""
        return self._shape

    def _key(self) -> tuple[Any, ...]:
        return (str(self._shape), self.dtype)

    def is_compatible_with(self, value: Any) -> bool:
        """Whether a tensor, or what another spec describes, fits."""
        other = getattr(value, "__composite_spec__", lambda: value)()
        return (
            type(other) is type(self)
            and other._key()[1:] == self._key()[1:]
            and self._shape.is_compatible_with(other._shape)
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._key() == self._key()

    def __hash__(self) -> int:
        return hash(self._key())


@public("RaggedTensorSpec")
class RaggedTensorSpec(_CompositeSpec):
    """Describes a ragged tensor.

    Args:
        shape: with None for the ragged axes.
        dtype: of the elements.
        ragged_rank: how many axes are ragged at most; default: all but the first.
        row_splits_dtype: int32 or int64.
        flat_values_spec: accepted.

    Raises:
        ValueError: if rank and ragged rank do not fit each other.
    """

    __slots__ = ("ragged_rank", "row_splits_dtype")

    def __init__(
        self, shape: Any = None, dtype: Any = float32, ragged_rank: int | None = None,
        row_splits_dtype: Any = int64, flat_values_spec: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(shape, dtype)
        rank = self._shape.rank
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        if rank is not None and ragged_rank >= rank:
            raise ValueError(f"Argument `ragged_rank` ({ragged_rank}) must be less than rank "
                             f"({rank}).")  # fmt: skip
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = as_dtype(row_splits_dtype)

    @property
    def flat_values_spec(self) -> Any:
        """None: the elements are a plain tensor."""
        return None

    @property
    def value_type(self) -> Any:
        """The class of what it describes."""
        from engine.objects.ragged import RaggedTensor

        return RaggedTensor

    def _key(self) -> tuple[Any, ...]:
        return (*super()._key(), self.ragged_rank, self.row_splits_dtype)

    def __composite_of__(self) -> Any:
        """A ragged tensor of specs."""
        from engine.objects.ragged import RaggedTensor

        sizes = [None] if self._shape.rank is None else self._shape.as_list()
        values: Any = spec(self.dtype, (None, *sizes[self.ragged_rank + 1 :]))
        for size in reversed([sizes[0], *[None] * (self.ragged_rank - 1)]):
            splits: Any = spec(int64, (None if size is None else size + 1,))
            values = RaggedTensor(values, splits)
        return values

    def __repr__(self) -> str:
        return (f"RaggedTensorSpec({self._shape!r}, {self.dtype!r}, {self.ragged_rank}, "
                f"{self.row_splits_dtype!r})")  # fmt: skip


@public("SparseTensorSpec")
class SparseTensorSpec(_CompositeSpec):
    """Describes a sparse tensor.

    Args:
        shape: the dense shape, as far as known.
        dtype: of the values.
    """

    __slots__ = ()

    def __init__(self, shape: Any = None, dtype: Any = float32) -> None:
        super().__init__(shape, dtype)

    @property
    def value_type(self) -> Any:
        """The class of what it describes."""
        from engine.objects.sparse import SparseTensor

        return SparseTensor

    def __composite_of__(self) -> Any:
        """A sparse tensor of specs."""
        from engine.objects.sparse import SparseTensor

        made = SparseTensor.__new__(SparseTensor)
        rank = self._shape.rank
        parts: Any = (spec(int64, (None, rank)), spec(self.dtype, (None,)), spec(int64, (rank,)))
        made.indices, made.values, made.dense_shape = parts
        return made

    def __repr__(self) -> str:
        return f"SparseTensorSpec({self._shape!r}, {self.dtype!r})"
