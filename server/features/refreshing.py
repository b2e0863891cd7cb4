"""Asks the client to look again where it was answered before the newest text was analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.feature import listener

if TYPE_CHECKING:
    from server.session import Facts, Session


@listener("analysed")
def analysed(session: Session, facts: Facts) -> None:
    """After an analysis: lenses and hints that were moved along are asked for again, once."""
    if not session.started or not session.answered_early(facts.program.key):
        return
    if session.client.refreshes_hints:
        session.server.workspace_inlay_hint_refresh(None)
    shown: dict[str, tuple[str, ...]] = session.room("functions shown", dict)
    names = tuple(function.qualname for function in facts.functions)
    if shown.get(facts.program.key) != names:
        shown[facts.program.key] = names
        if session.client.refreshes_lenses:
            session.server.workspace_code_lens_refresh(None)


@listener("reconfigured")
def reconfigured(session: Session) -> None:
    """After a change of settings: what they switch on and off is asked for again."""
    if not session.started:
        return
    if session.client.refreshes_hints:
        session.server.workspace_inlay_hint_refresh(None)
    if session.client.refreshes_lenses:
        session.server.workspace_code_lens_refresh(None)
    if session.client.refreshes_tokens:
        session.server.workspace_semantic_tokens_refresh(None)
