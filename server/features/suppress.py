"""Quick fixes “ignore on this line” and “in this file”: our comment, merged with one there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.base.diagnostics import Edit
from server.actions import Provider, provide
from server.features.quick_fixes import find_again, finding_data
from server.translate import diagnostic, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.base.source import Span
    from server.session import Facts, Session

_NEVER = ("GR000", "GR001", "GR002", "GR004")  # about the text as a whole, or about suppressions


def offer(session: Session, facts: Facts, uri: str, span: Span) -> list[types.CodeAction]:
    """One action for each code among the findings that touch a span."""
    return _offered(facts, uri, span, "on this line")


def offer_file(session: Session, facts: Facts, uri: str, span: Span) -> list[types.CodeAction]:
    """The same for the whole file."""
    return _offered(facts, uri, span, "in this file")


def _offered(facts: Facts, uri: str, span: Span, where: str) -> list[types.CodeAction]:
    actions: dict[str, types.CodeAction] = {}
    for index, finding in enumerate(facts.diagnostics):
        if finding.code in _NEVER or finding.code in actions or not finding.span.touches(span):
            continue
        place, shown = diagnostic(facts.program, finding, index)
        if place == uri:
            actions[finding.code] = types.CodeAction(
                title=f"Ignore {finding.code} {where}",
                diagnostics=[shown],
                data=finding_data(finding, shown),
            )
    return list(actions.values())


async def resolve(session: Session, facts: Facts, data: dict[str, Any]) -> Iterable[Edit] | None:
    """The edit that adds the code to the line's comment."""
    finding = find_again(facts, data)
    if finding is None:
        return None
    span = finding.span
    answer = await session.analysis.ask(
        facts.program, "suppression", finding.code, span.start, span.end, urgency=0
    )
    return None if answer is None else [read(answer, Edit)]


async def resolve_file(
    session: Session, facts: Facts, data: dict[str, Any]
) -> Iterable[Edit] | None:
    """The edit that adds the code to the file's comment."""
    finding = find_again(facts, data)
    if finding is None:
        return None
    part = facts.program.part_at(finding.span.start)
    answer = await session.analysis.ask(
        facts.program,
        "file_suppression",
        finding.code,
        part.start,
        part.start + len(part.text),
        urgency=0,
    )
    return [read(answer, Edit)]


provide(Provider("suppress", "quickfix", offer, resolve))
provide(Provider("suppress in file", "quickfix", offer_file, resolve_file))
