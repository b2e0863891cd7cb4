"""Graphlens' tracing engine, used as ``import engine as tf``.

Public names are loaded when they are first used, so that importing the package costs little.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine", name)


def __dir__() -> list[str]:
    from engine.api import names

    return sorted({*globals(), *names.members("")})
