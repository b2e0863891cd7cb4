"""Outline of traced functions; from a line of generated code to its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from server.feature import feature
from server.features.graph_code import map_position

if TYPE_CHECKING:
    from server.session import Session


@feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
async def symbols(
    session: Session, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    """The traced functions of a document."""
    uri = params.text_document.uri
    facts = await session.facts_now(uri)
    found = []
    for function in facts.functions if facts else ():
        if facts is None or "<lambda>" in function.qualname:
            continue
        place = facts.program.location(function.span)
        if place.uri == uri:
            found.append(
                types.DocumentSymbol(
                    name=function.qualname,
                    kind=types.SymbolKind.Function,
                    range=place.range,
                    selection_range=facts.program.location(function.name_span).range,
                    detail="traced" if function.kind == "decorated" else "called while tracing",
                )
            )
    return found


@feature(types.TEXT_DOCUMENT_DEFINITION)
async def definition(session: Session, params: types.DefinitionParams) -> types.Location | None:
    """In a view: the user's line that a line comes from; elsewhere nothing."""
    if not params.text_document.uri.startswith("graphlens-graph:"):
        return None
    position = {"line": params.position.line, "character": params.position.character}
    mapped = await map_position(session, {"uri": params.text_document.uri, "position": position})
    if mapped is None:
        return None
    start = types.Position(mapped["range"]["start"]["line"], 0)
    return types.Location(mapped["uri"], types.Range(start, start))
