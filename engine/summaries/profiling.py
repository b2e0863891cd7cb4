"""`tf.profiler.experimental`: profiles of the Python code, as `pstats` files."""

from __future__ import annotations

import cProfile
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.base.errors import AlreadyExistsError, UnavailableError
from engine.ir.op import public

_running: list[tuple[cProfile.Profile, Any]] = []


@public("profiler.experimental.start")
def start(logdir: Any, options: Any = None) -> None:
    """Profile from now on.

    Args:
        logdir: folder for the profile: `plugins/profile/TIME/python.pstats` below it.
        options: accepted.

    Raises:
        AlreadyExistsError: if a profile is running.
    """
    profile = cProfile.Profile()
    try:
        if _running:
            raise ValueError("running")
        profile.enable()
    except ValueError:
        raise AlreadyExistsError(None, None, "Another profiler is running.") from None
    _running.append((profile, logdir))


@public("profiler.experimental.stop")
def stop(save: bool = True) -> None:
    """Stop, and write the profile. Raises UnavailableError if none is running."""
    if not _running:
        raise UnavailableError(
            None, None, "Cannot export profiling results. No profiler is running."
        )
    profile, logdir = _running.pop()
    profile.disable()
    if save and logdir is not None:
        folder = os.path.join(os.fspath(logdir), "plugins", "profile",
                              time.strftime("%Y_%m_%d_%H_%M_%S"))  # fmt: skip
        os.makedirs(folder, exist_ok=True)
        profile.dump_stats(os.path.join(folder, "python.pstats"))


def stop_quietly() -> None:
    """Stop where a profile is running."""
    if _running:
        stop()


@public("profiler.experimental.Profile")
@contextmanager
def profiling(logdir: Any, options: Any = None) -> Iterator[None]:
    """A block whose profile is written."""
    start(logdir, options)
    try:
        yield
    finally:
        stop()


@public("profiler.experimental.Trace")
@contextmanager
def traced(name: str, **kwargs: Any) -> Iterator[None]:
    """A block with a name; profiles of Python code need none."""
    yield


@public("profiler.experimental.ProfilerOptions")
class ProfilerOptions:
    """Accepted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)
