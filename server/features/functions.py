"""`graphlens/functions`: the traced functions of a document with what a run form needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.analysis.client import Stale
from server.feature import feature
from server.places import place_of_params
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from lsprotocol import types

    from engine.ide.snapshot import FunctionInfo
    from server.session import Facts, Session


@feature("graphlens/functions")
async def functions(session: Session, params: Any) -> dict[str, Any]:
    """Each traced function: its place, parameters, examples, last arguments and traces."""
    uri = place_of_params(params).uri
    while True:
        facts = await session.facts(uri)
        if facts is None:
            raise invalid("the document is not open")
        try:
            signatures = await session.analysis.ask(facts.program, "signatures", urgency=0)
        except Stale:
            continue
        return {
            "version": facts.program.version,
            "functions": [
                _described(session, facts, function, signatures.get(function.qualname, {}))
                for function in facts.functions
            ],
        }


def _described(
    session: Session, facts: Facts, function: FunctionInfo, signature: dict[str, Any]
) -> dict[str, Any]:
    program = facts.program
    told = session.runs.told(program, function.qualname)
    traces = len(told.answer.get("traces", ())) if told else 0
    place = program.location(function.span)
    return {
        "name": function.qualname.rpartition(".")[2],
        "qualname": function.qualname,
        "uri": place.uri,
        "range": _plain_range(place.range),
        "selectionRange": _plain_range(program.location(function.name_span).range),
        "parameters": signature.get("parameters", []),
        "examples": signature.get("examples", []),
        "lastArguments": told.arguments if told else None,
        "traces": traces,
        "retraces": max(0, traces - 1),
    }


def _plain_range(value: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": value.start.line, "character": value.start.character},
        "end": {"line": value.end.line, "character": value.end.character},
    }
