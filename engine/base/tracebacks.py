"""Python's tracebacks without the engine's own frames."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from types import CodeType, FunctionType, TracebackType
from typing import Any

__all__ = ["FILTERING", "entries", "fallback", "hide_engine_frames", "install_converted",
           "with_users_frames"]  # fmt: skip

FILTERING = [True]
"""Are the engine's frames left out? `tf.debugging.disable_traceback_filtering` says no."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_GENERATED = ("<op ", "<graphlens", "<frozen ")
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SERVANTS = frozenset({"numpy", "cupy", "gast", "ml_dtypes", "llvmlite", "h5py"})
"""Packages that work for the engine: what they raise when it calls them is the engine's to say."""

_converted: list[Callable[[CodeType], bool | None]] = [lambda code: None]


def install_converted(kind_of: Callable[[CodeType], bool | None]) -> None:
    """Register what knows converted code (done by the converter).

    Args:
        kind_of: answers None for other code; for converted code, whether it was made from a block
            of a user's function.
    """
    _converted[:] = [kind_of]


def filtering() -> bool:
    """Are the engine's frames left out?

    `GRAPHLENS_FULL_TRACEBACK` in the environment shows them, as the switch does.
    """
    return FILTERING[0] and not os.environ.get("GRAPHLENS_FULL_TRACEBACK")


def _is_internal(path: str, names: dict[str, Any]) -> bool:
    """Whether code of this file, with these globals, is the engine's."""
    if path == "<string>":  # methods that `dataclass` and `namedtuple` write
        return str(names.get("__name__")).startswith("engine.")
    return path.startswith((_PACKAGE, *_GENERATED))


def entries(traceback: TracebackType | None, full: bool = False) -> list[TracebackType]:
    """The entries of a traceback that are not the engine's (`full`: all), outermost first.

    What the engine calls in Python's library and in numpy is the engine's as well.
    """
    found = []
    inside = False
    while traceback is not None:
        frame = traceback.tb_frame
        path, names = frame.f_code.co_filename, frame.f_globals
        inside = _is_internal(path, names) or (inside and _serves(path, names))
        if full or not inside:
            found.append(traceback)
        traceback = traceback.tb_next
    return found


def _serves(path: str, names: dict[str, Any]) -> bool:
    """Whether code is of a library that works for who calls it."""
    if str(names.get("__name__")).partition(".")[0] in _SERVANTS:
        return True
    return path.startswith(_LIBRARY) and "site-packages" not in path


def users_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback of the user's frames alone; blocks that became functions are no frames."""
    kind_of = _converted[0]
    made: TracebackType | None = None
    line_reached = 0
    for entry in reversed(entries(traceback)):
        frame, line, last = entry.tb_frame, entry.tb_lineno, entry.tb_lasti
        kind = kind_of(frame.f_code)
        if kind is not None:
            last = -1  # columns of converted code are not those of the user's text
        if kind:
            line_reached = line_reached or line
            continue
        if line_reached:  # in the block, not that of its beginning
            line, line_reached = line_reached, 0
        made = TracebackType(made, frame, last, line)
    return made


def hide_engine_frames(error: BaseException) -> None:
    """Leave the engine's frames out of an exception's traceback, and of what led to it.

    To be called in an `except` block that goes on with a bare `raise`, which adds no frame: so the
    user's line is the last that Python shows. Where filtering is off nothing is changed.
    """
    if not filtering():
        return
    if sys.version_info < (3, 11) and error.__traceback__ is not None:
        error.__traceback__.tb_next = users_traceback(error.__traceback__)  # `raise` reads this one
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = users_traceback(error.__traceback__)
        before = _before(error)
        if before is None:
            return
        error = before


def _before(error: BaseException) -> BaseException | None:
    """What led to an exception, after those of the engine's own have been taken out."""
    cause = error.__cause__
    if cause is not None:
        error.__cause__ = _users(cause, error.__context__ is not cause)
        if error.__cause__ is not None:
            return error.__cause__
        error.__suppress_context__ = False
    if not error.__suppress_context__ and error.__context__ is not None:
        error.__context__ = _users(error.__context__, True)
        return error.__context__
    return None


def _users(error: BaseException | None, contexts: bool) -> BaseException | None:
    """The first exception of a chain that passed through the user's code, or was never raised.

    Args:
        error: the chain.
        contexts: follow contexts, too, and not only causes?
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if error.__traceback__ is None or entries(error.__traceback__):
            return error
        suppressed = error.__suppress_context__ or not contexts
        error = error.__cause__ if suppressed or error.__cause__ else error.__context__
    return None


def with_users_frames(function: Any) -> Any:
    """The function, with tracebacks that end at the line that calls it.

    Functions that see to it themselves, and classes, are answered as they are: the methods of a
    class, and of the engine's classes that it is made from, are changed.
    """
    if not isinstance(function, type):
        return _function(function)
    for kind in function.__mro__:
        if kind not in _changed and kind.__module__.startswith("engine."):
            _changed.add(kind)
            for name, member in list(vars(kind).items()):
                if not name.startswith("_") or name in _CALLED:
                    made = _member(member)
                    if made is not member:
                        setattr(kind, name, made)
    return function


_changed: set[type] = set()


_CALLED = frozenset({
    "__init__", "__call__", "__getattr__", "__getitem__", "__setitem__", "__len__", "__iter__",
    "__next__", "__enter__", "__exit__", "__int__", "__float__", "__bool__", "__index__",
    "__complex__", "__array__", *[
        f"__{name}__" for operator in (
            "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
        ) for name in (operator, "r" + operator)
    ], "__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__", "__neg__", "__abs__",
    "__invert__",
})  # fmt: skip
"""Methods that Python calls for the user."""


def fallback(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a class among the arguments' makes of a call that failed; NotImplemented: nothing.

    Such a class has a method `__op_fallback__(function, args, kwargs)`; `function` is an `Op` or
    what `with_users_frames` was given.
    """
    for value in (*args, *kwargs.values()):
        for one in value if type(value) in (list, tuple) else (value,):
            handler = getattr(type(one), "__op_fallback__", None)
            if handler is not None:
                return handler(function, args, kwargs)
    return NotImplemented


_CALLING = "__with_users_frames__"


def _member(member: Any) -> Any:
    if isinstance(member, (staticmethod, classmethod)):
        made = _function(member.__func__)
        return member if made is member.__func__ else type(member)(made)
    return _function(member)


def _function(function: Any) -> Any:
    if type(function) is not FunctionType or "hide_engine_frames" in function.__code__.co_names:
        return function
    known = function.__dict__.get(_CALLING)
    if known is not None:
        return known

    @wraps(function)
    def calling(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            try:
                found = fallback(function, args, kwargs)
            except Exception as told:  # the class knows better what is wrong
                hide_engine_frames(told)
                raise
            if found is not NotImplemented:
                return found
            hide_engine_frames(error)
            raise

    setattr(function, _CALLING, calling)  # the same under each of its names
    return calling
