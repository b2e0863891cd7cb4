"""What is called as it is: the engine, libraries, classes, and what Python hides the source of."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any

__all__ = ["is_allowed", "is_library", "is_unsupported"]

_LIBRARIES = frozenset(
    {
        "engine", "tensorflow", "keras", "tf_keras", "numpy", "pandas", "matplotlib", "PIL", "absl",
        "scipy", "sklearn", "jax", "torch", "cupy", "ipdb", "mock", "pytest", "hypothesis", "gast",
        "tensorflow_probability", "tensorflow_datasets", "IPython", "ipykernel", "h5py",
    }
)  # fmt: skip

# Code of these standard modules calls back functions of the user's that must be converted.
_CONVERTED_STANDARD = frozenset({"functools", "__main__"})

_SEALED_MODULES = ("collections", "pdb", "copy", "inspect", "re")


def is_unsupported(entity: Any) -> bool:
    """Whether conversion is not even tried: classes, caches, a few standard modules."""
    if isinstance(entity, functools._lru_cache_wrapper):
        return True
    if _of_loaded_type(entity, "wrapt", ("FunctionWrapper", "BoundFunctionWrapper")):
        return True
    if _is_constructor(entity):
        return True
    return any(_belongs_to(entity, name) for name in _SEALED_MODULES)


def _of_loaded_type(entity: Any, module: str, names: tuple[str, ...]) -> bool:
    loaded = sys.modules.get(module)
    kinds = tuple(getattr(loaded, name) for name in names if hasattr(loaded, name))
    return bool(kinds) and isinstance(entity, kinds)


def _is_constructor(entity: Any) -> bool:
    if not inspect.isclass(entity):
        return False
    return type(entity).__call__ is type.__call__


def _belongs_to(entity: Any, module: str) -> bool:
    loaded = sys.modules.get(module)
    name = getattr(entity, "__name__", None)
    return loaded is not None and isinstance(name, str) and vars(loaded).get(name) is entity


def is_allowed(entity: Any, check_call: bool = True, named_tuples: bool = False) -> bool:
    """Whether something may be called in a graph as it is.

    Args:
        entity: Something callable, or a class.
        check_call: Whether an object is allowed if its `__call__` is.
        named_tuples: Whether subclasses of named tuples are user code.
    """
    name = _module_name(entity)
    if name is not None and is_library(name):
        return True
    if hasattr(entity, "__code__") and inspect.isgeneratorfunction(entity):
        return True
    if check_call and not inspect.isclass(entity):
        call = getattr(entity, "__call__", None)  # noqa: B004
        if call is not None and type(entity) is not type(call) and is_allowed(call):
            return True
    if inspect.ismethod(entity):
        owner = _defining_class(entity)
        tests = sys.modules.get("unittest.case")  # not imported: it takes long
        if owner is not None and tests is not None and issubclass(owner, tests.TestCase):
            return True
        if owner is not None and is_allowed(owner, check_call=False, named_tuples=True):
            return True
    return _is_named_tuple(entity) and (
        not named_tuples or not any(_is_named_tuple(base) for base in entity.__bases__)
    )


def _module_name(entity: Any) -> str | None:
    if isinstance(entity, functools.partial):
        return "functools"
    name = getattr(entity, "__module__", None)
    return name if isinstance(name, str) else None


@functools.lru_cache(maxsize=1024)
def is_library(module: str) -> bool:
    """Whether code of a module is left alone."""
    root = module.partition(".")[0]
    if root in _CONVERTED_STANDARD:
        return False
    return root in _LIBRARIES or root in sys.stdlib_module_names


def _defining_class(method: Any) -> type | None:
    holder = method.__self__
    owner = holder if inspect.isclass(holder) else type(holder)
    name = method.__name__
    return next((one for one in owner.__mro__ if name in vars(one)), owner)


def _is_named_tuple(entity: Any) -> bool:
    return (
        inspect.isclass(entity)
        and issubclass(entity, tuple)
        and isinstance(getattr(entity, "_fields", None), tuple)
    )
