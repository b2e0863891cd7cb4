"""Read a Python file as Python does: byte order mark, PEP 263 cookie, UTF-8 otherwise."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

__all__ = ["Unreadable", "decode_source", "encoding_of", "read_source"]

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:[#\r\n]|$)")


class Unreadable(Exception):
    """The bytes are no Python text; says why and how to mend it.

    Attributes:
        offset: How many bytes could be read.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def read_source(path: Path) -> str:
    """The text of a file, line ends as they are, without a byte order mark.

    Raises:
        OSError: The file cannot be opened.
        Unreadable: Its bytes do not fit its encoding.
    """
    return decode_source(path.read_bytes())


def decode_source(data: bytes) -> str:
    """The text that bytes stand for.

    Raises:
        Unreadable: They do not fit their encoding, or name one that does not exist.
    """
    bom = data.startswith(codecs.BOM_UTF8)
    if bom:
        data = data[len(codecs.BOM_UTF8) :]
    encoding = _cookie(data) or "utf-8"
    try:
        info = codecs.lookup(encoding)
    except LookupError:
        raise Unreadable(f"the coding comment names {encoding!r}, which is no encoding") from None
    if bom and info.name != "utf-8":
        raise Unreadable(f"the file starts as UTF-8 but its coding comment says {encoding!r}")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte {error.start} is not {info.name}; save the file as UTF-8, or name its encoding "
            "in a comment such as `# -*- coding: latin-1 -*-` on the first line",
            error.start,
        ) from None
    except (LookupError, ValueError, TypeError):
        raise Unreadable(
            f"the coding comment names {encoding!r}, which is no text encoding"
        ) from None


def _cookie(data: bytes) -> str | None:
    for line in data.split(b"\n", 2)[:2]:
        match = _COOKIE.match(line)
        if match:
            return match.group(1).decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def encoding_of(data: bytes) -> str:
    """The name of the codec that a readable file's text has to be written with."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return _cookie(data) or "utf-8"
