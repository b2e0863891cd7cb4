"""Calls made by converted code: what is called is converted on the way, or left alone."""

from __future__ import annotations

import functools
import inspect
import os
import types
from typing import Any

from engine.conversion.allowlist import is_allowed, is_library, is_unsupported
from engine.conversion.constructs.function import FunctionScope, is_autograph_artifact
from engine.conversion.control_status import Status, control_status
from engine.conversion.decisions import AS_IS, Decisions
from engine.conversion.options import ConversionOptions
from engine.syntax.errors import ConversionError, InaccessibleSourceError

__all__ = ["converted_call"]

_DECISIONS = Decisions()
_DYNAMIC = ("<string>",)


def converted_call(
    f: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None,
    caller_fn_scope: FunctionScope | None = None,
    options: ConversionOptions | None = None,
) -> Any:
    """Call `f`, converted where it is user code.

    Args:
        f: What is called.
        args: Positional arguments.
        kwargs: Keyword arguments, or None.
        caller_fn_scope: The scope of the calling function.
        options: Options of the conversion; by default those of the scope.

    Returns:
        What `f` returns.

    Raises:
        ValueError: If neither a scope nor options are given.
    """
    if options is None:
        if caller_fn_scope is None:
            raise ValueError("either caller_fn_scope or options must have a value")
        options = caller_fn_scope.callopts
    if control_status().status is Status.DISABLED:
        return _call(f, args, kwargs)
    kind = type(f)
    key = f.__func__ if kind is types.MethodType else f
    decision = _DECISIONS.get(key, options) if kind is not types.BuiltinFunctionType else None
    if decision is not None:
        if decision is AS_IS:
            return _call(f, args, kwargs)
        if kind is types.MethodType:
            args = (f.__self__, *args)
        return _call(decision.make(key), args, kwargs)
    return _decide(f, args, kwargs, caller_fn_scope, options)


def _decide(
    f: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None,
    scope: FunctionScope | None,
    options: ConversionOptions,
) -> Any:
    """The way of a first call."""
    if is_autograph_artifact(f):
        return _call(f, args, kwargs)
    if isinstance(f, functools.partial):
        merged = {**f.keywords, **(kwargs or {})}
        return converted_call(f.func, f.args + args, merged, scope, options)
    if _is_builtin(f):
        from engine.conversion.constructs.builtin import call_builtin

        return call_builtin(f, args, kwargs, scope)
    if _takes_user_function(f):
        return _hand_over(f, args, kwargs)
    if is_unsupported(f) or (not options.user_requested and is_allowed(f)):
        _leave_alone(f, options)
        return _call(f, args, kwargs)
    if not options.internal_convert_user_code:
        return _call(f, args, kwargs)
    return _call_converted(f, args, kwargs, options)


def _leave_alone(f: Any, options: ConversionOptions) -> None:
    """Remember it, unless it is a method: another instance may be another case."""
    if not inspect.ismethod(f):
        _DECISIONS.put(f, options, AS_IS)


def _call(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
    return f(*args, **kwargs) if kwargs else f(*args)


_HANDED = ("map_fn", "vectorized_map")
"""Functions of the engine that convert the function they are given, as TensorFlow's do."""


def _takes_user_function(f: Any) -> bool:
    return getattr(f, "__name__", "") in _HANDED and f.__module__.startswith("engine.")


def _hand_over(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
    from engine.conversion.api import tf_convert

    if args:
        args = (tf_convert(args[0]), *args[1:])
    elif kwargs and "fn" in kwargs:
        kwargs = {**kwargs, "fn": tf_convert(kwargs["fn"])}
    return _call(f, args, kwargs)


_BUILTINS = frozenset(id(value) for value in vars(__import__("builtins")).values())


def _is_builtin(f: Any) -> bool:
    return id(f) in _BUILTINS or isinstance(f, types.BuiltinFunctionType)


def _call_converted(
    f: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None, options: ConversionOptions
) -> Any:
    target, effective = _target(f, args)
    code = getattr(target, "__code__", None)
    if code is None or code.co_filename in _DYNAMIC:
        _leave_alone(f, options)
        return _call(f, args, kwargs)
    from engine.conversion.compiled import factory_of

    try:
        if not isinstance(target, types.FunctionType):
            raise ConversionError(f"{target!r} has a __code__ but is no Python function")
        factory = factory_of(target, options)
    except Exception as error:  # whatever goes wrong, the function can still run as it is
        if os.environ.get("AUTOGRAPH_STRICT_CONVERSION", "0") not in ("", "0"):
            raise
        _warn(f, target, error)
        _leave_alone(f, options)
        return _call(f, args, kwargs)
    if f is target or inspect.ismethod(f):
        _DECISIONS.put(target, options, factory)
    return _call(factory.make(target), effective, kwargs)


def _target(f: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The plain function behind `f`, and the arguments to give it."""
    if inspect.ismethod(f):
        function: Any = f.__func__
        args = (f.__self__, *args)
        if inspect.ismethod(function) or isinstance(function, functools.partial):
            return f, args
        return function, args
    if inspect.isfunction(f):
        return f, args
    return type(f).__call__, (f, *args)


_warned: set[tuple[str, int]] = set()


def _warn(f: Any, target: Any, error: Exception) -> None:
    """Say once per function that it runs as it is, and why."""
    code = target.__code__
    place = (code.co_filename, code.co_firstlineno)
    if place in _warned or _is_installed(target):
        return
    _warned.add(place)
    if isinstance(error, InaccessibleSourceError):
        cause = str(error)
    elif isinstance(error, ConversionError):
        cause = f"{code.co_filename}:{code.co_firstlineno}: {error}"
    else:
        cause = (
            f"{type(error).__name__}: {error} (a fault of the converter: please report it, with "
            "the function's source)"
        )
    import logging

    logging.getLogger("graphlens.autograph").warning(
        "AutoGraph could not transform %s and will run it as-is.\nCause: %s\nTo silence this "
        "warning, decorate the function with @tf.autograph.experimental.do_not_convert",
        f, cause,
    )  # fmt: skip


def _is_installed(target: Any) -> bool:
    """Whether a function belongs to an installed package: its author cannot act on a warning."""
    name = target.__code__.co_filename
    return "site-packages" in name or is_library(target.__module__ or "")
