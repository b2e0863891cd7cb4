"""Elements grouped by a key: group_by_window, bucket_by_sequence_length; rebatch, sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.data.batching import Rows
from engine.data.combining import ChooseDataset
from engine.data.dataset import UNKNOWN, Dataset, Opened, change, source
from engine.data.elements import DatasetSpec
from engine.data.iterators import Binding
from engine.data.shuffling import SeedSource
from engine.data.traced import ElementFunction, require_dataset
from engine.ir.dtypes import int64, variant
from engine.ir.spec import spec
from engine.ir.tensor import EagerTensor
from engine.ops.namespace import tf


class GroupDataset(Dataset):
    """What a function makes of the elements of each key."""

    def __init__(self, parent: Dataset, key: Any, reduce: Any, size: Any) -> None:
        self.parents = (parent,)
        self._key = ElementFunction(key, parent.element_spec)
        found = self._key.element_spec
        if getattr(found, "dtype", None) is not int64 or found.dims not in (None, ()):
            raise ValueError(f"Invalid `key_func`. `key_func` must return a single `tf.int64` "
                             f"scalar, but its return type is {found!r}.")  # fmt: skip
        window = (spec(int64, ()), DatasetSpec(parent.element_spec))
        self._reduce = ElementFunction(reduce, window, unpack=False)
        require_dataset(self._reduce, "a `reduce_func` that returns")
        self._size = ElementFunction(size, spec(int64, ()))
        self.element_spec = self._reduce.result_dataset.element_spec

    def own_symbols(self) -> Any:
        return self._key.symbols() + self._reduce.symbols() + self._size.symbols()

    def size(self, binding: Binding) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        groups: dict[int, list[Any]] = {}
        sizes: dict[int, int] = {}
        for row in self.parents[0].rows(binding):
            key = self._key(row, binding)[0]
            number = int(key._value)
            if number not in sizes:
                sizes[number] = int(self._size((key,), binding)[0]._value)
                if sizes[number] < 1:
                    raise InvalidArgumentError(None, None, "Window size must be greater than "
                                               f"zero, but got {sizes[number]}.")  # fmt: skip
            group = groups.setdefault(number, [])
            group.append(row)
            if len(group) == sizes[number]:
                yield from self._reduced(number, groups.pop(number), binding)
        for number in sorted(groups):
            yield from self._reduced(number, groups[number], binding)

    def _reduced(self, key: int, group: list[Any], binding: Binding) -> Iterator[Any]:
        window = Opened(Rows(group, self.parents[0].element_spec), {})
        arguments = (EagerTensor(int64.as_numpy_dtype(key), int64), EagerTensor(window, variant))
        dataset, inner = self._reduce.dataset(arguments, binding)
        return dataset.rows(inner)


@change("group_by_window")
def group_by_window(
    self: Dataset, key_func: Callable[..., Any], reduce_func: Callable[..., Any],
    window_size: int | None = None, window_size_func: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Dataset:  # fmt: skip
    """Elements grouped by a key; each full group becomes a dataset's elements.

    Args:
        self: the dataset.
        key_func: element -> int64 scalar.
        reduce_func: (key, dataset of a group) -> dataset.
        window_size: how many elements make a group full.
        window_size_func: key -> window size, instead.
        name: unused.

    Raises:
        ValueError: unless exactly one of both sizes is given, or if a key is no int64 scalar.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Either the `window_size` argument or the `window_size_func` argument "
                         "must be specified.")  # fmt: skip
    if window_size_func is None:
        wanted = window_size

        def window_size_func(key: Any) -> Any:
            return tf.constant(wanted, int64)

    return GroupDataset(self, key_func, reduce_func, window_size_func)


@change("bucket_by_sequence_length")
def bucket_by_sequence_length(
    self: Dataset, element_length_func: Callable[..., Any], bucket_boundaries: Any,
    bucket_batch_sizes: Any, padded_shapes: Any = None, padding_values: Any = None,
    pad_to_bucket_boundary: bool = False, no_padding: bool = False, drop_remainder: bool = False,
    name: str | None = None,
) -> Dataset:  # fmt: skip
    """Elements of similar length batched together.

    Args:
        self: the dataset.
        element_length_func: element -> its length, int32.
        bucket_boundaries: upper ends (not included) of the lengths of all buckets but the last.
        bucket_batch_sizes: sizes of the batches of each bucket, one more.
        padded_shapes: as in `padded_batch`.
        padding_values: as in `padded_batch`.
        pad_to_bucket_boundary: must be False.
        no_padding: batch without filling up.
        drop_remainder: leave out smaller batches at the end.
        name: unused.

    Raises:
        ValueError: if the numbers of boundaries and sizes do not fit.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError(f"`len(bucket_batch_sizes)` must equal `len(bucket_boundaries) + 1` but "
                         f"`len(bucket_batch_sizes)={len(bucket_batch_sizes)}` and "
                         f"`len(bucket_boundaries)={len(bucket_boundaries)}`.")  # fmt: skip
    if pad_to_bucket_boundary:
        raise ValueError("`pad_to_bucket_boundary` is not supported: give `padded_shapes`.")
    ends = list(bucket_boundaries)
    sizes = list(bucket_batch_sizes)

    def bucket_of(*element: Any) -> Any:
        length = tf.cast(element_length_func(*element), int64)
        return tf.reduce_sum(tf.cast(length >= tf.constant(ends, int64), int64))

    def batch(bucket: Any, group: Any) -> Any:
        size = tf.gather(tf.constant(sizes, int64), bucket)
        if no_padding:
            return group.batch(size, drop_remainder)
        return group.padded_batch(size, padded_shapes, padding_values, drop_remainder)

    return group_by_window(
        self, bucket_of, batch, window_size_func=lambda b: tf.gather(tf.constant(sizes, int64), b)
    )


class SampleDataset(Dataset):
    """Random numbers of datasets, by weight."""

    def __init__(self, weights: list[float], seed: int | None, renew: bool) -> None:
        total = sum(weights)
        self._weights = [weight / total for weight in weights]
        self._seeds = SeedSource(seed, renew)
        self.element_spec = spec(int64, ())

    def rows(self, binding: Binding) -> Iterator[Any]:
        draw = self._seeds.stream()
        while True:
            left = draw() / 2**32
            place = 0
            while place < len(self._weights) - 1 and left >= self._weights[place]:
                left -= self._weights[place]
                place += 1
            yield (EagerTensor(int64.as_numpy_dtype(place), int64),)

    def size(self, binding: Binding) -> int:
        return UNKNOWN


@source("sample_from_datasets")
def sample_from_datasets(
    datasets: Any, weights: Any = None, seed: int | None = None,
    stop_on_empty_dataset: bool = False, rerandomize_each_iteration: bool | None = None,
) -> Dataset:  # fmt: skip
    """Elements of several datasets, each time from one drawn at random.

    Args:
        datasets: list of datasets with equal structures.
        weights: how likely each one is; None: all alike.
        seed: of the choices.
        stop_on_empty_dataset: end when a chosen dataset has no more elements.
        rerandomize_each_iteration: other choices each time it is read.

    Raises:
        ValueError: if there are no datasets, or not as many weights.
    """
    items = list(datasets)
    if not items:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    chances = [1.0] * len(items) if weights is None else [float(w) for w in weights]
    if len(chances) != len(items):
        raise ValueError(f"Invalid `weights`. The shape of `weights` should be compatible with "
                         f"`[len(datasets)]` but is ({len(chances)},).")  # fmt: skip
    chosen = [(item, chance) for item, chance in zip(items, chances) if chance]
    if not chosen:
        return items[0].take(0)
    items, chances = [item for item, _ in chosen], [chance for _, chance in chosen]
    if len(items) == 1:
        return items[0]
    choice = SampleDataset(chances, seed, rerandomize_each_iteration is not False)
    return ChooseDataset(items, choice, bool(stop_on_empty_dataset))
