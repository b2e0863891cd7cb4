"""The traced graph as data for a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.feature import command, feature
from server.places import Place, find, place_of_arguments, place_of_params
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from server.session import Session

_STAGES = ("before", "after")


@feature("graphlens/graph")
async def graph(session: Session, params: Any) -> dict[str, Any] | None:
    """The graph of the function at a place, before or after the passes."""
    return await _graph(session, place_of_params(params), params.get("stage", "after"))


@command("graphlens.showGraph")
async def show_graph(session: Session, *arguments: Any) -> dict[str, Any] | None:
    """The same as a command: `[uri, position or name, stage]`."""
    stage = arguments[2] if len(arguments) > 2 else "after"
    return await _graph(session, place_of_arguments(arguments), stage)


async def _graph(session: Session, place: Place, stage: Any) -> dict[str, Any] | None:
    if stage not in _STAGES:
        raise invalid("stage must be before or after")
    found = await find(session, place)
    if found is None:
        return None
    facts, function = found
    told = session.runs.told(facts.program, function.qualname)
    pictures = told.answer.get("picture") if told else None
    picture = pictures.get(stage) if isinstance(pictures, dict) else None
    return picture if isinstance(picture, dict) else None
