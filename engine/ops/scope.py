"""Name scopes for functions made of several ops, as graphs of TensorFlow show them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from engine.ir.graph import claim_name
from engine.ir.interpreter import current

F = TypeVar("F", bound=Callable[..., Any])


def scoped(default: str, last: bool = True) -> Callable[[F], F]:
    """Record the nodes of a function under one prefix. Nothing happens in eager mode.

    Args:
        default: the prefix where the caller gives no name.
        last: does the last node have the prefix itself as its name? Then the function's argument
            `name` is the prefix with a slash at its end, which stands for that whole name.
    """

    def decorate(function: F) -> F:
        place = list(inspect.signature(function).parameters).index("name")

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            it: Any = current()
            if it.eager:
                return function(*args, **kwargs)
            given = args[place] if len(args) > place else kwargs.get("name")
            base = str(given or default).rstrip("/")
            base = f"{it.scopes[-1]}/{base}" if it.scopes else base
            scope = claim_name(base, it.scope_names)
            inner = scope + "/" if last else None
            if len(args) > place:
                args = (*args[:place], inner, *args[place + 1 :])
            else:
                kwargs["name"] = inner
            it.scopes.append(scope)
            try:
                return function(*args, **kwargs)
            finally:
                it.scopes.pop()

        return inside  # type: ignore[return-value]

    return decorate
