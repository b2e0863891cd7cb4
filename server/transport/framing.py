"""Messages in a stream of bytes: a header with `Content-Length`, an empty line, a body."""

from __future__ import annotations

import re

__all__ = ["MAX_BODY", "Framing", "frame"]

MAX_BODY = 256 * 1024 * 1024
_MAX_HEADER_LINE = 8192
_LENGTH = re.compile(rb"content-length\s*:\s*(\d{1,12})", re.IGNORECASE)


class Framing:
    """Cuts a stream into bodies; garbage between messages is passed over.

    pygls wants exactly `Content-Length: N` and CRLF and is deaf to anything else; here the
    header's case and bare LF do not matter, and after a broken header the next good one is found.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self._in_body = False
        self._to_drop = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Takes the next bytes of the stream.

        Returns:
            The bodies that are now complete, in order.
        """
        self._buffer += data
        bodies: list[bytes] = []
        while self._step(bodies):
            pass
        return bodies

    def _step(self, bodies: list[bytes]) -> bool:
        if self._to_drop:
            dropped = min(self._to_drop, len(self._buffer))
            del self._buffer[:dropped]
            self._to_drop -= dropped
            return self._to_drop == 0
        if self._in_body:
            return self._take_body(bodies)
        return self._take_header_line()

    def _take_header_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MAX_HEADER_LINE:
                del self._buffer[: -len(b"content-length: 000000000000")]
            return False
        line = bytes(self._buffer[:end]).strip()
        del self._buffer[: end + 1]
        if line:
            # `search`: a header right behind a body that was shorter than announced is still seen.
            if match := _LENGTH.search(line):
                self._length = int(match[1])
        elif self._length is not None:
            length, self._length = self._length, None
            if length > MAX_BODY:
                self._to_drop = length
            else:
                self._in_body, self._body_length = True, length
        return True

    def _take_body(self, bodies: list[bytes]) -> bool:
        if len(self._buffer) < self._body_length:
            return False
        bodies.append(bytes(self._buffer[: self._body_length]))
        del self._buffer[: self._body_length]
        self._in_body = False
        return True


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
