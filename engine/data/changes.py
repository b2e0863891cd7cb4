"""Datasets from one dataset, element by element: map, filter, take, repeat, and the like."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.data.dataset import (
    INFINITE,
    UNKNOWN,
    Dataset,
    Opened,
    bound,
    change,
    symbols_in,
)
from engine.data.elements import DatasetSpec, common, without_first
from engine.data.iterators import Binding
from engine.data.traced import ElementFunction
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import bool_, int64, variant
from engine.ir.spec import spec
from engine.ir.structure import flatten
from engine.ir.tensor import EagerTensor, Tensor


class ChangedDataset(Dataset):
    """A dataset made of another one and of whole numbers.

    Args:
        parent: the other one.
        numbers: integers, or tensors of them.

    Raises:
        TypeError, ValueError: for numbers that are no whole ones.
        InvalidArgumentError: for more than one in the place of one.
    """

    def __init__(self, parent: Dataset, *numbers: Any) -> None:
        self.parents = (parent,)
        self.element_spec = parent.element_spec
        self._numbers = [whole_number(number) for number in numbers]

    def own_symbols(self) -> Any:
        return symbols_in(self._numbers)

    def numbers(self, binding: Binding) -> list[int]:
        """The values of the numbers."""
        return [int(bound(number, binding)) for number in self._numbers]

    def size(self, binding: Binding) -> int:
        if any(id(symbol) not in binding for symbol in self.own_symbols()):
            return UNKNOWN
        return self.size_from(self.parents[0].size(binding), self.numbers(binding))

    def size_from(self, count: int, numbers: list[int]) -> int:
        """How many elements, where the parent has `count`."""
        return count


def whole_number(number: Any) -> Tensor:
    """A number that says how many, as a tensor of int64. Raises as `ChangedDataset`."""
    made = convert_to_tensor(int(number) if isinstance(number, bool) else number, int64)
    if made.dims:
        raise InvalidArgumentError(None, None, "a scalar is wanted, not one of shape "
                                   f"{list(made.dims)}. [Op:Dataset]")  # fmt: skip
    return made


class MapDataset(Dataset):
    """A function of each element."""

    def __init__(self, parent: Dataset, function: Callable[..., Any]) -> None:
        self.parents = (parent,)
        self._function = ElementFunction(function, parent.element_spec)
        self.element_spec = self._function.element_spec

    def own_symbols(self) -> Any:
        return self._function.symbols()

    def size(self, binding: Binding) -> int:
        return self.parents[0].size(binding)

    def rows(self, binding: Binding) -> Iterator[Any]:
        call = self._function
        if call.result_dataset is not None:
            for row in self.parents[0].rows(binding):
                yield (EagerTensor(Opened(*call.dataset(row, binding)), variant),)
            return
        for row in self.parents[0].rows(binding):
            yield call(row, binding)


@change("map")
def map_(
    self: Dataset, map_func: Callable[..., Any], num_parallel_calls: Any = None,
    deterministic: bool | None = None, synchronous: bool | None = None,
    use_unbounded_threadpool: bool = False, name: str | None = None,
) -> Dataset:  # fmt: skip
    """`map_func` of each element.

    Args:
        self: the dataset.
        map_func: element -> element; traced once. A tuple's parts are its arguments.
        num_parallel_calls, deterministic, synchronous, use_unbounded_threadpool: accepted.
        name: unused.
    """
    return MapDataset(self, map_func)


class FilterDataset(Dataset):
    """The elements for which a function answers True."""

    def __init__(self, parent: Dataset, function: Callable[..., Any], stop: bool = False) -> None:
        self.parents = (parent,)
        self.element_spec = parent.element_spec
        self._stop = stop
        self._function = ElementFunction(function, parent.element_spec)
        found = self._function.element_spec
        if getattr(found, "dtype", None) is not bool_ or found.dims not in (None, ()):
            raise ValueError("Invalid `predicate`. `predicate` must return a `tf.bool` scalar "
                             f"tensor, but its return type is {found!r}.")  # fmt: skip

    def own_symbols(self) -> Any:
        return self._function.symbols()

    def size(self, binding: Binding) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        for row in self.parents[0].rows(binding):
            if self._function(row, binding)[0]._value:
                yield row
            elif self._stop:
                return


@change("filter")
def filter_(self: Dataset, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
    """The elements for which `predicate` answers True.

    Raises:
        ValueError: if it answers something else than a bool scalar.
    """
    return FilterDataset(self, predicate)


@change("take_while")
def take_while(self: Dataset, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
    """The elements before the first for which `predicate` answers False."""
    return FilterDataset(self, predicate, stop=True)


class TakeDataset(ChangedDataset):
    """The first elements."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        wanted = numbers[0]
        if wanted < 0 or count == UNKNOWN:
            return count
        return wanted if count == INFINITE else min(count, wanted)

    def rows(self, binding: Binding) -> Iterator[Any]:
        wanted = self.numbers(binding)[0]
        rows = self.parents[0].rows(binding)
        return rows if wanted < 0 else itertools.islice(rows, wanted)


@change("take")
def take(self: Dataset, count: Any, name: str | None = None) -> Dataset:
    """The first `count` elements (-1: all)."""
    return TakeDataset(self, count)


class SkipDataset(ChangedDataset):
    """All but the first elements."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        if numbers[0] < 0:
            return 0
        return count if count < 0 else max(count - numbers[0], 0)

    def rows(self, binding: Binding) -> Iterator[Any]:
        skipped = self.numbers(binding)[0]
        rows = self.parents[0].rows(binding)
        return iter(()) if skipped < 0 else itertools.islice(rows, skipped, None)


@change("skip")
def skip(self: Dataset, count: Any, name: str | None = None) -> Dataset:
    """All but the first `count` elements (-1: none is left)."""
    return SkipDataset(self, count)


class RepeatDataset(ChangedDataset):
    """The elements several times."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        times = numbers[0]
        if times < 0:
            return INFINITE if count != 0 else 0
        if times == 0:
            return 0
        return count if count < 0 else count * times

    def rows(self, binding: Binding) -> Iterator[Any]:
        times = self.numbers(binding)[0]
        turn = 0
        while times < 0 or turn < times:
            empty = True
            for row in self.parents[0].rows(binding):
                empty = False
                yield row
            if empty and times < 0:
                return
            turn += 1


@change("repeat")
def repeat(self: Dataset, count: Any = None, name: str | None = None) -> Dataset:
    """The elements `count` times (None or -1: without end)."""
    return RepeatDataset(self, -1 if count is None else count)


class ShardDataset(ChangedDataset):
    """Every n-th element."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        shards, index = numbers
        return count if count < 0 else len(range(index, count, shards))

    def rows(self, binding: Binding) -> Iterator[Any]:
        shards, index = self.numbers(binding)
        return itertools.islice(self.parents[0].rows(binding), index, None, shards)


@change("shard")
def shard(self: Dataset, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
    """Every `num_shards`-th element, from element `index` on.

    Raises:
        InvalidArgumentError: unless 0 <= index < num_shards.
    """
    made = ShardDataset(self, num_shards, index)
    if not made.own_symbols():
        shards, place = made.numbers({})
        if shards < 1 or not 0 <= place < shards:
            raise InvalidArgumentError(
                None, None, f"Index must be between 0 and {shards - 1} (currently index = "
                f"{place}). [Op:ShardDataset]",
            )  # fmt: skip
    return made


class EnumerateDataset(ChangedDataset):
    """The elements with their numbers."""

    _shown_as = "_ZipDataset"

    def __init__(self, parent: Dataset, start: Any) -> None:
        super().__init__(parent, start)
        self.element_spec = (spec(int64, ()), parent.element_spec)

    def rows(self, binding: Binding) -> Iterator[Any]:
        start = self.numbers(binding)[0]
        make = int64.as_numpy_dtype
        for i, row in enumerate(self.parents[0].rows(binding), start):
            yield (EagerTensor(make(i), int64), *row)


@change("enumerate")
def enumerate_(self: Dataset, start: Any = 0, name: str | None = None) -> Dataset:
    """Pairs of a number (int64, from `start` on) and an element."""
    return EnumerateDataset(self, start)


class CacheDataset(ChangedDataset):
    """The elements, kept after the first complete reading."""

    _shown_as = "CacheDataset"

    def __init__(self, parent: Dataset) -> None:
        super().__init__(parent)
        self._kept: list[Any] | None = None

    def rows(self, binding: Binding) -> Iterator[Any]:
        if self._kept is not None:
            yield from self._kept
            return
        kept = []
        for row in self.parents[0].rows(binding):
            kept.append(row)
            yield row
        self._kept = kept


@change("cache")
def cache(self: Dataset, filename: Any = "", name: str | None = None) -> Dataset:
    """The same elements; a complete reading is kept in memory for the next ones.

    Raises:
        ValueError: if a file is named: only memory is supported.
    """
    if filename:
        raise ValueError("Only caching in memory is supported: leave out `filename`.")
    return CacheDataset(self)


class PrefetchDataset(ChangedDataset):
    """The same elements."""

    def rows(self, binding: Binding) -> Iterator[Any]:
        return self.parents[0].rows(binding)


@change("prefetch")
def prefetch(self: Dataset, buffer_size: Any, name: str | None = None) -> Dataset:
    """The same elements; nothing is read ahead here."""
    return PrefetchDataset(self)


class ConcatenateDataset(Dataset):
    """The elements of two datasets, one after the other."""

    def __init__(self, first: Dataset, second: Dataset) -> None:
        self.parents = (first, second)
        self.element_spec = common(first.element_spec, second.element_spec)

    def size(self, binding: Binding) -> int:
        sizes = [parent.size(binding) for parent in self.parents]
        if INFINITE in sizes:
            return INFINITE
        return UNKNOWN if UNKNOWN in sizes else sum(sizes)

    def rows(self, binding: Binding) -> Iterator[Any]:
        for parent in self.parents:
            yield from parent.rows(binding)


@change("concatenate")
def concatenate(self: Dataset, dataset: Dataset, name: str | None = None) -> Dataset:
    """The elements of this dataset, then those of another one.

    Raises:
        TypeError: if their dtypes or structures differ.
    """
    return ConcatenateDataset(self, dataset)


class UnbatchDataset(ChangedDataset):
    """The slices of each element."""

    def __init__(self, parent: Dataset) -> None:
        super().__init__(parent)
        self.element_spec = without_first(parent.element_spec)

    def size_from(self, count: int, numbers: list[int]) -> int:
        return UNKNOWN if count else 0

    def rows(self, binding: Binding) -> Iterator[Any]:
        for row in self.parents[0].rows(binding):
            for i in range(len(row[0]._value)):
                yield tuple(EagerTensor(leaf._value[i], leaf.dtype) for leaf in row)


@change("unbatch")
def unbatch(self: Dataset, name: str | None = None) -> Dataset:
    """The slices of each element along its first axis, as elements."""
    for leaf in flatten(self.element_spec):
        if isinstance(leaf, DatasetSpec) or leaf.dims == ():
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
    return UnbatchDataset(self)


class UniqueDataset(ChangedDataset):
    """Each element once."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        seen = set()
        for row in self.parents[0].rows(binding):
            value = row[0]._value
            key = value if isinstance(value, bytes) else value.tobytes()
            if key not in seen:
                seen.add(key)
                yield row


@change("unique")
def unique(self: Dataset, name: str | None = None) -> Dataset:
    """Each element once, in order of first appearance."""
    return UniqueDataset(self)
