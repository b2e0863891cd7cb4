"""Inlay hints: dtype and shape of tensors, and what becomes of an `if` or a loop."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.ide.answers import Hint
from server.analysis.client import AnalysisError, Stale
from server.feature import feature
from server.shifting import Shift
from server.translate import read

if TYPE_CHECKING:
    from server.session import Session

_KEPT = 8
"""Documents whose hints are kept: those that a user works at."""


@feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=True))
async def inlay_hints(session: Session, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The hints of a range; while keys are pressed, those of a moment ago at their new places."""
    uri = params.text_document.uri
    options = session.settings.options(uri)
    wanted = {
        kind
        for kind, on in (("shape", options.shape_hints), ("flow", options.control_flow_hints))
        if on
    }
    facts = await session.facts_now(uri) if wanted else None
    span = facts.program.span(uri, params.range) if facts else None
    if facts is None or span is None:
        return []
    shown = []
    for hint in await _hints(session, uri):
        if hint.kind in wanted and span.start <= hint.offset <= span.end:
            part = facts.program.part_at(hint.offset)
            if part.document.uri == uri:
                shown.append(_shown(part.document.position(hint.offset - part.start), hint))
    return shown


async def _hints(session: Session, uri: str) -> list[Hint]:
    """The hints of the newest text, or those before, moved along."""
    known: OrderedDict[str, tuple[str, tuple[Hint, ...]]] = session.room("hints", OrderedDict)
    for _ in range(5):
        program = session.program(uri)
        if program is None:
            return []
        text, last = known.get(program.key, ("", ()))
        if text != program.text and (not last or session.known_facts(uri) is not None):
            try:
                answer = await session.analysis.ask(program, "hints")
            except Stale:
                continue
            except AnalysisError:
                return []
            text, last = known[program.key] = (program.text, read(answer, tuple[Hint, ...]))
            known.move_to_end(program.key)
            while len(known) > _KEPT:
                known.popitem(last=False)
        if text == program.text:
            return list(last)
        shift = Shift(text, program.text)
        moved = ((shift.offset(hint.offset), hint) for hint in last)
        return [
            Hint(offset, hint.label, hint.kind, hint.tooltip)
            for offset, hint in moved
            if offset is not None
        ]
    return []


def _shown(position: types.Position, hint: Hint) -> types.InlayHint:
    is_shape = hint.kind == "shape"
    return types.InlayHint(
        position=position,
        label=f": {hint.label}" if is_shape else hint.label,
        kind=types.InlayHintKind.Type if is_shape else None,
        padding_left=not is_shape,
        data={"tooltip": hint.tooltip},
    )


@feature(types.INLAY_HINT_RESOLVE)
async def resolve(session: Session, hint: types.InlayHint) -> types.InlayHint:
    """Adds the sentence that is shown under the pointer."""
    data: Any = hint.data if isinstance(hint.data, dict) else getattr(hint.data, "_asdict", dict)()
    if isinstance(data.get("tooltip"), str):
        hint.tooltip = data["tooltip"]
    return hint
