"""Import every module of a folder, so that what it declares is registered."""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = ["import_all"]


def import_all(package: ModuleType) -> tuple[ModuleType, ...]:
    """Imports the direct submodules of one of our own packages, in alphabetical order.

    Args:
        package: An imported package of the engine or the server, never of the user.

    Returns:
        The modules; those whose name starts with `_` are left out.
    """
    import pkgutil

    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(
        importlib.import_module(f"{package.__name__}.{name}")
        for name in names
        if not name.startswith("_")
    )
