"""The vocabulary of graphs: one module per family of ops."""

from __future__ import annotations

_loaded = False


def load() -> None:
    """Import every family of this folder, once, so that all ops are declared."""
    global _loaded
    if not _loaded:
        import sys

        from engine.base.discover import import_all

        import_all(sys.modules[__name__])
        _loaded = True
