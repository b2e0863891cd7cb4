"""What workers may leave behind: processes with a mark, folders of owners that were killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

__all__ = ["FOLDER", "marked", "remove_left_folders"]

FOLDER = "graphlens-run-"


def marked(mark: str) -> list[int]:
    """Processes that carry a mark in their environment (Linux)."""
    if not mark or not sys.platform.startswith("linux"):
        return []
    wanted = f"GRAPHLENS_RUN={mark}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                    found.append(int(entry))
    return found


def remove_left_folders() -> None:
    """Removes the folders of workers whose owner was killed before it could."""
    root = Path(tempfile.gettempdir())
    for folder in root.glob(f"{FOLDER}*"):
        owner = folder.name[len(FOLDER) :].partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
