"""Datasets of CSV files: `make_csv_dataset` and `CsvDataset`."""

from __future__ import annotations

import csv
import glob
import gzip
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.base.errors import InvalidArgumentError, NotFoundError
from engine.data.dataset import UNKNOWN, Dataset
from engine.data.iterators import Binding
from engine.ir.dtypes import DType, as_dtype, float32, float64, int32, int64, string
from engine.ir.op import public
from engine.ir.spec import TensorSpec
from engine.ir.tensor import EagerTensor
from engine.ops.namespace import tf

_LIMITS = {int32: 2**31, int64: 2**63}
_INFERRED = (int32, int64, float32, float64, string)


@public("data.experimental.CsvDataset")
class CsvDatasetV2(Dataset):
    """The rows of CSV files, as tuples of scalars.

    Args:
        filenames: name, or list of names.
        record_defaults: for each column a dtype (then a value is needed) or a list with a default.
        compression_type: "" or "GZIP".
        buffer_size: accepted.
        header: skip the first line of each file?
        field_delim, use_quote_delim, na_value: how fields are written.
        select_cols: numbers of the columns to read, in order; default: all.
        exclude_cols: numbers of the columns to leave out.

    Raises:
        InvalidArgumentError: while reading, for a field that is missing or of another kind.
        NotFoundError: while reading, where there is no such file.
    """

    def __init__(
        self, filenames: Any, record_defaults: Sequence[Any], compression_type: str | None = None,
        buffer_size: int | None = None, header: bool = False, field_delim: str = ",",
        use_quote_delim: bool = True, na_value: str = "", select_cols: Any = None,
        exclude_cols: Any = None,
    ) -> None:  # fmt: skip
        names = np.asarray(tf.convert_to_tensor(filenames, string)).reshape(-1).tolist()
        self._files = [name.decode() for name in names]
        self._defaults = [_default(item) for item in record_defaults]
        self._compressed = compression_type == "GZIP"
        self._header, self._missing = header, na_value
        self._format: Any = {
            "delimiter": field_delim,
            "quoting": csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE,
        }
        self._columns, self._left_out = select_cols, set(exclude_cols or ())
        self.element_spec = tuple(TensorSpec((), dtype) for dtype, _ in self._defaults)

    def __repr__(self) -> str:
        return f"<CsvDatasetV2 element_spec={self.element_spec!r}>"

    def size(self, binding: Binding) -> int:
        return UNKNOWN

    def rows(self, binding: Binding) -> Iterator[Any]:
        for name in self._files:
            with _opened(name, self._compressed) as stream:
                reader = csv.reader(stream, **self._format)
                if self._header:
                    next(reader, None)
                for number, row in enumerate(reader):
                    if row:
                        yield self._tensors(row, number)

    def _tensors(self, row: list[str], number: int) -> Any:
        chosen = [row[i] for i in self._columns if i < len(row)] if self._columns else row
        if self._left_out:
            chosen = [text for i, text in enumerate(row) if i not in self._left_out]
        if len(chosen) != len(self._defaults):
            raise InvalidArgumentError(
                None, None, f"Expect {len(self._defaults)} fields but have {len(chosen)} in record "
                f"{number} [Op:IteratorGetNext]",
            )  # fmt: skip
        pairs = enumerate(zip(chosen, self._defaults))
        return tuple([
            EagerTensor(self._value(text, dtype, default, place), dtype)
            for place, (text, (dtype, default)) in pairs
        ])  # fmt: skip

    def _value(self, text: str, dtype: DType, default: Any, place: int) -> Any:
        if text in ("", self._missing):
            if default is None:
                raise InvalidArgumentError(
                    None, None, f"Field {place} is required but missing in record! "
                    "[Op:IteratorGetNext]",
                )  # fmt: skip
            return default
        if dtype is string:
            return text.encode()
        try:
            return dtype.as_numpy_dtype(int(text) if dtype.is_integer else float(text))
        except (ValueError, OverflowError):
            raise InvalidArgumentError(
                None, None, f"Field {place} in record is not a valid {dtype.name}: {text} "
                "[Op:IteratorGetNext]",
            ) from None  # fmt: skip


def _default(item: Any) -> tuple[DType, Any]:
    """Dtype and default (None: a value is needed) of a column."""
    if isinstance(item, (DType, str)):
        return as_dtype(item), None
    held = tf.convert_to_tensor(item)
    values = np.asarray(held).reshape(-1)
    return held.dtype, values[0] if values.size else None


def _opened(name: str, compressed: bool) -> Any:
    try:
        if compressed:
            return gzip.open(name, "rt", encoding="utf-8", newline="")
        return open(name, encoding="utf-8", newline="")
    except FileNotFoundError:
        raise NotFoundError(None, None, f"{name}; No such file or directory") from None


@public("data.experimental.make_csv_dataset")
def make_csv_dataset(
    file_pattern: Any, batch_size: int, column_names: Any = None, column_defaults: Any = None,
    label_name: str | None = None, select_columns: Any = None, field_delim: str = ",",
    use_quote_delim: bool = True, na_value: str = "", header: bool = True,
    num_epochs: int | None = None, shuffle: bool = True, shuffle_buffer_size: int = 10000,
    shuffle_seed: Any = None, prefetch_buffer_size: Any = None, num_parallel_reads: Any = None,
    sloppy: bool = False, num_rows_for_inference: int | None = 100,
    compression_type: str | None = None, ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:  # fmt: skip
    """Batches of the columns of CSV files: dictionaries, or (dictionary, labels).

    Args:
        file_pattern: name, glob pattern, or list of them.
        batch_size: rows in a batch.
        column_names: default: the first line of the first file.
        column_defaults: dtypes or defaults of the (selected) columns; default: inferred.
        label_name: the column that becomes the labels.
        select_columns: names or numbers of the columns to read.
        field_delim, use_quote_delim, na_value, header: how the files are written.
        num_epochs: how often; None: for ever.
        shuffle, shuffle_buffer_size, shuffle_seed: in random order?
        num_rows_for_inference: rows to infer dtypes from; None: all.
        compression_type: "" or "GZIP".
        ignore_errors: skip rows that cannot be read?
        prefetch_buffer_size, num_parallel_reads, sloppy, encoding: accepted.

    Raises:
        ValueError: if no file matches, or a name is no column's.
    """
    files = _matching(file_pattern)
    style = {"delimiter": field_delim,
             "quoting": csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE}  # fmt: skip
    zipped = compression_type == "GZIP"
    names = (
        list(column_names) if column_names is not None else _names(files[0], header, style, zipped)
    )
    if len(set(names)) != len(names):
        raise ValueError("Cannot have duplicate column names.")
    places = _places(select_columns, names)
    chosen = [names[i] for i in places] if places else names
    if label_name is not None and label_name not in chosen:
        raise ValueError(f"`label_name` provided must be one of the columns: {chosen}. "
                         f"Received: {label_name}.")  # fmt: skip
    if column_defaults is None:
        column_defaults = _inferred(
            files, places or range(len(names)), header, style, zipped, na_value,
            num_rows_for_inference,
        )  # fmt: skip
    dataset: Any = CsvDatasetV2(files, column_defaults, compression_type, None, header, field_delim,
                                use_quote_delim, na_value, places or None)  # fmt: skip
    if ignore_errors:
        dataset = dataset.ignore_errors()
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None)

    def named(*columns: Any) -> Any:
        features = OrderedDict(zip(chosen, columns))
        if label_name is None:
            return features
        label = features.pop(label_name)
        return features, label

    return dataset.map(named).prefetch(1)


def _matching(pattern: Any) -> list[str]:
    patterns = [pattern] if isinstance(pattern, (str, os.PathLike)) else list(pattern)
    found = sorted({name for item in patterns for name in glob.glob(os.fspath(item))})
    if not found:
        raise ValueError(f"No files match `file_pattern` {pattern}.")
    return found


def _names(file: str, header: bool, style: Any, zipped: bool) -> list[str]:
    if not header:
        raise ValueError("Cannot infer column names without a header line.")
    with _opened(file, zipped) as stream:
        return next(csv.reader(stream, **style))


def _places(selected: Any, names: list[str]) -> list[int]:
    if selected is None:
        return []
    places = []
    for item in selected:
        if isinstance(item, str):
            if item not in names:
                raise ValueError(f"Value '{item}' from `select_columns` is not present in "
                                 f"`column_names`: {names}.")  # fmt: skip
            item = names.index(item)  # noqa: PLW2901
        places.append(int(item))
    return sorted(places)


def _inferred(
    files: list[str], places: Sequence[int], header: bool, style: Any, zipped: bool, missing: str,
    limit: int | None,
) -> list[Any]:  # fmt: skip
    """For each column a default: zero or "" of the narrowest dtype that holds the first rows."""
    kinds = [0] * len(places)
    seen = [False] * len(places)
    count = 0
    for file in files:
        with _opened(file, zipped) as stream:
            reader = csv.reader(stream, **style)
            if header:
                next(reader, None)
            for row in reader:
                if limit is not None and count >= limit:
                    break
                count += 1
                for i, place in enumerate(places):
                    text = row[place] if place < len(row) else ""
                    if text not in ("", missing):
                        kinds[i], seen[i] = _kind(text, kinds[i]), True
    dtypes = [_INFERRED[kind] if known else string for kind, known in zip(kinds, seen)]
    return [[b""] if dtype is string else tf.zeros([1], dtype) for dtype in dtypes]


def _kind(text: str, least: int) -> int:
    for kind in range(least, len(_INFERRED)):
        dtype = _INFERRED[kind]
        try:
            if dtype in _LIMITS:
                if -_LIMITS[dtype] <= int(text) < _LIMITS[dtype]:
                    return kind
            elif dtype is not string:
                number = float(text)
                if dtype is float64 or abs(number) <= 3.4e38 or number != number:
                    return kind
        except ValueError:
            continue
    return len(_INFERRED) - 1
