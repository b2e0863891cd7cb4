"""Import every module of a folder, so that what it declares is registered."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

__all__ = ["import_all"]


def import_all(package: ModuleType) -> tuple[ModuleType, ...]:
    """Imports the direct submodules of one of our own packages, in alphabetical order.

    Args:
        package: An imported package of the engine or the server, never of the user.

    Returns:
        The modules; those whose name starts with `_` are left out.
    """
    return tuple(
        importlib.import_module(f"{package.__name__}.{name}")
        for name in sorted(_names(package))
        if not name.startswith("_")
    )


def _names(package: ModuleType) -> set[str]:
    """The names of the submodules, which for a folder takes no `pkgutil`."""
    try:
        entries = [entry for path in package.__path__ for entry in os.scandir(path)]
    except OSError:  # not a folder: inside an archive
        import pkgutil

        return {info.name for info in pkgutil.iter_modules(package.__path__)}
    files = {entry.name[:-3] for entry in entries if entry.name.endswith(".py")}
    folders = {
        entry.name
        for entry in entries
        if "." not in entry.name and os.path.isfile(os.path.join(entry.path, "__init__.py"))
    }
    return files | folders
