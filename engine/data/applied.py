"""`tf.data.experimental`: changes of datasets as functions for `dataset.apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.base.errors import FailedPreconditionError, OpError
from engine.data.changes import ChangedDataset
from engine.data.dataset import UNKNOWN, Dataset, change
from engine.data.iterators import Binding, NumpyIterator, Optional
from engine.data.sources import from_tensor_slices
from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.structure import flatten, map_structure, pack
from engine.ops.namespace import tf

Change = Callable[[Any], Any]

public("data.experimental.Optional")(Optional)
public("data.NumpyIterator")(NumpyIterator)


def _applied(name: str) -> None:
    """`tf.data.experimental.NAME(...)` answers a function that calls the method."""

    def make(*args: Any, **kwargs: Any) -> Change:
        return lambda dataset: getattr(dataset, name)(*args, **kwargs)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"""A function that calls `dataset.{name}` with these arguments."""
    public(f"data.experimental.{name}")(make)


for _name in ("group_by_window", "bucket_by_sequence_length", "unbatch", "unique", "take_while",
              "scan", "ignore_errors"):  # fmt: skip
    _applied(_name)


@public("data.experimental.enumerate_dataset")
def enumerate_dataset(start: Any = 0) -> Change:
    """A function that calls `dataset.enumerate`."""
    return lambda dataset: dataset.enumerate(start)


@public("data.experimental.shuffle_and_repeat")
def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: int | None = None) -> Change:
    """A function that calls `dataset.shuffle` and then `repeat`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


@public("data.experimental.map_and_batch")
def map_and_batch(
    map_func: Callable[..., Any], batch_size: Any, num_parallel_batches: Any = None,
    drop_remainder: bool = False, num_parallel_calls: Any = None,
) -> Change:  # fmt: skip
    """A function that calls `dataset.map` and then `batch`."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


@public("data.experimental.choose_from_datasets")
def choose_from_datasets(*args: Any, **kwargs: Any) -> Dataset:
    """As `tf.data.Dataset.choose_from_datasets`."""
    return tf.data.Dataset.choose_from_datasets(*args, **kwargs)


@public("data.experimental.sample_from_datasets")
def sample_from_datasets(*args: Any, **kwargs: Any) -> Dataset:
    """As `tf.data.Dataset.sample_from_datasets`."""
    return tf.data.Dataset.sample_from_datasets(*args, **kwargs)


@public("data.experimental.get_single_element")
def get_single_element(dataset: Dataset) -> Any:
    """`dataset.get_single_element()`."""
    return dataset.get_single_element()


@public("data.experimental.get_next_as_optional")
def get_next_as_optional(iterator: Any) -> Optional:
    """`iterator.get_next_as_optional()`."""
    return iterator.get_next_as_optional()


@public("data.experimental.Counter")
def counter(start: int = 0, step: int = 1, dtype: Any = "int64") -> Dataset:
    """As `tf.data.Dataset.counter`."""
    return tf.data.Dataset.counter(start, step, dtype)


@public("data.experimental.from_list")
def from_list(elements: Any, name: str | None = None) -> Dataset:
    """A dataset of the elements of a list, which all have the same structure.

    Raises:
        ValueError: if the list is empty.
    """
    if not elements:
        raise ValueError("Invalid `elements`. `elements` should not be empty.")
    columns = zip(*[flatten(map_structure(convert_to_tensor, item)) for item in elements])
    return from_tensor_slices(pack(elements[0], [tf.stack(list(column)) for column in columns]))


class IgnoreErrorsDataset(ChangedDataset):
    """The elements that can be made without an error."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        parent = self.parents[0]
        function = getattr(parent, "_function", None)
        if function is None:
            yield from parent.rows(binding)
            return
        for row in parent.parents[0].rows(binding):
            try:
                yield function(row, binding)
            except OpError:
                continue


@change("ignore_errors")
def ignore_errors(self: Dataset, log_warning: bool = False, name: str | None = None) -> Dataset:
    """The elements for which the last `map` raises no error."""
    return IgnoreErrorsDataset(self)


class CheckedDataset(ChangedDataset):
    """The same elements; another number of them than expected is an error."""

    def size_from(self, count: int, numbers: list[int]) -> int:
        return numbers[0]

    def rows(self, binding: Binding) -> Iterator[Any]:
        wanted = self.numbers(binding)[0]
        count = 0
        for row in self.parents[0].rows(binding):
            count += 1
            if 0 <= wanted < count:
                raise FailedPreconditionError(None, None, f"Input dataset was expected to contain "
                                              f"{wanted} elements but contained more.")  # fmt: skip
            yield row
        if wanted > count:
            text = f"Input dataset was expected to contain {wanted} elements but contained only"
            raise FailedPreconditionError(None, None, f"{text} {count}.")


@public("data.experimental.assert_cardinality")
def assert_cardinality(expected_cardinality: int) -> Change:
    """A function that says how many elements a dataset has; reading checks it."""
    return lambda dataset: CheckedDataset(dataset, expected_cardinality)
