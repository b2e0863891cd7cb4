"""`FILE:FUNCTION` on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.cli.failure import fail

__all__ = ["Target", "read_target"]


@dataclass(frozen=True)
class Target:
    """A file that was read, and perhaps the name of a function in it."""

    path: str
    text: str
    function: str | None


def read_target(given: str) -> Target:
    """The file and function that an argument names; without the file the command ends."""
    from engine.base.reading import Unreadable, read_source

    path, function = given, None
    if not Path(given).exists() and ":" in given:
        path, _, function = given.rpartition(":")
    try:
        return Target(path, read_source(Path(path)), function or None)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    except Unreadable as error:
        fail(f"{path}: {error}")
