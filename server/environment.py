"""What a process we start gets to see: an import path and environment variables."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

__all__ = [
    "clean_environment",
    "import_path",
    "neutral_folder",
    "own_root",
    "worker_environment",
]

_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|_KEY$|^AWS_|^VSCODE_", re.IGNORECASE)

_KEPT = {
    "APPDATA", "COMSPEC", "HOME", "LANG", "LANGUAGE", "LOCALAPPDATA", "LOGNAME", "PATH", "PATHEXT",
    "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER", "USERNAME",
    "USERPROFILE", "WINDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
}  # fmt: skip


def clean_environment() -> dict[str, str]:
    """The variables a child gets: no `PYTHON*`, no `LD_*`, no tokens."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT or name.startswith("LC_")
    }


def worker_environment() -> dict[str, str]:
    """The variables user code gets, after trust: all but Python's own and what looks secret."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PYTHON") and not _SECRET.search(name)
    }


def own_root() -> Path:
    """The folder that holds our packages."""
    return Path(__file__).resolve().parent.parent


def import_path(start_folder: str, entries: list[str]) -> list[str]:
    """An import path on which nothing of a workspace can stand before our own packages.

    Args:
        start_folder: The folder we were started in; it may be anybody's.
        entries: The path as Python made it.

    Returns:
        Our own root first, then the entries that are neither relative nor the start folder nor
        this package's folder (`python server/__main__.py` puts that there).
    """
    root = own_root()
    unwanted = {Path(start_folder).resolve(), root, root / "server", root / "server" / "analysis"}
    kept = [
        entry
        for entry in entries
        if entry and os.path.isabs(entry) and Path(entry).resolve() not in unwanted
    ]
    return [str(root), *kept]


def neutral_folder() -> str:
    """A folder to run in that is no workspace."""
    return str(Path(sys.executable).resolve().anchor)
