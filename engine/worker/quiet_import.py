"""TensorFlow is imported quietly: what it says while it loads is not the user's output."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["silence_tensorflow"]

Mute = Callable[[bool], None]


def silence_tensorflow(mute: Mute) -> None:
    """From now on an import of TensorFlow, whoever makes it, writes nothing.

    Its settings for that come too late for some of its lines, which C++ code writes before its log
    is set up: so the descriptors 1 and 2 lead nowhere for as long as the import takes.

    Args:
        mute: Called with whether what Python code prints is dropped.
    """
    # Its log is nobody's output later on either; its errors come as exceptions.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(mute))


class _Finder:
    def __init__(self, mute: Mute) -> None:
        self._mute = mute
        self._asking = False

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name != "tensorflow" or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._mute)  # type: ignore[assignment]
        return spec


class _Loader:
    """Executes the module as its own loader does, with nothing to be heard."""

    def __init__(self, loader: Any, mute: Mute) -> None:
        self._loader = loader
        self._mute = mute

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self._loader
        with _silence(self._mute):
            self._loader.exec_module(module)


@contextlib.contextmanager
def _silence(mute: Mute) -> Iterator[None]:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # the user's line so far
    kept = [(number, os.dup(number)) for number in (1, 2)]
    null = os.open(os.devnull, os.O_WRONLY)
    mute(True)
    try:
        for number, _ in kept:
            os.dup2(null, number)
        yield
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
        os.close(null)
        mute(False)
