"""Datasets of datasets: zip, flat_map, interleave, choices; reduce and scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.data.dataset import INFINITE, UNKNOWN, Dataset, change, source
from engine.data.elements import common, element_spec_of, normalized
from engine.data.iterators import Binding, Layout, next_element, open_reader, presented, reader_more
from engine.data.traced import ElementFunction, require_dataset
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.shapes import at_least_as_specific, relax
from engine.ir.spec import spec
from engine.ir.structure import flatten, pack
from engine.ir.tensor import EagerTensor
from engine.ops.namespace import tf


class ZipDataset(Dataset):
    """Elements of several datasets side by side."""

    def __init__(self, datasets: Any) -> None:
        self.parents = tuple(flatten_datasets(datasets))
        self.element_spec = _specs_of(datasets)

    def size(self, binding: Binding) -> int:
        sizes = [parent.size(binding) for parent in self.parents]
        finite = [size for size in sizes if size != INFINITE]
        if not finite:
            return INFINITE
        return UNKNOWN if UNKNOWN in finite else min(finite)

    def rows(self, binding: Binding) -> Iterator[Any]:
        for rows in zip(*(parent.rows(binding) for parent in self.parents)):
            yield tuple(leaf for row in rows for leaf in row)


def flatten_datasets(datasets: Any) -> list[Any]:
    """The datasets of a structure. Raises TypeError where something else is in it."""
    if isinstance(datasets, Dataset):
        return [datasets]
    if isinstance(datasets, dict):
        return [x for key in sorted(datasets) for x in flatten_datasets(datasets[key])]
    if isinstance(datasets, (list, tuple)):
        return [x for item in datasets for x in flatten_datasets(item)]
    raise TypeError(f"Invalid input to `zip`. Inputs are expected to be (nested) structures of "
                    f"`tf.data.Dataset` objects. Got {type(datasets)} instead.")  # fmt: skip


def _specs_of(datasets: Any) -> Any:
    if isinstance(datasets, Dataset):
        return datasets.element_spec
    if isinstance(datasets, dict):
        return {key: _specs_of(item) for key, item in datasets.items()}
    items = [_specs_of(item) for item in datasets]
    return type(datasets)(*items) if hasattr(datasets, "_fields") else tuple(items)


@source("zip")
def zip_(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
    """Elements of several datasets side by side, as many as the shortest has.

    Args:
        *args: datasets, or one structure of datasets.
        datasets: a structure of datasets.
        name: unused.

    Raises:
        TypeError: if there is something else, or nothing.
    """
    if not args and datasets is None:
        raise TypeError("Must pass at least one dataset to `zip`.")
    if args and datasets is not None:
        raise TypeError("Both `*args` and `datasets` cannot be set.")
    given = datasets if datasets is not None else args[0] if len(args) == 1 else args
    return ZipDataset(tuple(given) if isinstance(given, list) else given)


class FlatMapDataset(Dataset):
    """The elements of the datasets that a function answers, `block` at a time from `cycle`."""

    def __init__(self, parent: Dataset, function: Any, cycle: int, block: int) -> None:
        self.parents = (parent,)
        self._function = ElementFunction(function, parent.element_spec)
        require_dataset(self._function, "a function that returns")
        self.element_spec = self._function.result_dataset.element_spec
        self._cycle = cycle
        self._block = block

    def own_symbols(self) -> Any:
        inner = self._function
        return inner.symbols()

    def size(self, binding: Binding) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        sources = self.parents[0].rows(binding)
        active: list[Any] = [None] * self._cycle
        place = 0
        open_ = True
        while True:
            if active[place] is None and open_:
                row = next(sources, None)
                open_ = row is not None
                if row is not None:
                    dataset, inner = self._function.dataset(row, binding)
                    active[place] = dataset.rows(inner)
            rows = active[place]
            if rows is not None:
                for _ in range(self._block):
                    row = next(rows, None)
                    if row is None:
                        active[place] = None
                        break
                    yield row
            if not open_ and all(item is None for item in active):
                return
            if rows is None or active[place] is not None or self._cycle > 1:
                place = (place + 1) % self._cycle


class InterleaveDataset(FlatMapDataset):
    """The same, where several datasets may take turns."""


@change("flat_map")
def flat_map(self: Dataset, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
    """The elements of the datasets that `map_func` answers for each element, one after the other.

    Raises:
        TypeError: if it answers something else.
    """
    return FlatMapDataset(self, map_func, 1, 1)


@change("interleave")
def interleave(
    self: Dataset, map_func: Callable[..., Any], cycle_length: Any = None, block_length: Any = None,
    num_parallel_calls: Any = None, deterministic: bool | None = None, name: str | None = None,
) -> Dataset:  # fmt: skip
    """As `flat_map`, but several datasets take turns.

    Args:
        self: the dataset.
        map_func: element -> dataset.
        cycle_length: how many datasets take turns.
        block_length: how many elements at a turn.
        num_parallel_calls, deterministic: accepted.
        name: unused.
    """
    import os

    cycle = os.cpu_count() or 1 if cycle_length in (None, -1) else int(cycle_length)
    if cycle < 1:
        raise InvalidArgumentError(
            None, None, f"cycle_length must be greater than zero, got {cycle}."
        )
    block = 1 if block_length is None else int(block_length)
    return InterleaveDataset(self, map_func, cycle, block)


class ScanDataset(Dataset):
    """A function of a state and each element."""

    def __init__(self, parent: Dataset, initial: Any, function: Callable[..., Any]) -> None:
        self.parents = (parent,)
        self._initial = normalized(initial)
        state = element_spec_of(self._initial)
        self._function = ElementFunction(function, (state, parent.element_spec), unpack=False)
        found = self._function.element_spec
        if not isinstance(found, tuple) or len(found) != 2:
            raise TypeError("`scan_func` must return a pair consisting of new state and the "
                            f"output value. Got {found!r}.")  # fmt: skip
        self.element_spec = found[1]
        self._count = len(flatten(state))

    def own_symbols(self) -> Any:
        from engine.data.dataset import symbols_in

        return symbols_in(self._initial) + self._function.symbols()

    def size(self, binding: Binding) -> int:
        return self.parents[0].size(binding)

    def rows(self, binding: Binding) -> Iterator[Any]:
        from engine.data.dataset import bound

        leaves = flatten(self._initial)
        state = tuple(EagerTensor(bound(leaf, binding), leaf.dtype) for leaf in leaves)
        for row in self.parents[0].rows(binding):
            result = self._function((*state, *row), binding)
            state = result[: self._count]
            yield result[self._count :]


@change("scan")
def scan(
    self: Dataset, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None
) -> Dataset:
    """What a function of a state and each element answers.

    Args:
        self: the dataset.
        initial_state: the first state.
        scan_func: (state, element) -> (new state, element of the result).
        name: unused.

    Raises:
        TypeError: if it answers no pair.
    """
    return ScanDataset(self, initial_state, scan_func)


def _reduction(self: Dataset, state: Any, reduce_func: Callable[..., Any]) -> ElementFunction:
    """The function, traced for a state whose shape may have to be relaxed."""
    specs = element_spec_of(state)
    while True:
        function = ElementFunction(reduce_func, (specs, self.element_spec), unpack=False)
        found = function.element_spec
        if len(flatten(found)) != len(flatten(specs)):
            raise TypeError(f"The element structure for the new state must match the initial "
                            f"state. Expected {specs!r}, got {found!r}.")  # fmt: skip
        relaxed = False
        wider = []
        for old, new in zip(flatten(specs), flatten(found)):
            if old.dtype is not new.dtype:
                raise TypeError(f"The element types for the new state must match the initial "
                                f"state. Expected {old.dtype!r}; got {new.dtype!r}.")  # fmt: skip
            relaxed = relaxed or not at_least_as_specific(new.dims, old.dims)
            wider.append(spec(old.dtype, relax(old.dims, new.dims)))
        if not relaxed:
            return function
        specs = pack(specs, wider)


@change("reduce")
def reduce(
    self: Dataset, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None
) -> Any:
    """All elements brought together.

    Args:
        self: the dataset.
        initial_state: the state to begin with.
        reduce_func: (state, element) -> new state.
        name: unused.

    Returns:
        The last state.

    Raises:
        TypeError: if the new state has another structure or dtype.
    """
    state = normalized(initial_state)
    function = _reduction(self, state, reduce_func)
    if not current().eager:
        return _reduce_in_graph(self, state, reduce_func)
    flat: tuple[Any, ...] = tuple(flatten(state))
    for row in self.rows({}):
        flat = function((*flat, *row), {})
    return presented(function.element_spec, flat)


def _reduce_in_graph(self: Dataset, state: Any, reduce_func: Callable[..., Any]) -> Any:
    from engine.conversion.convert import convert

    reader = open_reader(self)
    converted = convert(reduce_func)
    layout = Layout(self.element_spec)
    leaves = flatten(state)

    def body(*flat: Any) -> Any:
        element = next_element(reader, layout)
        new = normalized(converted(pack(state, list(flat)), element))
        return tuple(flatten(new))

    result = tf.while_loop(lambda *_: reader_more(reader), body, tuple(leaves))
    return pack(state, list(result))


class ChooseDataset(Dataset):
    """Elements of several datasets, as another dataset of numbers says."""

    def __init__(self, datasets: list[Dataset], choice: Dataset, stop: bool) -> None:
        self.parents = (*datasets, choice)
        self._stop = stop
        spec_ = datasets[0].element_spec
        for other in datasets[1:]:
            spec_ = common(spec_, other.element_spec)
        self.element_spec = spec_

    def rows(self, binding: Binding) -> Iterator[Any]:
        *sources, choice = self.parents
        opened = [parent.rows(binding) for parent in sources]
        left = set(range(len(opened)))
        for number in choice.rows(binding):
            place = int(number[0]._value)
            if not 0 <= place < len(opened):
                raise InvalidArgumentError(None, None, f"Selector index out of range: {place} >= "
                                           f"{len(opened)}")  # fmt: skip
            row = next(opened[place], None)
            if row is not None:
                yield row
                continue
            left.discard(place)
            if self._stop or not left:
                return


@source("choose_from_datasets")
def choose_from_datasets(
    datasets: Any, choice_dataset: Dataset, stop_on_empty_dataset: bool = True
) -> Dataset:
    """Elements of several datasets.

    Args:
        datasets: list of datasets with equal structures.
        choice_dataset: int64 scalars: which dataset the next element comes from.
        stop_on_empty_dataset: end when a chosen dataset has no more elements.

    Raises:
        ValueError: if there are no datasets.
    """
    items = list(datasets)
    if not items:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    return ChooseDataset(items, choice_dataset, bool(stop_on_empty_dataset))


@public("data.experimental.enable_debug_mode")
def enable_debug_mode() -> None:
    """Accepted; datasets run in order here anyway."""
