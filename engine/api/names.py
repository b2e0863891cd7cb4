"""Public names: where they come from, and the modules that hold them."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from _thread import get_ident
from collections.abc import Sequence
from functools import partial
from types import ModuleType
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.ir.op import PUBLIC

_SOURCES = (
    "engine.objects",
    "engine.tracing",
    "engine.autodiff",
    "engine.conversion",
)
"""Packages (besides the op families) whose modules declare public names."""

_ROOMS = {
    "keras": "engine.keras",
    "optimizers": "engine.keras",
    "losses": "engine.keras",
    "metrics": "engine.keras",
    "initializers": "engine.keras",
    "data": "engine.data",
    "train": "engine.train",
    "saved_model": "engine.saving",
    "distribute": "engine.distribute",
    "summary": "engine.summaries",
    "profiler": "engine.summaries",
}
"""Namespaces that are packages of their own, loaded when first asked for."""

_VIEWS = ("compat.v2.", "compat.v1.")
"""Namespaces that show the whole of the engine, besides names of their own."""

_loaded: set[str] = set()
"""Packages all of whose modules have been imported."""

_loading: set[tuple[int, str]] = set()
"""Packages that a thread is importing. Others may do the same: the import system lets each wait for
the modules that another one is at. A lock of our own, held while modules are imported, could wait
for one who holds a module and waits for the lock.
"""


def _load(package: str) -> None:
    mine = get_ident(), package
    if package in _loaded or mine in _loading:
        return
    from engine.base.discover import import_all

    _loading.add(mine)
    try:
        import_all(importlib.import_module(package))
    finally:
        _loading.discard(mine)
    _loaded.add(package)


def _load_basis() -> None:
    """What every program needs: values, and the operators of tensors."""
    mine = get_ident(), "basis"
    if "basis" in _loaded or mine in _loading:
        return
    from engine.api import values

    _loading.add(mine)
    try:
        values.declare()
        importlib.import_module("engine.ops.operators")
    finally:
        _loading.discard(mine)
    _loaded.add("basis")


def _is_namespace(path: str) -> bool:
    """Are there names below `path`, as far as the index knows?"""
    start = path + "."
    return any(name.startswith(start) for name in PUBLIC.where)


def load_core() -> None:
    """Declare all names outside the rooms."""
    mine = get_ident(), "core"
    if "core" in _loaded or mine in _loading:
        return
    from engine import ops

    _loading.add(mine)
    try:
        _load_basis()
        ops.load()
        for package in _SOURCES:
            _load(package)
    finally:
        _loading.discard(mine)
    _loaded.add("core")


def members(prefix: str) -> set[str]:
    """The names directly below a prefix such as ``"math."``."""
    load_core()
    if prefix in _VIEWS:
        return members("") | {name[len(prefix) :].split(".", 1)[0] for name in PUBLIC
                              if name.startswith(prefix)}  # fmt: skip
    room = _ROOMS.get(prefix.split(".", 1)[0])
    if room is not None and _exists(room):
        _load(room)
    found = {name[len(prefix) :].split(".", 1)[0] for name in PUBLIC if name.startswith(prefix)}
    rooms = {name for name, package in _ROOMS.items() if _exists(package)} if not prefix else set()
    return {name for name in found if name != "raw"} | rooms


def listing(module: str) -> list[str]:
    """What `dir` shows of a public package: its public names, and what every module has."""
    prefix = module.removeprefix("engine").removeprefix(".")
    own = (name for name in vars(sys.modules[module]) if name.startswith("__"))
    return sorted({*own, *members(f"{prefix}." if prefix else "")})


def load_rooms() -> None:
    """Declare all names, those of the rooms too."""
    load_core()
    for package in _ROOMS.values():
        _load(package)


def find(path: str) -> Any:
    """The object or module that the public name `path` stands for.

    Raises:
        AttributeError: if there is none.
    """
    _load_basis()
    _load_room(path)
    if PUBLIC.declare(path):
        return PUBLIC[path]
    for view in _VIEWS:
        if path.startswith(view) and not _is_namespace(path):
            return find(path.removeprefix(view))
        if path + "." == view:
            return importlib.import_module(f"engine.{path}")
    if path != "raw" and _is_namespace(path):
        return importlib.import_module(f"engine.{path}")
    load_core()
    if path in PUBLIC:
        return PUBLIC[path]
    if path != "raw" and any(name.startswith(path + ".") for name in PUBLIC):
        return importlib.import_module(f"engine.{path}")
    raise AttributeError(f"module 'engine' has no attribute {path!r}")


def _load_room(path: str) -> bool:
    """Load the package that a public name is in; is there one?"""
    room = _ROOMS.get(path.split(".", 1)[0])
    if room is None or not _exists(room):
        return False
    _load(room)
    return True


def _exists(module: str) -> bool:
    if module in sys.modules:
        return True
    import importlib.util

    return importlib.util.find_spec(module) is not None


def attribute(module: str, name: str) -> Any:
    """`module.name` for a public module; remembered on the module."""
    prefix = module.removeprefix("engine").removeprefix(".")
    path = f"{prefix}.{name}" if prefix else name
    try:
        value = find(path)
    except AttributeError:
        raise AttributeError(f"module {module!r} has no attribute {name!r}") from None
    setattr(sys.modules[module], name, value)
    return value


class _NamespaceLoader:
    """Makes the module of a public namespace: ``engine.math``.

    A loader by its methods: `importlib.abc`, which has the base class, loads twenty modules.
    """

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        prefix = name.removeprefix("engine.") + "."
        module.__doc__ = f"Public names of `tf.{prefix[:-1]}`."
        module.__getattr__ = partial(member, name)  # type: ignore[method-assign]
        module.__dir__ = lambda: sorted(members(prefix))  # type: ignore[method-assign]
        module.__path__ = []


@with_users_frames
def member(module: str, name: str) -> Any:
    """`module.name`. Raises AttributeError where there is none."""
    if name.startswith("__"):
        raise AttributeError(name)
    return attribute(module, name)


class NamespaceFinder:
    """Finds ``engine.math`` and the like where no file has that name."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not fullname.startswith("engine."):
            return None
        prefix = fullname.removeprefix("engine.") + "."
        known = prefix in _VIEWS or any(name.startswith(prefix) for name in PUBLIC)
        known = known or _is_namespace(prefix[:-1])
        if not known:
            load_core()
            _load_room(prefix)
            if not any(name.startswith(prefix) for name in PUBLIC):
                return None
        return importlib.machinery.ModuleSpec(fullname, _NamespaceLoader(), is_package=True)  # type: ignore[arg-type]
