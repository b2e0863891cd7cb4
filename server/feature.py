"""How a feature says what it answers: `@feature(METHOD)` and `@command(NAME)`.

A feature is one module of `server/features`; being in that folder is all it takes to be found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from server.session import Session

__all__ = [
    "COMMANDS",
    "FEATURES",
    "LISTENERS",
    "Feature",
    "Handler",
    "command",
    "feature",
    "listener",
]

Handler: TypeAlias = "Callable[[Session, Any], Awaitable[Any]]"
CommandHandler: TypeAlias = "Callable[..., Awaitable[Any]]"
_H = TypeVar("_H", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True)
class Feature:
    """A handler of one method.

    Attributes:
        method: The LSP method, or one of our own that begins with `graphlens/`.
        handler: `async def handler(session, params)`; params of our own methods are plain JSON.
        options: What the server announces about it.
    """

    method: str
    handler: Handler
    options: Any = None


FEATURES: list[Feature] = []
COMMANDS: dict[str, CommandHandler] = {}


def feature(method: str, options: Any = None) -> Callable[[_H], _H]:
    """Declares the handler of a method.

    Several features may take the same notification, none waits for another; a request has one
    handler.
    """

    def declare(handler: _H) -> _H:
        FEATURES.append(Feature(method, handler, options))
        return handler

    return declare


def command(name: str) -> Callable[[_H], _H]:
    """Declares the handler of a command: `async def handler(session, *arguments)`.

    Arguments are plain JSON that anybody may have sent: the handler checks them.
    """

    def declare(handler: _H) -> _H:
        COMMANDS[name] = handler
        return handler

    return declare


LISTENERS: dict[str, list[Callable[..., None]]] = {}


def listener(event: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declares what to do when something happens in the session.

    Events: `changed` (session, uri) after a document changed, opened or closed; `analysed`
    (session, facts) when new findings are known; `reconfigured` (session); `status` (session).
    """

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        LISTENERS.setdefault(event, []).append(function)
        return function

    return declare
