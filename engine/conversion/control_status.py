"""Is AutoGraph on for the code that runs now? One answer per thread and task."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar, Token
from enum import Enum
from typing import Any, TypeVar

__all__ = [
    "ControlStatus",
    "Status",
    "call_with_unspecified_conversion_status",
    "control_status",
    "do_not_convert",
]

F = TypeVar("F", bound=Callable[..., Any])


class Status(Enum):
    """What the code around asked for.

    Attributes:
        UNSPECIFIED: Nothing.
        ENABLED: Conversion.
        DISABLED: No conversion.
    """

    UNSPECIFIED = 0
    ENABLED = 1
    DISABLED = 2


class ControlStatus:
    """A `with` block in which AutoGraph is on, off, or left to the functions inside."""

    __slots__ = ("_tokens", "options", "status")

    def __init__(self, status: Status, options: object = None) -> None:
        self.status = status
        self.options = options
        self._tokens: list[Token[ControlStatus]] = []

    def __enter__(self) -> ControlStatus:
        self._tokens.append(_current.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._tokens.pop())

    def __repr__(self) -> str:
        return f"ControlStatus(status={self.status}, options={self.options})"


_current: ContextVar[ControlStatus] = ContextVar("graphlens_autograph")
_DEFAULT = ControlStatus(Status.UNSPECIFIED)


def control_status() -> ControlStatus:
    """The innermost block that says something about conversion."""
    return _current.get(_DEFAULT)


def do_not_convert(func: Any = None) -> Any:
    """Decorator: the function, and what it calls, runs as it is written.

    Args:
        func: The function; None answers a decorator.
    """
    if func is None:
        return do_not_convert

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with ControlStatus(Status.DISABLED):
            return func(*args, **kwargs)

    return _artifact(wrapper, func)


def call_with_unspecified_conversion_status(func: F) -> F:
    """Decorator: the function decides for itself, whatever the code around asked for."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with ControlStatus(Status.UNSPECIFIED):
            return func(*args, **kwargs)

    return _artifact(wrapper, func)


def _artifact(wrapper: Any, func: Any) -> Any:
    if inspect.isfunction(func) or inspect.ismethod(func):
        wrapper = functools.update_wrapper(wrapper, func)
    wrapper.autograph_info__ = None
    return wrapper
