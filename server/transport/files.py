"""Text of files that are not open.

pygls reads them as UTF-8 at each access, keeps the byte order mark and turns CRLF into LF,
so that offsets are wrong and a Latin-1 file raises. Here bytes are decoded as Python would do it,
line ends stay, and what is too big, no regular file or gone answers None.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.base.reading import Unreadable, decode_source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_BYTES", "read_text"]

MAX_BYTES = 1_000_000


def read_text(path: str | Path, limit: int = MAX_BYTES) -> str | None:
    """The text of a Python file.

    Returns:
        None for what is not a readable regular file of at most `limit` bytes, and for text that
        its own declared encoding cannot decode.
    """
    try:
        # Never block: a FIFO in the workspace opens without waiting, and is refused below.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        return _cached(str(path), status, descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


_texts: dict[str, tuple[int, int, str | None]] = {}


def _cached(path: str, status: os.stat_result, descriptor: int) -> str | None:
    modified, size = status.st_mtime_ns, status.st_size
    known = _texts.get(path)
    if known is not None and known[:2] == (modified, size):
        return known[2]
    with open(descriptor, "rb", closefd=False) as file:
        data = file.read()
    text: str | None = None  # stays so for what is no text, and that is remembered too
    with suppress(Unreadable):
        text = decode_source(data)
    if len(_texts) >= 256:
        _texts.pop(next(iter(_texts)))
    _texts[path] = (modified, size, text)
    return text
