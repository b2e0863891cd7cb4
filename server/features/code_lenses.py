"""Code lenses above traced functions: trace, run, and how often it was traced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.feature import feature

if TYPE_CHECKING:
    from engine.ide.snapshot import FunctionInfo
    from server.session import Facts, Session


@feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=True))
async def code_lenses(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Where lenses are; their titles are made when they come into view."""
    uri = params.text_document.uri
    if not session.settings.options(uri).code_lens:
        return []
    facts = await session.facts_now(uri)
    lenses = []
    for function in facts.functions if facts else ():
        if function.kind != "decorated" or "<lambda>" in function.qualname:
            continue
        place = facts.program.location(function.name_span) if facts else None
        if place is not None and place.uri == uri and facts is not None:
            lenses += [
                types.CodeLens(
                    place.range, data={"uri": uri, "function": function.qualname, "kind": kind}
                )
                for kind in _kinds(session, facts, function)
            ]
    if lenses and facts is not None:
        session.runs.expect(facts.program)
    return lenses


def _kinds(session: Session, facts: Facts, function: FunctionInfo) -> list[str]:
    kinds = ["code"]
    if session.runs.may_run(facts.program) and "<locals>" not in function.qualname:
        kinds += ["trace", "run"]
    told = session.runs.told(facts.program, function.qualname)
    if told is not None and told.answer.get("traces"):
        kinds.append("traces")
    return kinds


@feature(types.CODE_LENS_RESOLVE)
async def resolve(session: Session, lens: types.CodeLens) -> types.CodeLens:
    """The title and command of a lens."""
    data: Any = lens.data if isinstance(lens.data, dict) else getattr(lens.data, "_asdict", dict)()
    uri, function, kind = data.get("uri"), data.get("function"), data.get("kind")
    if not isinstance(uri, str) or not isinstance(function, str):
        return lens
    titles = {
        "code": ("Graph code", "graphlens.showGraphCode"),
        "trace": ("Trace", "graphlens.trace"),
        "run": ("Run…", "graphlens.run"),
        "traces": (_traces_title(session, uri, function), "graphlens.showGraph"),
    }
    title, command = titles.get(str(kind), titles["code"])
    lens.command = types.Command(title=title, command=command, arguments=[uri, function])
    return lens


def _traces_title(session: Session, uri: str, function: str) -> str:
    program = session.program(uri)
    told = session.runs.told(program, function) if program else None
    count = len(told.answer.get("traces", ())) if told else 0
    again = max(0, count - 1)
    text = f"{count} trace{'' if count == 1 else 's'}"
    return text if not again else f"{text}, {again} retrace{'' if again == 1 else 's'}"
