"""The wire format of protocol buffers: fields with a number, written and read."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def varint(value: int) -> bytes:
    """A number in groups of seven bits, lowest first."""
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, value: Any) -> bytes:
    """A field of a protocol buffer: an int, a float (as double), text or bytes."""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def read_varint(raw: bytes, at: int) -> tuple[int, int]:
    """(number, place behind it). Raises ValueError where the bytes end before the number."""
    value = shift = 0
    while at < len(raw) and shift < 70:
        value |= (raw[at] & 0x7F) << shift
        shift += 7
        at += 1
        if raw[at - 1] < 0x80:
            return value, at
    raise ValueError("a number is cut off")


def read_fields(raw: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field: int, or bytes (fixed-width numbers too).

    Raises:
        ValueError: if the bytes are no message.
    """
    at = 0
    while at < len(raw):
        key, at = read_varint(raw, at)
        kind = key & 7
        if kind == 0:
            value, at = read_varint(raw, at)
            yield key >> 3, value
            continue
        if kind not in (1, 2, 5) or not key >> 3:
            raise ValueError(f"a field of kind {kind}")
        size = {1: 8, 5: 4}.get(kind)
        if size is None:
            size, at = read_varint(raw, at)
        if at + size > len(raw):
            raise ValueError("a field is cut off")
        yield key >> 3, raw[at : at + size]
        at += size
