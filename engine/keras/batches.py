"""Batches of (x, y, sample_weight) from arrays, tensors, datasets and generators."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from engine.ir.op import public
from engine.ir.structure import flatten, map_structure
from engine.ops.namespace import tf
from engine.ops.random_basic import shuffled_order
from engine.ops.random_seed import PhiloxState, first_of_graph

_DEFAULT_SIZE = 32


@public("keras.utils.pack_x_y_sample_weight")
def pack(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A tuple as short as it can be; `x` alone where it is no list or tuple."""
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


@public("keras.utils.unpack_x_y_sample_weight")
def unpack(data: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight), with None for what is missing. Raises ValueError for longer tuples."""
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3:
        raise ValueError("Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, "
                         f"sample_weight)`, found: {data}")  # fmt: skip
    return (*data, *[None] * (3 - len(data)))


class Batches:
    """What an epoch goes through.

    Args:
        x, y, sample_weight: arrays, tensors, structures of them, or `x` a dataset or generator.
        batch_size: default 32; arrays only.
        steps: batches in an epoch; default: all.
        shuffle: in random order? Arrays only. "batch": within each batch. With the program's seed
            set every epoch has the same order, as in Keras; else each another one.

    Raises:
        ValueError: if arrays differ in length, or `y` comes with a dataset.
    """

    def __init__(
        self, x: Any, y: Any = None, sample_weight: Any = None, batch_size: int | None = None,
        steps: int | None = None, shuffle: bool | str = False,
    ) -> None:  # fmt: skip
        self.steps: int | None = steps
        self._iterator: Any = None
        self._shuffle = shuffle
        self._seeds = first_of_graph()
        self._arrays: Any = None
        self._source: Any = None
        if hasattr(x, "element_spec") or _is_iterator(x):
            if y is not None:
                raise ValueError("When providing `x` as a tf.data.Dataset or a generator, `y` "
                                 f"should not be passed. Instead, the targets should be included "
                                 f"in it. Received: y={type(y)}")  # fmt: skip
            self._source = x
            if steps is None and hasattr(x, "cardinality"):
                size = int(x.cardinality())
                self.steps = size if size >= 0 else None
            return
        self._size = batch_size or _DEFAULT_SIZE
        self._arrays = pack_arrays(x, y, sample_weight)
        self._count = _count(x, y, sample_weight)
        whole = -(-self._count // self._size)
        self.steps = whole if steps is None else min(steps, whole)

    @property
    def first_shape(self) -> Any:
        """The shape of a batch of `x`, with None for its size; None where `x` is no one tensor."""
        if self._arrays is not None:
            x = unpack(self._arrays)[0]
            return (None, *x.shape[1:]) if hasattr(x, "shape") else None
        spec = unpack(getattr(self._source, "element_spec", None))[0]
        shape = getattr(spec, "shape", None)
        return None if shape is None or shape.rank is None else (None, *shape.as_list()[1:])

    def __iter__(self) -> Iterator[Any]:
        """The batches of one epoch."""
        if self._arrays is not None:
            yield from self._slices()
            return
        if self.steps is None or not self._repeats():
            for i, batch in enumerate(self._source):
                if self.steps is not None and i >= self.steps:
                    return
                yield batch
            return
        if self._iterator is None:
            self._iterator = iter(self._source)
        for _ in range(self.steps):
            try:
                yield next(self._iterator)
            except StopIteration:
                self._iterator = iter(self._source)
                return

    def _repeats(self) -> bool:
        """Does an epoch take a part of an endless source?"""
        return _is_iterator(self._source) or int(self._source.cardinality()) < 0

    def _slices(self) -> Iterator[Any]:
        order = np.arange(self._count)
        state = PhiloxState(*self._seeds)
        if self._shuffle and self._shuffle != "batch":
            order = _shuffled(order, state)
        for step in range(self.steps or 0):
            rows = order[step * self._size : (step + 1) * self._size]
            if self._shuffle == "batch":
                rows = _shuffled(rows, state)
            yield map_structure(partial(_rows, rows=rows), self._arrays)


def _shuffled(rows: Any, state: PhiloxState) -> Any:
    count = len(rows)
    if count <= 1:
        return rows
    return rows[shuffled_order(np, count, state.reserve((count + 2) // 4), state.key)]


def _rows(array: Any, rows: Any) -> Any:
    return tf.convert_to_tensor(array[rows])


def pack_arrays(x: Any, y: Any, sample_weight: Any) -> Any:
    """The same structure with numpy arrays; floats as float32, as Keras has them."""
    return map_structure(_array, pack(x, y, sample_weight))


def _array(value: Any) -> Any:
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    return array.reshape(-1, 1) if array.ndim == 0 else array


def _count(x: Any, y: Any, sample_weight: Any) -> int:
    named = (("x", x), ("y", y), ("sample_weight", sample_weight))
    sizes = {name: [len(_array(leaf)) for leaf in flatten(value)]
             for name, value in named if value is not None}  # fmt: skip
    if len({size for many in sizes.values() for size in many}) > 1:
        lines = "".join(f"'{name}' sizes: {', '.join(map(str, many))}\n"
                        for name, many in sizes.items())  # fmt: skip
        raise ValueError("Data cardinality is ambiguous. Make sure all arrays contain the same "
                         f"number of samples.{lines}")  # fmt: skip
    return sizes["x"][0]


def _is_iterator(value: Any) -> bool:
    return hasattr(value, "__next__") or (
        hasattr(value, "__getitem__")
        and hasattr(value, "__len__")
        and hasattr(value, "on_epoch_end")
    )


def split(arrays: Any, share: float) -> tuple[Any, Any]:
    """The first part of arrays, and the last `share` of them. Raises ValueError if one is empty."""
    count = len(_array(flatten(arrays)[0]))
    at = int(count * (1.0 - share))
    if at in (0, count):
        raise ValueError(
            f"Training data contains {count} samples, which is not sufficient to split it into a "
            f"validation and training set as specified by `validation_split={share}`. Either "
            "provide more data, or a different value for the `validation_split` argument."
        )

    def part(rows: slice) -> Any:
        return map_structure(lambda a: None if a is None else _array(a)[rows], arrays)

    return part(slice(0, at)), part(slice(at, count))
