"""Datasets of files: their lines, their records, pieces of one length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

from engine.base.errors import InvalidArgumentError
from engine.data.dataset import Dataset, bound, symbols_in
from engine.data.elements import is_dataset
from engine.data.iterators import Binding
from engine.executors.eager import wrap
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int64, string
from engine.ir.op import public
from engine.ir.spec import spec
from engine.objects.record_files import open_compressed, read_records
from engine.ops.namespace import tf


class OneFile(Dataset):
    """The records of one file.

    Args:
        tensors: the file's name, and what else is needed to read it.
        read: (values of the tensors) -> records.
    """

    def __init__(self, tensors: list[Any], read: Callable[..., Iterator[bytes]]) -> None:
        self._tensors, self._read = tensors, read
        self.element_spec = spec(string, ())

    def own_symbols(self) -> Any:
        return symbols_in(self._tensors)

    def rows(self, binding: Binding) -> Iterator[Any]:
        for found in self._read(*(bound(tensor, binding) for tensor in self._tensors)):
            yield (wrap(found),)


class RecordFiles(Dataset):
    """The records of files, one file after the other or several in turn.

    Args:
        filenames: name, names, or a dataset of names.
        read: (name, compression, numbers) -> records.
        numbers: further arguments of `read`.
        compression: "", "GZIP" or "ZLIB", as a value or a tensor.
        turns: how many files are read in turn; None: one after the other.

    Raises:
        TypeError: if the names are no strings.
        InvalidArgumentError: if `turns` is not positive.
    """

    def __init__(
        self, filenames: Any, read: Callable[..., Iterator[bytes]], numbers: list[Any],
        compression: Any, turns: int | None,
    ) -> None:  # fmt: skip
        if is_dataset(filenames):
            names = filenames
            kinds = names.element_spec.dtype
        else:
            none = isinstance(filenames, (list, tuple)) and not filenames
            names = convert_to_tensor(filenames, string if none else None)
            kinds = names.dtype
            names = tf.data.Dataset.from_tensor_slices(tf.reshape(names, [-1]))
        if kinds != string:
            raise TypeError("The `filenames` argument must contain `tf.string` elements. Got "
                            f"`{kinds!r}` elements.")  # fmt: skip
        if turns is not None and turns < 1:
            raise InvalidArgumentError(None, None, "`cycle_length` must be > 0")
        packed = convert_to_tensor("" if compression is None else compression, string)
        further = [packed, *(convert_to_tensor(number, int64) for number in numbers)]

        def opened(name: Any) -> Dataset:
            return OneFile([name, *further], read)

        if turns is None:
            inner = names.flat_map(opened)
        else:
            inner = names.interleave(opened, cycle_length=turns, block_length=1)
        self.parents = (inner,)
        self.element_spec = spec(string, ())

    def rows(self, binding: Binding) -> Iterator[Any]:
        return self.parents[0].rows(binding)


def _opened(name: bytes, compression: bytes) -> IO[bytes]:
    kind = compression.decode(errors="replace")
    plain = kind if kind in ("GZIP", "ZLIB") else ""  # TensorFlow reads on after a warning
    return open_compressed(name.decode(errors="surrogateescape"), plain)


def _lines(name: bytes, compression: bytes) -> Iterator[bytes]:
    with _opened(name, compression) as file:
        for line in file:
            yield line.rstrip(b"\r\n")


def _records(name: bytes, compression: bytes) -> Iterator[bytes]:
    with _opened(name, compression) as file:
        yield from read_records(file)


def _pieces(name: bytes, compression: bytes, size: Any, header: Any, footer: Any) -> Any:
    """The parts of a file between header and footer."""
    for what, number, least in (("record", size, 1), ("header", header, 0), ("footer", footer, 0)):
        if number < least:
            raise InvalidArgumentError(
                None, None, f"`{what}_bytes` must be {'> 0' if least else '>= 0'}"
            )
    with _opened(name, compression) as file:
        content = file.read()
    length = len(content) - int(header) - int(footer)
    if length % size:
        path = name.decode(errors="replace")
        raise InvalidArgumentError(
            None, None, f"Excluding the header ({header} bytes) and footer ({footer} bytes), input "
            f'file "{path}" has body length {length} bytes, which is not an exact multiple of the '
            f"record length ({size} bytes). [Op:IteratorGetNext]",
        )  # fmt: skip
    for at in range(int(header), int(header) + length, int(size)):
        yield content[at : at + int(size)]


@public("data.TextLineDataset")
class TextLineDatasetV2(RecordFiles):
    """The lines of text files, without what ends them.

    Args:
        filenames: name, names, or a dataset of names.
        compression_type: "", "GZIP" or "ZLIB".
        buffer_size: accepted.
        num_parallel_reads: how many files are read in turn, one line each; default: one file
            after the other.
        name: unused.

    Raises:
        TypeError: if the names are no strings. While reading, NotFoundError for a file that is
            not there.
    """

    _shown_as = "TextLineDatasetV2"

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(filenames, _lines, [], compression_type, _turns(num_parallel_reads))


@public("data.TFRecordDataset")
class TFRecordDatasetV2(RecordFiles):
    """The records of record files, as scalar strings.

    Args:
        filenames: name, names, or a dataset of names.
        compression_type: "", "GZIP" or "ZLIB".
        buffer_size: accepted.
        num_parallel_reads: how many files are read in turn, one record each; default: one file
            after the other.
        name: unused.

    Raises:
        TypeError: if the names are no strings. While reading, NotFoundError for a file that is
            not there, and DataLossError for one that is damaged.
    """

    _shown_as = "TFRecordDatasetV2"

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(filenames, _records, [], compression_type, _turns(num_parallel_reads))


@public("data.FixedLengthRecordDataset")
class FixedLengthRecordDatasetV2(RecordFiles):
    """Files cut into records of one length, as scalar strings.

    Args:
        filenames: name, names, or a dataset of names.
        record_bytes: length of a record in bytes.
        header_bytes, footer_bytes: how much to leave out at the beginning and the end of a file.
        buffer_size: accepted.
        compression_type: "", "GZIP" or "ZLIB".
        num_parallel_reads: as in `TFRecordDataset`.
        name: unused.

    Raises:
        TypeError: if the names are no strings. While reading, InvalidArgumentError where a
            length is no multiple of `record_bytes`.
    """

    _shown_as = "FixedLengthRecordDatasetV2"

    def __init__(
        self, filenames: Any, record_bytes: Any, header_bytes: Any = None,
        footer_bytes: Any = None, buffer_size: Any = None, compression_type: Any = None,
        num_parallel_reads: Any = None, name: str | None = None,
    ) -> None:  # fmt: skip
        sizes = [record_bytes, header_bytes or 0, footer_bytes or 0]
        super().__init__(filenames, _pieces, sizes, compression_type, _turns(num_parallel_reads))


def _turns(reads: Any) -> int | None:
    """How many files at once; AUTOTUNE (-1) leaves the number open."""
    return None if reads is None else 1 if int(reads) == -1 else int(reads)
