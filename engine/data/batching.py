"""Several elements as one: batch, padded_batch, window."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.base.errors import DataLossError, InvalidArgumentError
from engine.data.changes import ChangedDataset
from engine.data.dataset import Dataset, Opened, change
from engine.data.elements import DatasetSpec, leaf_specs, map_specs, with_first
from engine.data.iterators import Binding
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, string, variant
from engine.ir.shapes import as_dims, bracketed
from engine.ir.spec import spec
from engine.ir.static_value import known_value
from engine.ir.structure import is_nested, pack
from engine.ir.tensor import EagerTensor


def stacked(leaves: list[EagerTensor], component: int) -> EagerTensor:
    """Values of one shape along a new first axis.

    Raises:
        InvalidArgumentError: if the shapes differ.
    """
    values = [leaf._value for leaf in leaves]
    first = leaves[0].dims
    for i, leaf in enumerate(leaves):
        if leaf.dims != first:
            raise InvalidArgumentError(
                None, None, f"Cannot batch tensors with different shapes in component {component}. "
                f"First element had shape {bracketed(first)} and element {i} had shape "
                f"{bracketed(leaf.dims)}. [Op:IteratorGetNext]",
            )  # fmt: skip
    dtype = leaves[0].dtype
    kind = object if dtype in (string, variant) else values[0].dtype
    out = np.empty((len(values), *first), dtype=kind)  # type: ignore[misc]
    for i, value in enumerate(values):
        out[i] = value
    return EagerTensor(out, dtype)


def _whole(count: int, size: int, drop: bool) -> int:
    return count if count < 0 else count // size if drop else -(-count // size)


class BatchDataset(ChangedDataset):
    """Several elements stacked."""

    def __init__(self, parent: Dataset, size: Any, drop: bool) -> None:
        super().__init__(parent, size)
        self._drop = drop
        known = known_value(self._numbers[0])
        fixed = int(known) if drop and known is not None else None
        self.element_spec = with_first(parent.element_spec, fixed)

    def size_from(self, count: int, numbers: list[int]) -> int:
        return _whole(count, numbers[0], self._drop)

    def rows(self, binding: Binding) -> Iterator[Any]:
        size = self.numbers(binding)[0]
        rows = self.parents[0].rows(binding)
        while True:
            group = list(itertools.islice(rows, size))
            if not group or (self._drop and len(group) < size):
                return
            yield tuple(stacked(list(column), i) for i, column in enumerate(zip(*group)))


def _check_size(size: Any) -> None:
    known = known_value(convert_to_tensor(size))
    if known is not None and known < 1:
        raise InvalidArgumentError(
            None, None, "Batch size must be greater than zero. [Op:BatchDatasetV2]"
        )


@change("batch")
def batch(
    self: Dataset, batch_size: Any, drop_remainder: bool = False, num_parallel_calls: Any = None,
    deterministic: bool | None = None, name: str | None = None,
) -> Dataset:  # fmt: skip
    """Every `batch_size` elements stacked along a new first axis.

    Args:
        self: the dataset.
        batch_size: how many.
        drop_remainder: leave out the last batch if it is smaller; the first size is known then.
        num_parallel_calls, deterministic: accepted.
        name: unused.

    Raises:
        InvalidArgumentError: if `batch_size` is not positive; while reading: if shapes differ.
    """
    _check_size(batch_size)
    return BatchDataset(self, batch_size, bool(drop_remainder))


class PaddedBatchDataset(BatchDataset):
    """Several elements filled up to the same shape and stacked."""

    def __init__(self, parent: Dataset, size: Any, shapes: Any, values: Any, drop: bool) -> None:
        super().__init__(parent, size, drop)
        leaves = leaf_specs(parent.element_spec)
        self._shapes = [leaf.dims if shape is None else shape
                        for leaf, shape in zip(leaves, shapes)]  # fmt: skip
        self._values = values
        first = leaf_specs(self.element_spec)[0].dims[0]
        self.element_spec = pack(parent.element_spec, [
            spec(leaf.dtype, (first, *shape)) for leaf, shape in zip(leaves, self._shapes)
        ])  # fmt: skip

    def rows(self, binding: Binding) -> Iterator[Any]:
        size = self.numbers(binding)[0]
        rows = self.parents[0].rows(binding)
        while True:
            group = list(itertools.islice(rows, size))
            if not group or (self._drop and len(group) < size):
                return
            yield tuple(
                self._padded([leaf._value for leaf in column], column[0].dtype, i)
                for i, column in enumerate(zip(*group))
            )

    def _padded(self, values: list[Any], dtype: DType, component: int) -> EagerTensor:
        wanted = self._shapes[component]
        dims = [np.shape(value) if not isinstance(value, bytes) else () for value in values]
        largest = [max(sizes) for sizes in zip(*dims)]
        shape = [have if fixed is None else fixed for have, fixed in zip(largest, wanted)]
        if any(have > size for have, size in zip(largest, shape)):
            raise DataLossError(
                None, None, "Attempted to pad to a smaller size than the input element. "
                "[Op:IteratorGetNext]",
            )  # fmt: skip
        kind = object if dtype is string else values[0].dtype
        out = np.full((len(values), *shape), self._values[component], dtype=kind)
        for i, value in enumerate(values):
            key: Any = (i, *(slice(0, n) for n in dims[i]))
            out[key] = value
        return EagerTensor(out, dtype)


@change("padded_batch")
def padded_batch(
    self: Dataset, batch_size: Any, padded_shapes: Any = None, padding_values: Any = None,
    drop_remainder: bool = False, name: str | None = None,
) -> Dataset:  # fmt: skip
    """As `batch`, for elements of different sizes: they are filled up.

    Args:
        self: the dataset.
        batch_size: how many elements.
        padded_shapes: shapes to fill up to, for each part of an element; None or -1: the largest
            size of the batch.
        padding_values: what to fill with, by default 0 or an empty string.
        drop_remainder: leave out the last batch if it is smaller.
        name: unused.

    Raises:
        ValueError: if a rank is unknown.
    """
    _check_size(batch_size)
    leaves = leaf_specs(self.element_spec)
    if padded_shapes is None:
        if any(leaf.dims is None for leaf in leaves):
            raise ValueError("You must provide `padded_shapes` argument because component has "
                             "unknown rank.")  # fmt: skip
        shapes: list[Any] = [None] * len(leaves)
    else:
        found = _up_to(self.element_spec, padded_shapes)
        shapes = [as_dims([None if n in (-1, None) else n for n in _listed(shape)])
                  for shape in found]  # fmt: skip
    values = _padding(padding_values, self.element_spec, leaves)
    return PaddedBatchDataset(self, batch_size, shapes, values, bool(drop_remainder))


def _listed(shape: Any) -> Any:
    return shape.as_list() if hasattr(shape, "as_list") else np.asarray(shape, object).tolist()


def _up_to(shallow: Any, value: Any) -> list[Any]:
    if isinstance(shallow, dict):
        return [x for key in sorted(shallow) for x in _up_to(shallow[key], value[key])]
    if isinstance(shallow, tuple):
        return [x for s, item in zip(shallow, value) for x in _up_to(s, item)]
    return [value]


def _padding(values: Any, element_spec: Any, leaves: list[Any]) -> list[Any]:
    if values is None:
        found: list[Any] = [None] * len(leaves)
    elif is_nested(values) and is_nested(element_spec):
        found = _up_to(element_spec, values)
    else:
        found = [values] * len(leaves)
    out = []
    for value, leaf in zip(found, leaves):
        if value is None:
            out.append(b"" if leaf.dtype is string else leaf.dtype.as_numpy_dtype(0))
            continue
        tensor: Any = convert_to_tensor(value, dtype_hint=leaf.dtype)
        if tensor.dtype is not leaf.dtype:
            raise TypeError(f"Mismatched type between padding value and input dataset's element "
                            f"type: {tensor.dtype.name} vs. {leaf.dtype.name}")  # fmt: skip
        out.append(tensor._value)
    return out


class Rows(Dataset):
    """Rows that are known already."""

    def __init__(self, rows: list[Any], element_spec: Any) -> None:
        self._rows = rows
        self.element_spec = element_spec

    def rows(self, binding: Binding) -> Iterator[Any]:
        return iter(self._rows)

    def size(self, binding: Binding) -> int:
        return len(self._rows)


class WindowDataset(ChangedDataset):
    """Neighbouring elements as datasets."""

    def __init__(self, parent: Dataset, size: Any, shift: Any, stride: Any, drop: bool) -> None:
        super().__init__(parent, size, size if shift is None else shift, stride)
        for name, number in (("size", size), ("shift", shift), ("stride", stride)):
            if isinstance(number, int) and number <= 0:
                raise InvalidArgumentError(
                    None, None, f"Window {name} must be greater than zero. [Op:WindowDataset]"
                )
        self._drop = drop
        self.element_spec = map_specs(DatasetSpec, parent.element_spec)

    def size_from(self, count: int, numbers: list[int]) -> int:
        size, shift, stride = numbers
        if count < 0:
            return count
        reach = (size - 1) * stride + 1
        if self._drop:
            return max(0, (count - reach) // shift + 1)
        return -(-count // shift)

    def rows(self, binding: Binding) -> Iterator[Any]:
        size, shift, stride = self.numbers(binding)
        source = self.parents[0].rows(binding)
        reach = (size - 1) * stride + 1
        held: list[Any] = []
        specs = leaf_specs(self.parents[0].element_spec)
        while True:
            held += itertools.islice(source, max(0, reach - len(held)))
            if not held or (self._drop and len(held) < reach):
                return
            group = held[:reach:stride]
            yield tuple(
                EagerTensor(Opened(Rows([(row[i],) for row in group], specs[i]), {}), variant)
                for i in range(len(specs))
            )
            if shift > len(held):
                list(itertools.islice(source, shift - len(held)))
            held = held[shift:]


@change("window")
def window(
    self: Dataset, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False,
    name: str | None = None,
) -> Dataset:  # fmt: skip
    """Neighbouring elements as (structures of) datasets.

    Args:
        self: the dataset.
        size: elements of a window.
        shift: distance of the beginnings of windows, by default `size`.
        stride: distance of the elements of a window.
        drop_remainder: leave out smaller windows at the end.
        name: unused.
    """
    return WindowDataset(self, size, shift, stride, bool(drop_remainder))
