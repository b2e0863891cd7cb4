"""Limits that a worker lays on itself before it runs user code.

They protect against accidents (an endless loop, a huge array, a fork bomb of files); they are not a
sandbox. What the platform does not offer is left out.
"""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["apply", "die_with_parent", "renew_processor_time"]

_FILE_BYTES = 2 * 1024**3
_OPEN_FILES = 1024
_PR_SET_PDEATHSIG = 1


def apply(megabytes: int | None) -> None:
    """Limits memory (not where None: CUDA reserves address space it does not use), files, dumps."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if megabytes is not None and sys.platform != "darwin":
        _limit(resource.RLIMIT_AS, megabytes * 1024**2)


def renew_processor_time(seconds: float) -> None:
    """Gives the process this much more processor time, on each of its cores."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    allowed = int(used + seconds * (os.cpu_count() or 1)) + 10
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or allowed <= hard:
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _limit(kind: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value if kind != resource.RLIMIT_CPU else hard))


def die_with_parent(parent: int) -> None:
    """Makes the kernel end this process when its parent ends (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the request took effect
        os._exit(1)
