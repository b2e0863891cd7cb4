"""Messages between processes: four bytes of length, then JSON. Standard library only.

JSON and nothing else, because one side of such a pipe may be held by user code: a reply is data
that is checked, never something that is executed while it is read.
"""

from __future__ import annotations

import json
import struct
from typing import Any

__all__ = ["MAX_MESSAGE", "BadMessage", "Unpacker", "end_mark", "pack"]

MAX_MESSAGE = 64 * 1024 * 1024
_HEADER = struct.Struct(">I")

Message = dict[str, Any]


class BadMessage(ValueError):
    """The other side wrote something that is no message."""


def pack(message: Message) -> bytes:
    """A message as bytes."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return _HEADER.pack(len(body)) + body


def end_mark(token: str) -> bytes:
    """What a worker writes to its standard error where the output of a run ends."""
    return f"\0end {token}\0".encode()


class Unpacker:
    """Cuts a stream of bytes into messages.

    Args:
        limit: The size in bytes of the largest message that is taken.
    """

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Takes the next bytes.

        Returns:
            The messages that are now complete, in order.

        Raises:
            BadMessage: If a message is too large, not JSON or not an object.
        """
        self._buffer += data
        messages = []
        while len(self._buffer) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer)
            if length > self._limit:
                raise BadMessage(f"a message of {length} bytes")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                break
            messages.append(_decode(bytes(self._buffer[_HEADER.size : end])))
            del self._buffer[:end]
        return messages


def _decode(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return message
