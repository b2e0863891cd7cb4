"""Graphlens' tracing engine, used as ``import engine as tf``.

Public names are loaded when they are first used, so that importing the package costs little.
"""

from __future__ import annotations

import sys
from typing import Any

from engine.base.tracebacks import hide_engine_frames

__version__ = "2.21.0"
"""The TensorFlow that the engine behaves like: programs look at `tf.__version__`. The version of
this package is in its metadata."""


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    try:
        return names.attribute("engine", name)
    except AttributeError as error:
        hide_engine_frames(error)
        raise


class _Namespaces:
    """Lets `import engine.math` find public namespaces, which are no files."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith("engine.") or name == "engine.api.names":
            return None
        from engine.api import names

        return names.NamespaceFinder.find_spec(name, path, target)


sys.meta_path.append(_Namespaces)  # type: ignore[arg-type]


def __dir__() -> list[str]:
    from engine.api import names

    return names.listing("engine")
