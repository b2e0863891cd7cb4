"""Recursive walks on trees of any depth and size."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["deep", "without_collection"]

T = TypeVar("T")

_STACK_BYTES = 512 * 1024 * 1024
_FRAMES = 200_000
_lock = threading.Lock()


def deep(walk: Callable[..., T], *args: Any) -> T:
    """`walk(*args)`; where Python's stack is too short, once more on a thread with a long one.

    The walk must be one that can be started twice.

    Args:
        walk: A function that recurses as deep as its input nests.
        *args: Its arguments.

    Returns:
        What `walk` returns.

    Raises:
        RecursionError: If even the long stack is too short.
    """
    try:
        return walk(*args)
    except RecursionError:
        return _on_long_stack(walk, args)


def _on_long_stack(walk: Callable[..., T], args: tuple[Any, ...]) -> T:
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(walk(*args))
        except BaseException as failure:  # handed to the caller below
            failures.append(failure)

    with _lock:
        limit, stack = sys.getrecursionlimit(), threading.stack_size(_STACK_BYTES)
        sys.setrecursionlimit(max(limit, _FRAMES))
        try:
            thread = threading.Thread(target=run, name="graphlens-deep-walk")
            thread.start()
            thread.join()
        finally:
            threading.stack_size(stack)
            sys.setrecursionlimit(limit)
    if failures:
        raise failures[0].with_traceback(None)
    return results[0]


@contextmanager
def without_collection() -> Iterator[None]:
    """A block that makes many objects and keeps them: looking for garbage in between is wasted."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
