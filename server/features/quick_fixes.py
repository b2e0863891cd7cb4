"""Quick fixes: the mend that a rule knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.actions import Provider, provide
from server.translate import diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.base.diagnostics import Diagnostic, Edit
    from engine.base.source import Span
    from server.session import Facts, Session


def offer(session: Session, facts: Facts, uri: str, span: Span) -> list[types.CodeAction]:
    """The fixes of the findings that touch a span."""
    actions = []
    for index, finding in enumerate(facts.diagnostics):
        if finding.fix is None or not finding.span.touches(span):
            continue
        place, shown = diagnostic(facts.program, finding, index)
        if place == uri:
            actions.append(
                types.CodeAction(
                    title=finding.fix.title,
                    diagnostics=[shown],
                    is_preferred=finding.fix.safe,
                    data=finding_data(finding, shown),
                )
            )
    return actions


def finding_data(finding: Diagnostic, shown: types.Diagnostic) -> dict[str, Any]:
    """What finds a finding again in a later text."""
    return {
        "code": finding.code,
        "start": [shown.range.start.line, shown.range.start.character],
        "title": finding.fix.title if finding.fix else "",
    }


def find_again(facts: Facts, data: dict[str, Any]) -> Diagnostic | None:
    """The finding that an action was made for, if it is still where it was."""
    for finding in facts.diagnostics:
        place = facts.program.location(finding.span)
        start = [place.range.start.line, place.range.start.character]
        same = finding.code == data.get("code") and start == data.get("start")
        if same and place.uri == data.get("uri"):
            return finding
    return None


async def resolve(session: Session, facts: Facts, data: dict[str, Any]) -> Iterable[Edit] | None:
    """The edits of the fix."""
    finding = find_again(facts, data)
    if finding is None or finding.fix is None or finding.fix.title != data.get("title"):
        return None
    return finding.fix.edits


provide(Provider("fix", "quickfix", offer, resolve))
