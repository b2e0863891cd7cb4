"""The end: noticing that the client is gone, and leaving at once.

pygls stores the client's process id and never looks at it; a client that is killed while
something else holds the pipe leaves a server behind. And a busy pool thread keeps the process
alive.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_alive", "leave", "watch_client"]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    if sys.platform == "win32":
        return _is_alive_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return True
    return status.rpartition(b")")[2].split()[:1] != [b"Z"]


def _is_alive_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(0x00100000, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) != 0)
    finally:
        kernel.CloseHandle(handle)


async def watch_client(pid: int, gone: Callable[[], None], every: float = 2.0) -> None:
    """Calls `gone` when the client's process, which is alive now, has ended."""
    while is_alive(pid):
        await asyncio.sleep(every)
    gone()


def leave(code: int) -> None:
    """Ends the process now, whatever threads still do."""
    sys.stderr.flush()
    os._exit(code)
