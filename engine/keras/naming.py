"""Names of layers, models and variables, and the scopes in which variables get their paths."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_COUNTS: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """`BatchNormalization` becomes `batch_normalization`, `Conv2D` becomes `conv2d`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(base: str) -> str:
    """`dense`, `dense_1`, ... in the order of creation."""
    number = _COUNTS[base]
    _COUNTS[base] += 1
    return f"{base}_{number}" if number else base


def forget_names() -> None:
    """Start counting anew."""
    _COUNTS.clear()


class _Scopes(threading.local):
    """The names of the layers being built and called, outermost first."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.caller: Any = None


_scopes = _Scopes()


def current_path() -> str:
    """The names of the layers being built or called, joined by slashes."""
    return "/".join(name for name in _scopes.names if name)


@contextmanager
def scope(name: str, parent: str | None = None, caller: Any = None) -> Iterator[None]:
    """What is made inside has `name` in its path.

    Args:
        name: of a layer, an optimizer or a metric.
        parent: the path around it; default: that in force.
        caller: whose scope it is: entered again by itself, nothing changes.
    """
    if caller is not None and _scopes.caller is caller:
        yield
        return
    before = (_scopes.names, _scopes.caller)
    _scopes.names = [*(before[0] if parent is None else [parent]), name]
    _scopes.caller = caller
    try:
        yield
    finally:
        _scopes.names, _scopes.caller = before


def path_of(name: str) -> str:
    """The path of a variable made now."""
    around: Any = current_path()
    return f"{around}/{name}" if around else name
