"""Decorators, and `tf.function(f)`: which functions are staged, how, and what else wraps them."""

from __future__ import annotations

import ast

from engine.inference.binding import Arguments
from engine.inference.context import Staging
from engine.inference.events import Staged
from engine.inference.machine import Frame, Machine
from engine.inference.values import Const, Function, Instance, Library, Symbol, Unknown, Value
from engine.syntax.imports import dotted_name

__all__ = ["STAGERS", "decorate", "stage", "staging_of"]

STAGERS = frozenset(
    [
        "tf.function", "tf.compat.v1.function", "tf.def_function.function",
        "tf.contrib.eager.defun", "tf.contrib.eager.function", "tf.experimental.function",
        "tf_agents.utils.common.function", "tf_agents.utils.common.function_in_tf1",
    ]
)  # fmt: skip
_UNCONVERTED = ("tf.autograph.experimental.do_not_convert", "tf.autograph.do_not_convert")
_GRADIENTS = ("tf.custom_gradient", "tf.recompute_grad", "tf.grad_pass_through")
_HOST = ("tf.py_function", "tf.numpy_function", "tf.compat.v1.py_func")
_CACHES = ("functools.lru_cache", "functools.cache", "lru_cache", "cache")
_PROPERTIES = (
    "builtins.property",
    "functools.cached_property",
    "abc.abstractproperty",
    "cached_property",
)


def decorate(
    machine: Machine,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    function: Function,
    frame: Frame,
) -> Value:
    """What a decorated function's name stands for."""
    value: Value = function
    for decorator in reversed(node.decorator_list):
        applied = machine.eval(decorator, frame)
        name = dotted_name(decorator) or ""
        if name.rsplit(".", 1)[-1].endswith("once") and isinstance(value, Function):
            value = _with(value, wrapped="once")
            continue
        value = _apply(machine, decorator, applied, value, frame)
    return value


def _apply(machine: Machine, node: ast.expr, decorator: Value, value: Value, frame: Frame) -> Value:
    if isinstance(decorator, Symbol):
        if decorator.name in STAGERS:
            return stage(machine, node, value, Staging(node, frame.scope.module), frame, True)
        return _apply_symbol(decorator.name, value)
    if isinstance(decorator, Library):
        if decorator.kind == "staging" and isinstance(decorator.data, Staging):
            return stage(machine, node, value, _at(node, decorator.data, frame), frame, True)
        if decorator.kind == "decorator":
            return _apply_symbol(decorator.name, value)
        if decorator.kind == "partial":
            made = machine.call(decorator, Arguments([value], {}), node, frame)
            return made if isinstance(made, Function) else value
        if decorator.name in ("setter", "deleter") and isinstance(decorator.data, Function):
            return decorator.data  # what reading the property gives is as before
        if decorator.kind == "method" and isinstance(value, Function):
            return _with(value, flavour=_accessor(decorator.name) or value.flavour)
        return value
    if isinstance(decorator, (Function, Instance)):
        made = machine.call(decorator, Arguments([value], {}), node, frame)
        if isinstance(made, Function) and made.staging is not None:
            return _with(made, staging=_at(node, made.staging, frame))
        if isinstance(made, (Function, Library)):
            return made
        return _with(value, wrapped="unknown") if isinstance(value, Function) else value
    if isinstance(decorator, Unknown) and isinstance(value, Function):
        return _with(value, wrapped="unknown")
    return value


def _at(node: ast.expr, staging: Staging, frame: Frame) -> Staging:
    """The staging as it is asked for here; a helper of another file may have made it."""
    if staging.module is frame.scope.module:
        return staging
    module = frame.scope.module
    return Staging(node, module, staging.kind, staging.autograph, staging.options)


def _accessor(name: str) -> str:
    return "property" if name in ("setter", "getter", "deleter") else ""


def _with(value: Function, **changes: object) -> Function:
    made = value.copy()
    for name, change in changes.items():
        setattr(made, name, change)
    return made


def _apply_symbol(name: str, value: Value) -> Value:
    if not isinstance(value, Function):
        return value
    if name == "builtins.staticmethod":
        return _with(value, flavour="static")
    if name == "builtins.classmethod":
        return _with(value, flavour="class")
    if name in _PROPERTIES:
        return _with(value, flavour="property")
    if name in _UNCONVERTED:
        return _with(value, convert=False)
    if name in _GRADIENTS:
        return _with(value, wrapped="gradient")
    if name in _HOST:
        return _with(value, wrapped="host")
    if name in _CACHES:
        return _with(value, convert=False)
    if name in ("contextlib.contextmanager", "contextlib.asynccontextmanager"):
        return _with(value, wrapped="context")
    if name.startswith(("pytest.", "unittest.")):
        return _with(value, wrapped="test")
    if name.startswith(("numba.", "jax.", "torch.", "flask.", "click.", "ray.")):
        return _with(value, wrapped="foreign")
    return value


def staging_of(node: ast.AST, call: Arguments, frame: Frame, kind: str = "function") -> Staging:
    """How `tf.function(...)` with these arguments stages a function."""
    autograph = call.keywords.get("autograph")
    converted = not (isinstance(autograph, Const) and not autograph.value)
    return Staging(node, frame.scope.module, kind, converted, dict(call.keywords))


def stage(
    machine: Machine,
    node: ast.AST,
    value: Value,
    staging: Staging,
    frame: Frame,
    decorator: bool = False,
) -> Value:
    """The staged form of a callable."""
    machine.emit(Staged(node, frame.context, staging, value, decorator))
    if isinstance(value, Function):
        made = value.copy()
        made.staging = staging
        if frame.context.guard or frame.context.staged or not decorator:
            made.born = frame.born(node)
        machine.staged_functions.append(made)
        return made
    if isinstance(value, Library) and value.kind in ("layer", "model", "loss", "metric"):
        return Library("staged", value.name, frame.born(node), value)
    if isinstance(value, Instance):
        call = value.cls.lookup("__call__") or value.cls.lookup("call")
        if isinstance(call, Function):
            made = call.copy()
            made.receiver = value
            made.staging = staging
            machine.staged_functions.append(made)
            return made
    return Library("staged", "", frame.born(node), value)
