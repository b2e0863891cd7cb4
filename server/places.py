"""Which function a request means: by position or by qualified name, checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.transport.protocol import invalid

if TYPE_CHECKING:
    from engine.ide.snapshot import FunctionInfo
    from server.session import Facts, Session

__all__ = ["Place", "find", "place_of_arguments", "place_of_params"]


@dataclass(frozen=True)
class Place:
    """A document, and a position in it or the name of a function."""

    uri: str
    position: types.Position | None = None
    qualname: str | None = None


def place_of_params(params: Any) -> Place:
    """The place in `{textDocument: {uri}, function?, position?}`.

    Raises:
        JsonRpcInvalidParams: If it has another shape.
    """
    if not isinstance(params, dict):
        raise invalid("params must be an object")
    document = params.get("textDocument")
    uri = document.get("uri") if isinstance(document, dict) else None
    if not isinstance(uri, str):
        raise invalid("textDocument.uri must be a text")
    name, position = params.get("function"), params.get("position")
    if name is not None and not isinstance(name, str):
        raise invalid("function must be a text")
    return Place(uri, None if position is None else position_of(position), name)


def place_of_arguments(arguments: tuple[Any, ...]) -> Place:
    """The place in a command's arguments `[uri, position or name]`.

    Raises:
        JsonRpcInvalidParams: If they have another shape.
    """
    if not arguments or not isinstance(arguments[0], str):
        raise invalid("the first argument must be a document's uri")
    where = arguments[1] if len(arguments) > 1 else None
    if where is None:
        return Place(arguments[0])
    if isinstance(where, str):
        return Place(arguments[0], None, where)
    return Place(arguments[0], position_of(where))


def position_of(value: Any) -> types.Position:
    """A position from plain JSON.

    Raises:
        JsonRpcInvalidParams: If it is none.
    """
    if not isinstance(value, dict):
        value = getattr(value, "_asdict", dict)()
    line, character = value.get("line"), value.get("character")
    if not all(type(number) is int and 0 <= number < 2**31 for number in (line, character)):
        raise invalid("a position is {line, character} with numbers from 0")
    return types.Position(line, character)


async def find(session: Session, place: Place) -> tuple[Facts, FunctionInfo] | None:
    """The function a place means, in the newest text; None if there is none.

    Without position and name, the only traced function of the document is meant, if there is
    exactly one.
    """
    facts = await session.facts(place.uri)
    if facts is None:
        return None
    function: FunctionInfo | None
    if place.qualname is not None:
        function = facts.function_named(place.qualname)
    elif place.position is not None:
        offset = facts.program.offset(place.uri, place.position)
        function = None if offset is None else facts.function_at(offset)
    else:
        function = facts.functions[0] if len(facts.functions) == 1 else None
    return None if function is None else (facts, function)
