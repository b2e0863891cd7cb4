"""Shapes that may be partly unknown, and their arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Dims = tuple[int | None, ...] | None
"""A raw shape: sizes with None for an unknown one, or None where even the rank is unknown."""


class TensorShape:
    """A tensor's shape: known, partly known, or of unknown rank.

    Args:
        dims: None (unknown rank), an integer (a vector), another shape, or sizes, where None
            stands for an unknown size.
    """

    __slots__ = ("_dims",)

    def __init__(self, dims: object = None) -> None:
        self._dims: Dims = as_dims(dims)

    @classmethod
    def of(cls, dims: Dims) -> TensorShape:
        """The shape of raw `dims`, without checks; shapes are shared."""
        shape = _SHARED.get(dims)
        if shape is None:
            shape = object.__new__(cls)
            shape._dims = dims
            if len(_SHARED) < 10_000:
                _SHARED[dims] = shape
        return shape

    @property
    def raw(self) -> Dims:
        return self._dims

    @property
    def rank(self) -> int | None:
        return None if self._dims is None else len(self._dims)

    ndims = rank

    @property
    def dims(self) -> list[int | None] | None:
        return None if self._dims is None else list(self._dims)

    def _known(self) -> tuple[int | None, ...]:
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return self._dims

    def as_list(self) -> list[int | None]:
        """The sizes as a list. Raises ValueError where the rank is unknown."""
        return list(self._known())

    def num_elements(self) -> int | None:
        """How many elements, or None where that is unknown."""
        return num_elements(self._dims)

    def is_fully_defined(self) -> bool:
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self) -> None:
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def is_compatible_with(self, other: object) -> bool:
        return compatible(self._dims, as_dims(other))

    def assert_is_compatible_with(self, other: object) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def assert_same_rank(self, other: object) -> None:
        theirs = as_dims(other)
        if self._dims is not None and theirs is not None and len(self._dims) != len(theirs):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} must have the same rank")

    def assert_has_rank(self, rank: int) -> None:
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank: int) -> TensorShape:
        if self._dims is None:
            return TensorShape([None] * rank)
        if len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def is_subtype_of(self, other: TensorShape) -> bool:
        return at_least_as_specific(self._dims, as_dims(other))

    def most_specific_compatible_shape(self, other: object) -> TensorShape:
        return TensorShape.of(relax(self._dims, as_dims(other)))

    def merge_with(self, other: object) -> TensorShape:
        """What is known from either; raises ValueError where they contradict."""
        theirs = as_dims(other)
        try:
            return TensorShape.of(merge(self._dims, theirs))
        except ValueError:
            raise ValueError(
                f"Shapes {self} and {TensorShape.of(theirs)} are not compatible"
            ) from None

    def concatenate(self, other: object) -> TensorShape:
        theirs = as_dims(other)
        if self._dims is None or theirs is None:
            return TensorShape.of(None)
        return TensorShape.of(self._dims + theirs)

    def __add__(self, other: object) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: object) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[int | None]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    def __getitem__(self, key: Any) -> Any:
        if self._dims is None:
            if isinstance(key, slice):
                start, stop = key.start or 0, key.stop
                if stop is None or start < 0 or stop < 0:
                    return TensorShape.of(None)
                return TensorShape([None] * max(0, stop - start))
            return None
        item = self._dims[key]
        return TensorShape.of(item) if isinstance(item, tuple) else item

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TensorShape):
            return self._dims == other._dims
        try:
            return self._dims == as_dims(other)
        except TypeError:
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._dims)

    def __repr__(self) -> str:
        return f"TensorShape({None if self._dims is None else list(self._dims)})"

    def __str__(self) -> str:
        return show(self._dims)

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._dims,)


_SHARED: dict[Dims, TensorShape] = {}


def as_dims(value: object) -> Dims:
    """Raw dims of anything that names a shape.

    Raises:
        TypeError: if `value` is no shape.
        ValueError: if a size is negative.
    """
    if value is None:
        return None
    if isinstance(value, TensorShape):
        return value._dims
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return tuple(_size(item) for item in value)
    return (_size(value),)


def _size(item: Any) -> int | None:
    if item is None:
        return None
    if isinstance(item, (float, str, bytes)):
        raise TypeError(f"Dimension value must be integer or None or have an __index__ method, "
                        f"got value '{item!r}' with type '{type(item)!r}'")  # fmt: skip
    try:
        size = int(item.__index__())
    except AttributeError:
        raise TypeError(f"Dimension value must be integer or None or have an __index__ method, "
                        f"got value '{item!r}' with type '{type(item)!r}'") from None  # fmt: skip
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def show(dims: Dims) -> str:
    """How messages print a shape: `(2, None)`, or `<unknown>`."""
    if dims is None:
        return "<unknown>"
    return str(dims)


def bracketed(dims: Dims) -> str:
    """How graph messages print a shape: `[2,?]`."""
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in dims) + "]"


def num_elements(dims: Dims) -> int | None:
    """How many elements, or None where a size is unknown."""
    if dims is None:
        return None
    product = 1
    for size in dims:
        if size is None:
            return None
        product *= size
    return product


def compatible(left: Dims, right: Dims) -> bool:
    """Could both describe the same value?"""
    if left is None or right is None:
        return True
    return len(left) == len(right) and all(
        a is None or b is None or a == b for a, b in zip(left, right)
    )


def at_least_as_specific(dims: Dims, general: Dims) -> bool:
    """Does every value of shape `dims` fit `general`?"""
    if general is None:
        return True
    if dims is None or len(dims) != len(general):
        return False
    return all(b is None or a == b for a, b in zip(dims, general))


def relax(left: Dims, right: Dims) -> Dims:
    """The most specific shape that both fit."""
    if left is None or right is None or len(left) != len(right):
        return None
    return tuple(a if a == b else None for a, b in zip(left, right))


def merge(left: Dims, right: Dims) -> Dims:
    """What is known from either. Raises ValueError where they contradict."""
    if left is None:
        return right
    if right is None:
        return left
    if not compatible(left, right):
        raise ValueError(f"Shapes {show(left)} and {show(right)} are not compatible")
    return tuple(b if a is None else a for a, b in zip(left, right))


def broadcast(left: Dims, right: Dims) -> Dims:
    """Shape of an element-wise result (numpy's rule). Raises ValueError where none exists."""
    if left == right:
        return left
    if left is None or right is None:
        return None
    if len(left) < len(right):
        left = (1,) * (len(right) - len(left)) + left
    elif len(right) < len(left):
        right = (1,) * (len(left) - len(right)) + right
    out: list[int | None] = []
    for a, b in zip(left, right):
        if b in (a, 1):
            out.append(a)
        elif a == 1:
            out.append(b)
        elif a is None or b is None:
            out.append(b if a is None else a)
        else:
            raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return tuple(out)


def normalize_axis(axis: int, rank: int) -> int:
    """`axis` counted from the front. Raises ValueError outside [-rank, rank)."""
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
    return axis + rank if axis < 0 else axis


def reduced(dims: Dims, axes: Sequence[int] | None, keepdims: bool) -> Dims:
    """Shape after reducing `axes` (None: all of them)."""
    if dims is None:
        return () if axes is None and not keepdims else None
    rank = len(dims)
    gone = set(range(rank)) if axes is None else {normalize_axis(axis, rank) for axis in axes}
    if keepdims:
        return tuple(1 if i in gone else size for i, size in enumerate(dims))
    return tuple(size for i, size in enumerate(dims) if i not in gone)
