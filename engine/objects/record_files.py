"""Record files (`.tfrecord`): byte strings with their length and checksums around them."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from math import isqrt
from typing import IO, Any, cast

import numpy as np

from engine.base.errors import DataLossError, FailedPreconditionError, NotFoundError
from engine.ir.op import public

_HEAD = 12
"""Bytes before a record: its length and the checksum of that."""

_MANY = 512
"""Bytes from which on checksums are taken of many pieces at once."""


@cache
def _table() -> tuple[int, ...]:
    """CRC-32C of every byte."""
    table = list(range(256))
    for _ in range(8):
        table = [(value >> 1) ^ (0x82F63B78 if value & 1 else 0) for value in table]
    return tuple(table)


def _advanced(states: Any, columns: Any) -> Any:
    """States of checksums after further bytes, one column of bytes at a time."""
    table = np.array(_table(), np.uint32)
    for column in columns:
        states = table[(states ^ column) & 0xFF] ^ (states >> 8)
    return states


def _crc(data: bytes) -> int:
    """CRC-32C. Long data is cut into pieces whose checksums are put together: the checksum is
    linear, so that what `width` further bytes make of a state is the sum of what they make of
    its bits, and of what they make of zero.
    """
    state, table, start = 0xFFFFFFFF, _table(), 0
    if len(data) >= _MANY:
        width = isqrt(len(data))
        pieces = np.frombuffer(data, np.uint8, len(data) // width * width).reshape(-1, width)
        start = pieces.size
        bits = _advanced(np.uint32(1) << np.arange(32, dtype=np.uint32), [np.uint32(0)] * width)
        own = _advanced(np.zeros(len(pieces), np.uint32), pieces.T.astype(np.uint32)).tolist()
        places = np.arange(32)
        for piece in own:
            chosen = bits[(state >> places) & 1 == 1]
            state = int(np.bitwise_xor.reduce(chosen)) ^ piece if chosen.size else piece
    for byte in data[start:]:
        state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The checksum of a record, masked as record files have it."""
    crc = _crc(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """The bytes of a record: length, its checksum, the data, their checksum."""
    length = struct.pack("<Q", len(data))
    return (length + struct.pack("<I", masked_crc(length)) + data
            + struct.pack("<I", masked_crc(data)))  # fmt: skip


def open_compressed(path: str, compression: str) -> IO[bytes]:
    """A file to read, as if it were not compressed.

    Args:
        path: of the file.
        compression: "", "GZIP" or "ZLIB".

    Raises:
        NotFoundError: if there is none.
    """
    try:
        if compression == "GZIP":
            return cast("IO[bytes]", gzip.open(path, "rb"))
        if compression == "ZLIB":
            import io

            with open(path, "rb") as file:
                return io.BytesIO(zlib.decompress(file.read()))
        return open(path, "rb")
    except FileNotFoundError as error:
        raise NotFoundError(None, None, f"{path}; No such file or directory "
                            "[Op:IteratorGetNext]") from error  # fmt: skip
    except zlib.error as error:
        raise DataLossError(None, None, f"{path}: {error}") from error


def read_records(file: IO[bytes]) -> Iterator[bytes]:
    """The records of an open file.

    Raises:
        DataLossError: if a checksum does not fit, or the file ends within a record.
    """
    at = 0
    while len(head := _read(file, _HEAD)) == _HEAD:
        if masked_crc(head[:8]) != struct.unpack("<I", head[8:])[0]:
            hint = "" if at else " (Is this even a TFRecord file?)"
            raise _lost(f"corrupted record at {at}{hint}")
        size = struct.unpack("<Q", head[:8])[0]
        body = _read(file, size + 4)
        if len(body) < size + 4:
            raise _lost(f"truncated record at {at}' failed with Read less bytes than requested")
        if masked_crc(body[:size]) != struct.unpack("<I", body[size:])[0]:
            raise _lost(f"corrupted record at {at + 12}")
        yield body[:size]
        at += size + 16


def _read(file: IO[bytes], size: int) -> bytes:
    """So many bytes, or as many as there are."""
    try:
        return file.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise _lost(str(error)) from error


def _lost(message: str) -> DataLossError:
    return DataLossError(None, None, f"{message} [Op:IteratorGetNext]")


def compression_of(kind: Any) -> str:
    """A kind of compression by its name. Raises ValueError for an unknown one."""
    text = "" if kind is None else str(kind)
    if text not in ("", "GZIP", "ZLIB"):
        raise ValueError(f'Not a valid compression_type: "{text}"')
    return text


@public("io.TFRecordOptions")
class TFRecordOptions:
    """How record files are compressed.

    Args:
        compression_type: "GZIP", "ZLIB", "" or None.
        flush_mode, input_buffer_size, output_buffer_size, window_bits, compression_method,
            mem_level, compression_strategy: kept, not used.
        compression_level: 0 (none) to 9 (most).

    Raises:
        ValueError: for an unknown kind of compression.
    """

    compression_type_map = {0: "", 1: "ZLIB", 2: "GZIP"}  # noqa: RUF012

    def __init__(
        self, compression_type: Any = None, flush_mode: Any = None, input_buffer_size: Any = None,
        output_buffer_size: Any = None, window_bits: Any = None, compression_level: Any = None,
        compression_method: Any = None, mem_level: Any = None, compression_strategy: Any = None,
    ) -> None:  # fmt: skip
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode, self.input_buffer_size = flush_mode, input_buffer_size
        self.output_buffer_size, self.window_bits = output_buffer_size, window_bits
        self.compression_level, self.compression_method = compression_level, compression_method
        self.mem_level, self.compression_strategy = mem_level, compression_strategy

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """The name of a kind of compression, from options, a name or None."""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        return compression_of(options)


@public("io.TFRecordWriter")
class TFRecordWriter:
    """Writes byte strings into a record file; a context manager that closes it.

    Args:
        path: of the file; one that exists is replaced.
        options: TFRecordOptions, or a kind of compression.

    Raises:
        NotFoundError: if there is no such folder.
        ValueError: for an unknown kind of compression.
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        kind = TFRecordOptions.get_compression_type_string(options)
        given = options.compression_level if isinstance(options, TFRecordOptions) else None
        level = -1 if given is None else int(given)
        try:
            self._file: IO[bytes] | None = open(os.fspath(path), "wb")  # noqa: SIM115
        except FileNotFoundError as error:
            raise NotFoundError(
                None, None, f"{os.fsdecode(path)}; No such file or directory"
            ) from error
        wide = {"GZIP": 31, "ZLIB": 15}.get(kind)
        self._packer = None if wide is None else zlib.compressobj(level, zlib.DEFLATED, wide)

    def write(self, record: Any) -> None:
        """Add a record: bytes, or text as UTF-8.

        Raises:
            TypeError: for anything else.
            FailedPreconditionError: if the file is closed.
        """
        if not isinstance(record, (bytes, bytearray, str)):
            raise TypeError("write(): incompatible function arguments. A record is a byte string, "
                            f"got {type(record).__name__}.")  # fmt: skip
        data = record.encode() if isinstance(record, str) else bytes(record)
        self._put(framed(data))

    def flush(self) -> None:
        """Write out what is held back."""
        self._put(b"")
        if self._file is not None:
            if self._packer is not None:
                self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
            self._file.flush()

    def close(self) -> None:
        """Write out what is held back and close the file; once more changes nothing."""
        if self._file is not None:
            if self._packer is not None:
                self._file.write(self._packer.flush())
            self._file.close()
            self._file = None

    def _put(self, data: bytes) -> None:
        if self._file is None:
            raise FailedPreconditionError(None, None, "Writer is closed.")
        self._file.write(data if self._packer is None else self._packer.compress(data))

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            self.close()
