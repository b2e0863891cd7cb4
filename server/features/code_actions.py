"""Quick fixes: offered from the findings that are known, their edits made when chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.feature import feature
from server.translate import diagnostic, text_edits
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from engine.base.diagnostics import Diagnostic, Edit
    from server.programs import Program
    from server.session import Facts, Session

FIX_ALL = "source.fixAll.graphlens"
_OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True
)


@feature(types.TEXT_DOCUMENT_CODE_ACTION, _OPTIONS)
async def code_actions(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The fixes of the findings that touch a range."""
    uri = params.text_document.uri
    facts = await session.facts(uri)
    span = facts.program.span(uri, params.range) if facts else None
    if facts is None or span is None:
        return []
    actions = []
    if _wanted(params.context.only, types.CodeActionKind.QuickFix.value):
        for index, finding in enumerate(facts.diagnostics):
            if finding.fix is not None and finding.span.touches(span):
                actions.append(_quick_fix(session, facts, finding, index))
    if not session.client.resolves_edits:
        for action in actions:
            _resolve(session, facts, action)
    return actions


def _wanted(only: Any, kind: str) -> bool:
    """Whether a kind is among those asked for: a kind stands for all that begin with it."""
    if only is None:
        return True
    asked = [str(getattr(one, "value", one)) for one in only]
    return any(one in ("", kind) or kind.startswith(one + ".") for one in asked)


def _quick_fix(session: Session, facts: Facts, finding: Diagnostic, index: int) -> types.CodeAction:
    assert finding.fix is not None
    uri, shown = diagnostic(facts.program, finding, index)
    return types.CodeAction(
        title=finding.fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=finding.fix.safe,
        data={
            "uri": uri,
            "code": finding.code,
            "start": [shown.range.start.line, shown.range.start.character],
            "title": finding.fix.title,
        },
    )


@feature(types.CODE_ACTION_RESOLVE)
async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """Makes the edit of an action that was chosen, for the text as it is now."""
    data = _data(action)
    facts = await session.facts(data["uri"])
    if facts is not None:
        _resolve(session, facts, action)
    return action


def _data(action: types.CodeAction) -> dict[str, Any]:
    data = action.data
    plain: Any = data if isinstance(data, dict) else getattr(data, "_asdict", dict)()
    if not isinstance(plain.get("uri"), str):
        raise invalid("this action was not made here")
    return dict(plain)


def _resolve(session: Session, facts: Facts, action: types.CodeAction) -> None:
    data = _data(action)
    for finding in facts.diagnostics:
        if finding.fix is None or finding.fix.title != data.get("title"):
            continue
        place = facts.program.location(finding.span)
        start = [place.range.start.line, place.range.start.character]
        if finding.code == data.get("code") and start == list(data.get("start", ())):
            action.edit = workspace_edit(session, facts.program, finding.fix.edits)
            return


def workspace_edit(
    session: Session, program: Program, edits: tuple[Edit, ...]
) -> types.WorkspaceEdit:
    """Edits of a program, tied to the versions they were made for where the client can."""
    changes = text_edits(program, edits)
    if not session.client.document_changes:
        return types.WorkspaceEdit(changes=changes)
    versions = {part.document.uri: part.document.version for part in program.parts}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), list(made)
            )
            for uri, made in changes.items()
        ]
    )
