"""Small public functions of `keras.utils`, `keras.backend` and `keras.config`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.ir.op import PUBLIC, public
from engine.keras import configs, naming
from engine.keras.functional import KerasTensor
from engine.ops.namespace import tf


@public("keras.utils.to_categorical")
def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """One row with a single 1 for each class number; a tensor for a tensor, else a float64 array.

    Args:
        x: integers; a last axis of one is dropped.
        num_classes: width of the rows; default: the largest number plus one.
    """
    if tf.is_tensor(x):
        width = int(tf.reduce_max(x)) + 1 if num_classes is None else num_classes
        return tf.one_hot(x, width)
    numbers = np.array(x, dtype="int64")
    shape = numbers.shape
    if shape and shape[-1] == 1 and len(shape) > 1:
        shape = shape[:-1]
    flat = numbers.reshape(-1)
    width = num_classes or int(np.max(flat)) + 1
    rows = np.zeros((flat.shape[0], width))
    rows[np.arange(flat.shape[0]), flat] = 1
    return rows.reshape((*shape, width))


@public("keras.utils.normalize")
def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """Vectors along an axis divided by their length."""
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: order={order}")
    if isinstance(x, np.ndarray):
        length = np.atleast_1d(np.linalg.norm(x, order, axis))
        length[length == 0] = 1
        return x / np.expand_dims(length, axis)
    length = tf.norm(x, ord=order, axis=axis, keepdims=True)
    return x / tf.where(tf.equal(length, 0), tf.ones_like(length), length)


@public("keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences")
def pad_sequences(
    sequences: Sequence[Any], maxlen: int | None = None, dtype: Any = "int32",
    padding: str = "pre", truncating: str = "pre", value: Any = 0.0,
) -> Any:  # fmt: skip
    """Sequences of different lengths as the rows of an array.

    Args:
        sequences: lists of numbers (or of arrays of one shape).
        maxlen: length of the rows; default: the longest.
        dtype: of the array.
        padding, truncating: "pre" or "post": where to fill up, where to cut.
        value: to fill up with.

    Raises:
        ValueError: for other words, or sequences of different element shapes.
    """
    for name, word in (("padding", padding), ("truncating", truncating)):
        if word not in ("pre", "post"):
            raise ValueError(f'{name.capitalize()} type "{word}" not understood')
    rows = [list(row) for row in sequences]
    width = max((len(row) for row in rows), default=0) if maxlen is None else maxlen
    inner = next((np.asarray(row).shape[1:] for row in rows if row), ())
    out = np.full((len(rows), width, *inner), value, dtype=dtype)
    for i, row in enumerate(rows):
        if not row or not width:
            continue
        kept = np.asarray(row[-width:] if truncating == "pre" else row[:width], dtype=dtype)
        if kept.shape[1:] != inner:
            raise ValueError(f"Shape of sample {kept.shape[1:]} of sequence at position {i} is "
                             f"different from expected shape {inner}")  # fmt: skip
        out[i, slice(width - len(kept), None) if padding == "pre" else slice(0, len(kept))] = kept
    return out


@public("keras.utils.timeseries_dataset_from_array",
        "keras.preprocessing.timeseries_dataset_from_array")  # fmt: skip
def timeseries_dataset_from_array(
    data: Any, targets: Any, sequence_length: int, sequence_stride: int = 1,
    sampling_rate: int = 1, batch_size: int | None = 128, shuffle: bool = False,
    seed: Any = None, start_index: int | None = None, end_index: int | None = None,
) -> Any:  # fmt: skip
    """A dataset of windows over the rows of an array, with a target for each.

    Args:
        data: array of rows.
        targets: array, one for each window's first row; or None.
        sequence_length: rows of a window.
        sequence_stride: rows between two windows.
        sampling_rate: rows between two of a window.
        batch_size: windows in a batch; None: no batches.
        shuffle, seed: in random order?
        start_index, end_index: rows to use.
    """
    rows = np.asarray(data)[start_index:end_index]
    last = len(rows) - (sequence_length - 1) * sampling_rate
    if targets is not None:
        last = min(last, len(targets))
    starts = np.arange(0, max(last, 0), sequence_stride)
    if shuffle:
        np.random.RandomState(seed).shuffle(starts)
    offsets = np.arange(sequence_length) * sampling_rate
    windows = rows[starts[:, None] + offsets[None]]
    parts = windows if targets is None else (windows, np.asarray(targets)[starts])
    dataset = tf.data.Dataset.from_tensor_slices(parts)
    return dataset if batch_size is None else dataset.batch(batch_size)


@public("keras.utils.split_dataset")
def split_dataset(
    dataset: Any, left_size: Any = None, right_size: Any = None, shuffle: bool = False,
    seed: Any = None, **kwargs: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """A dataset, array or list as two datasets; sizes are numbers of elements, or shares."""
    items = list(dataset)
    if shuffle:
        np.random.RandomState(seed).shuffle(items)
    count = len(items)

    def number(size: Any) -> int:
        return round(size * count) if isinstance(size, float) else int(size)

    if left_size is None and right_size is None:
        raise ValueError("At least one of the `left_size` or `right_size` must be specified.")
    left = number(left_size) if left_size is not None else count - number(right_size)
    right = number(right_size) if right_size is not None else count - left
    parts = (items[:left], items[left : left + right])
    return tuple(_dataset(part) for part in parts)


def _dataset(items: list[Any]) -> Any:
    stacked = tf.nest.map_structure(lambda *leaves: tf.stack(leaves), *items)
    return tf.data.Dataset.from_tensor_slices(stacked)


@public("keras.utils.clear_session", "keras.backend.clear_session")
def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of layers' names anew."""
    naming.forget_names()


@public("keras.utils.is_keras_tensor", "keras.backend.is_keras_tensor")
def is_keras_tensor(x: Any) -> bool:
    """Is it a symbolic tensor of a model?"""
    return isinstance(x, KerasTensor)


@public("keras.utils.PyDataset", "keras.utils.Sequence")
class PyDataset:
    """Batches by number: subclasses define `__len__` and `__getitem__`."""

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False,
                 max_queue_size: int = 10) -> None:  # fmt: skip
        self.workers = workers

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not define `__len__()`")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__getitem__()`")

    def __iter__(self) -> Iterator[Any]:
        for i in range(len(self)):
            yield self[i]

    def on_epoch_end(self) -> None:
        """After an epoch."""


@contextmanager
def custom_object_scope(custom_objects: dict[str, Any]) -> Iterator[None]:
    """Classes and functions that saved models may hold, inside a `with`."""
    before = dict(configs.CUSTOM)
    configs.CUSTOM.update(custom_objects)
    try:
        yield
    finally:
        configs.CUSTOM.clear()
        configs.CUSTOM.update(before)


public("keras.utils.custom_object_scope", "keras.utils.CustomObjectScope")(custom_object_scope)
for _space in ("keras.utils", "keras.saving"):
    PUBLIC[f"{_space}.serialize_keras_object"] = configs.serialize
    PUBLIC[f"{_space}.deserialize_keras_object"] = configs.deserialize


@public("keras.backend.epsilon", "keras.config.epsilon")
def epsilon() -> float:
    """The small number that losses keep away from zero by."""
    return 1e-07


@public("keras.backend.backend", "keras.config.backend")
def backend() -> str:
    """Always "tensorflow"."""
    return "tensorflow"


@public("keras.backend.image_data_format", "keras.config.image_data_format")
def image_data_format() -> str:
    """Channels are the last axis."""
    return "channels_last"


@public("keras.backend.int_shape")
def int_shape(x: Any) -> Any:
    """The static shape as a tuple."""
    return tuple(x.shape)
