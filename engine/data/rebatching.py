"""Batches made into batches of other sizes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from engine.data.batching import stacked
from engine.data.changes import UnbatchDataset
from engine.data.dataset import Dataset, bound, change, symbols_in
from engine.data.elements import leaf_specs, with_first, without_first
from engine.data.iterators import Binding
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int64
from engine.ir.static_value import known_value
from engine.ir.tensor import EagerTensor
from engine.ops.namespace import tf


class RebatchDataset(Dataset):
    """The rows of batches in batches of other sizes, which follow each other in turn."""

    def __init__(self, parent: Dataset, sizes: Any, drop: bool) -> None:
        if any(leaf.dims == () for leaf in leaf_specs(parent.element_spec)):
            raise ValueError("Only batches can be made into batches of other sizes: there are "
                             f"scalars in {parent.element_spec}.")  # fmt: skip
        self.parents = (parent,)
        self._sizes = convert_to_tensor(sizes, int64)
        self._drop = drop
        known = known_value(self._sizes)
        widths = set() if known is None else set(known.reshape(-1).tolist())
        fixed = widths.pop() if drop and len(widths) == 1 else None
        self._row_spec = without_first(parent.element_spec)
        self.element_spec = with_first(self._row_spec, fixed)

    def own_symbols(self) -> Any:
        return symbols_in([self._sizes])

    def rows(self, binding: Binding) -> Iterator[Any]:
        sizes = bound(self._sizes, binding).reshape(-1).tolist()
        rows = UnbatchDataset(self.parents[0]).rows(binding)
        ahead = next(rows, None)
        for size in itertools.cycle(sizes):
            if ahead is None:
                return
            group = [ahead, *itertools.islice(rows, size - 1)] if size else []
            if size:
                ahead = next(rows, None)
            if self._drop and len(group) < size:
                return
            if group:
                yield tuple(stacked(list(column), i) for i, column in enumerate(zip(*group)))
            else:
                yield tuple(_empty(leaf) for leaf in leaf_specs(self._row_spec))


def _empty(leaf: Any) -> EagerTensor:
    dims = tuple(size or 0 for size in leaf.dims or ())
    return tf.zeros((0, *dims), leaf.dtype)


@change("rebatch")
def rebatch(
    self: Dataset, batch_size: Any, drop_remainder: bool = False, name: str | None = None
) -> Dataset:
    """The rows of batches in batches of another size.

    Args:
        self: the dataset.
        batch_size: the size, or a list of sizes that are taken in turn.
        drop_remainder: leave out the last batch if it is smaller.
        name: unused.

    Raises:
        ValueError: if the elements have no first axis.
    """
    return RebatchDataset(self, batch_size, bool(drop_remainder))
