"""`source.fixAll.graphlens` and the command of the same meaning: all safe fixes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.base.diagnostics import Edit
from server.actions import Provider, provide, workspace_edit
from server.analysis.client import Stale
from server.feature import command
from server.translate import read
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.base.source import Span
    from server.session import Facts, Session


def offer(session: Session, facts: Facts, uri: str, span: Span) -> list[types.CodeAction]:
    """One action, if there is a safe fix in the document."""
    if any(finding.fix is not None and finding.fix.safe for finding in facts.diagnostics):
        return [types.CodeAction(title="Fix all Graphlens findings that are safe to fix")]
    return []


async def resolve(session: Session, facts: Facts, data: dict[str, Any]) -> Iterable[Edit] | None:
    """The edits of all safe fixes."""
    return read(await session.analysis.ask(facts.program, "fix_all", urgency=0), tuple[Edit, ...])


@command("graphlens.fixAll")
async def fix_all(session: Session, *arguments: Any) -> int:
    """Applies all safe fixes of a document; answers how many edits that were."""
    if not arguments or not isinstance(arguments[0], str):
        raise invalid("the argument must be a document's uri")
    for _ in range(5):
        facts = await session.facts(arguments[0])
        if facts is None:
            raise invalid("the document is not open")
        try:
            edits = tuple(await resolve(session, facts, {}) or ())
        except Stale:
            continue
        if not edits or not session.client.applies_edits:
            return 0
        answer = await session.server.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(
                workspace_edit(session, facts.program, edits), label="Graphlens: fix all"
            )
        )
        return len(edits) if answer.applied else 0
    return 0


provide(Provider("all", "source.fixAll.graphlens", offer, resolve))
