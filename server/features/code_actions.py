"""Code actions: offered from the findings that are known, their edits made when chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.actions import PROVIDERS, workspace_edit
from server.feature import feature
from server.features.configuration import plain
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from server.session import Facts, Session

_OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, "source.fixAll.graphlens"],
    resolve_provider=True,
)


@feature(types.TEXT_DOCUMENT_CODE_ACTION, _OPTIONS)
async def code_actions(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings that touch a range."""
    uri = params.text_document.uri
    facts = await session.facts_now(uri)
    span = facts.program.span(uri, params.range) if facts else None
    if facts is None or span is None:
        return []
    actions: list[types.CodeAction] = []
    for provider in PROVIDERS.values():
        if _wanted(params.context.only, provider.kind):
            for action in provider.offer(session, facts, uri, span):
                action.kind = provider.kind
                action.data = {**(action.data or {}), "uri": uri, "provider": provider.name}
                actions.append(action)
    if not session.client.resolves_edits:
        for action in actions:
            await _resolve(session, facts, action, action.data or {})
    return actions


def _wanted(only: Any, kind: str) -> bool:
    """Whether a kind is among those asked for: a kind stands for all that begin with it."""
    if only is None:
        # Source actions are for those who ask for them, as the protocol has it.
        return not kind.startswith("source")
    asked = [str(getattr(one, "value", one)) for one in only]
    return any(one in ("", kind) or kind.startswith(one + ".") for one in asked)


@feature(types.CODE_ACTION_RESOLVE)
async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """Makes the edit of an action that was chosen, for the text as it is now."""
    data = plain(action.data)
    if not isinstance(data, dict) or not isinstance(data.get("uri"), str):
        raise invalid("this action was not made here")
    facts = await session.facts(data["uri"])
    if facts is not None:
        await _resolve(session, facts, action, data)
    return action


async def _resolve(
    session: Session, facts: Facts, action: types.CodeAction, data: dict[str, Any]
) -> None:
    provider = PROVIDERS.get(str(data.get("provider")))
    if provider is None:
        raise invalid("this action was not made here")
    edits = await provider.resolve(session, facts, data)
    if edits is not None:
        action.edit = workspace_edit(session, facts.program, edits)
