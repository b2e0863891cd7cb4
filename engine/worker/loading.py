"""A user's file as a module, a function in it, and arguments from their texts."""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.util
import inspect
import linecache
import os
import sys
from types import ModuleType
from typing import Any

__all__ = ["ArgumentsError", "LookupFailure", "arguments", "find", "load", "substitute_tensorflow"]


class ArgumentsError(Exception):
    """An argument's text is no expression, or its evaluation failed."""


class LookupFailure(Exception):
    """The function is not where its name says."""


def substitute_tensorflow() -> bool:
    """Lets `import tensorflow` find this engine, in this process only.

    Returns:
        Whether that was done: not where TensorFlow is installed.
    """
    if "tensorflow" in sys.modules:
        return getattr(sys.modules["tensorflow"], "__name__", "") == "engine"
    if importlib.util.find_spec("tensorflow") is not None:
        return False
    sys.modules["tensorflow"] = importlib.import_module("engine")
    sys.meta_path.append(_Submodules())
    return True


class _Submodules:
    """Finds `tensorflow.x` as `engine.x`: one module under two names, not two modules."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if not name.startswith("tensorflow."):
            return None
        return importlib.util.spec_from_loader(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> ModuleType:
        own_name = "engine" + spec.name[len("tensorflow") :]
        try:
            return importlib.import_module(own_name)
        except ModuleNotFoundError:
            found: Any = importlib.import_module("engine")
            try:
                for part in own_name.split(".")[1:]:
                    found = getattr(found, part)
            except AttributeError:
                found = None
            if isinstance(found, ModuleType):
                return found
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name) from None

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has been executed under its own name."""


def load(path: str, text: str, folders: list[str]) -> ModuleType:
    """Executes a text as the module of a file.

    Args:
        path: The file; it need not exist, the text is what counts.
        text: The buffer's text.
        folders: Where imports of the user's own modules are looked for, after all else.
    """
    for folder in folders:
        if folder not in sys.path:
            sys.path.append(folder)
    name = os.path.splitext(os.path.basename(path))[0].replace(" ", "_") or "module"
    if name in sys.modules or name in sys.builtin_module_names:
        name = f"user_{name}"
    module = ModuleType(name)
    module.__file__ = path
    module.__loader__ = _Source(text)  # type: ignore[assignment]
    sys.modules[name] = module
    _remember_source(path, text)
    try:
        exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    finally:
        _remember_source(path, text)  # again: what was imported may have cleared the cache
    return module


class _Source:
    """Gives the source of a module to those who ask its loader."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, name: str) -> str:
        """The buffer's text."""
        return self._text


def _remember_source(path: str, text: str) -> None:
    """What reads source (tracebacks, AutoGraph) finds the buffer's text, not the file's."""
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)


def find(module: ModuleType, qualname: str) -> Any:
    """A function by its qualified name; a method comes bound to a new object of its class.

    Raises:
        LookupFailure: If there is none, or if it cannot be reached from outside.
    """
    if "<locals>" in qualname:
        raise LookupFailure(f"{qualname} is made inside another function: run that one")
    owner: Any = module
    found: Any = module
    for part in qualname.split("."):
        owner = found
        try:
            found = getattr(found, part)
        except AttributeError:
            raise LookupFailure(f"{qualname} is not in {module.__file__} after loading") from None
    if isinstance(owner, type) and not isinstance(
        inspect.getattr_static(owner, qualname.rpartition(".")[2]), (staticmethod, classmethod)
    ):
        return getattr(_instance(owner), qualname.rpartition(".")[2])
    return found


_MADE: list[Any] = []
"""Objects that methods are bound to: TensorFlow itself holds them weakly."""


def _instance(owner: type) -> Any:
    try:
        made = owner()
        _MADE.append(made)
        return made
    except TypeError as error:
        raise LookupFailure(
            f"{owner.__name__}() cannot be made without arguments ({error}); "
            "run a function that makes it"
        ) from error


def arguments(
    texts: list[str], module: ModuleType, tensors: ModuleType
) -> tuple[list[Any], dict[str, Any]]:
    """The values of argument texts such as `tf.constant([1., 2.])` or `training=True`.

    Raises:
        ArgumentsError: With the text that is wrong.
    """
    names = {"__builtins__": builtins, "tf": tensors, **_numpy(), **vars(module)}
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for text in texts:
        name, code = _parsed(text)
        try:
            value = eval(code, names)
        except Exception as error:
            raise ArgumentsError(f"{text}: {type(error).__name__}: {error}") from error
        if name is None:
            positional.append(value)
        else:
            keywords[name] = value
    return positional, keywords


def _parsed(text: str) -> tuple[str | None, Any]:
    try:
        tree = ast.parse(f"f({text}\n)", "<argument>", "eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArgumentsError(f"{text}: this is no expression") from error
    if not isinstance(tree, ast.Call) or len(tree.args) + len(tree.keywords) != 1:
        raise ArgumentsError(f"{text}: one expression is wanted")
    name, value = (
        (None, tree.args[0]) if tree.args else (tree.keywords[0].arg, tree.keywords[0].value)
    )
    if isinstance(value, ast.Starred) or (tree.keywords and name is None):
        raise ArgumentsError(f"{text}: write each argument by itself")
    return name, compile(ast.Expression(value), "<argument>", "eval")


def _numpy() -> dict[str, Any]:
    numpy = importlib.import_module("numpy")
    return {"np": numpy, "numpy": numpy}
