"""What earlier runs found, kept by content and settings in the user's cache folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

try:
    # `hashlib` loads OpenSSL, which takes as long as checking a small file.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

from engine.base.options import Settings
from engine.base.requirements import required_keras
from engine.base.source import SourceFile
from engine.cli.result import Checked, from_plain, to_plain

__all__ = ["Cache", "cache_folder", "digest_of"]

_DAY = 24 * 60 * 60
_PARTS = ("base", "syntax", "ir", "analysis", "ops", "inference", "conversion", "lint", "cli")
"""The folders of the program that a check runs."""


def cache_folder() -> Path:
    """Where the cache is: never in the workspace."""
    given = os.environ.get("GRAPHLENS_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "graphlens" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "graphlens"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "graphlens"


class Cache:
    """Results by file and settings; whatever cannot be read or written is taken as not there."""

    def __init__(self) -> None:
        self._folder = cache_folder() / "check"
        self._salts: dict[int, tuple[Settings, bytes]] = {}
        self._hashes: dict[str, str] = {}
        # Clocks of files go in steps; what changed a step before the start may have come after it.
        self._started = time.time_ns() - 50_000_000

    def find(self, path: Path, settings: Settings) -> Checked | None:
        """What was found in the file as it is now, with all it depends on as it is now."""
        try:
            if not path.is_file():
                return None  # a pipe would be waited for
            kept = self._folder / self._name(path, settings, path.read_bytes())
            if not kept.exists():
                return None
            import json

            entry = json.loads(kept.read_bytes())
            if any(self._hash(other) != known for other, known in entry["read"].items()):
                return None
            return _from_entry(str(path), entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def keep(self, path: Path, settings: Settings, checked: Checked) -> None:
        """Keeps a result, unless a file that it is about has been saved meanwhile."""
        import json

        try:
            data = path.read_bytes() if checked.digest else b""
            if not checked.digest or digest_of(data) != checked.digest:
                return
            if any(os.stat(other).st_mtime_ns >= self._started for other in checked.read):
                return
            name = self._name(path, settings, data)
            entry = {
                "read": {other: self._hash(other) for other in checked.read},
                "findings": [to_plain(finding) for finding in checked.findings],
                "cells": checked.cells,
                "elsewhere": [
                    [other, [to_plain(finding) for finding in findings]]
                    for other, findings in checked.elsewhere
                ],
                # A clean file needs no text to be shown.
                "text": checked.source.text if checked.findings else "",
            }
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A name of this process alone, so that nobody reads half an entry.
            temporary = self._folder / f"{name}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(entry, file)
            os.replace(temporary, self._folder / name)
        except (OSError, ValueError):
            return

    def tidy(self) -> None:
        """Once a day, removes what nobody has used for a month."""
        mark = self._folder / "tidied"
        now = time.time()
        try:
            if now - mark.stat().st_mtime < _DAY:
                return
        except OSError:
            pass
        try:
            mark.touch()
            for entry in os.scandir(self._folder):
                used = max(entry.stat().st_atime, entry.stat().st_mtime)
                if now - used > 30 * _DAY:
                    os.unlink(entry.path)
        except OSError:
            return

    def _salt(self, settings: Settings) -> bytes:
        known = self._salts.get(id(settings))
        if known is None:
            digest = blake2b(f"{_version()}\0{settings!r}".encode(), digest_size=16)
            known = self._salts[id(settings)] = (settings, digest.digest())
        return known[1]

    def _name(self, path: Path, settings: Settings, data: bytes) -> str:
        key = blake2b(self._salt(settings), digest_size=20)
        whole = path.absolute()
        key.update(str(whole).encode("utf-8", "surrogateescape"))
        key.update(
            b"\0%d\0"
            % (required_keras(str(whole.parent)) or 9 * (whole.parent / "__init__.py").exists())
        )
        key.update(data)
        return f"{key.hexdigest()}.json"

    def _hash(self, path: str) -> str:
        if path not in self._hashes:
            try:
                digest = digest_of(Path(path).read_bytes())
            except OSError:
                digest = ""
            self._hashes[path] = digest
        return self._hashes[path]


def _from_entry(path: str, entry: dict[str, Any]) -> Checked:
    findings = tuple(from_plain(finding) for finding in entry["findings"])
    cells = tuple((int(cell), int(line)) for cell, line in entry["cells"])
    elsewhere = tuple(
        (str(other), tuple(from_plain(finding) for finding in found))
        for other, found in entry["elsewhere"]
    )
    source = SourceFile(path, entry["text"])
    return Checked(path, source, findings, cells, tuple(entry["read"]), elsewhere)


def digest_of(data: bytes) -> str:
    """What tells one content of a file from another."""
    return blake2b(data, digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def _version() -> str:
    """A mark of the program itself: its own files, so that a changed rule forgets old results."""
    top = Path(__file__).resolve().parent.parent
    mark = blake2b(sys.version.encode(), digest_size=16)
    for part in _PARTS:
        for path, size, changed in sorted(_files(top / part)):
            mark.update(f"{path}\0{size}\0{changed}\0".encode())
    return mark.hexdigest()


def _files(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    """The modules below a folder: path, size and time of the last change."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(entry.path)
        elif entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns
