"""Findings while typing: pulled by clients that can, pushed to the others, never both."""

from __future__ import annotations

import json
from hashlib import blake2s
from typing import TYPE_CHECKING

from lsprotocol import types

from server.feature import feature, listener
from server.translate import diagnostic
from server.views import SCHEME

if TYPE_CHECKING:
    from server.session import Facts, Session

_OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=False, workspace_diagnostics=True, identifier="graphlens"
)


def by_document(session: Session, facts: Facts) -> dict[str, list[types.Diagnostic]]:
    """The findings of a program, and what its last run raised, by the document they are in."""
    found: dict[str, list[types.Diagnostic]] = {
        part.document.uri: [] for part in facts.program.parts
    }
    for index, finding in enumerate(facts.diagnostics):
        uri, shown = diagnostic(facts.program, finding, index)
        if not session.client.related_information:
            shown.related_information = None
        if session.client.reads_content and shown.code_description is not None:
            # The page that ships inside, so that the link needs no network.
            shown.code_description.href = f"{SCHEME}:/rules/{finding.code}.md"
        found[uri].append(shown)
    for uri, raised in session.runs.errors(facts.program).items():
        found.setdefault(uri, []).extend(raised)
    return found


@feature(types.TEXT_DOCUMENT_DIAGNOSTIC, _OPTIONS)
async def pull(
    session: Session, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """The findings of the newest text of a document."""
    facts = await session.facts(params.text_document.uri)
    if facts is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    uri = params.text_document.uri
    items = by_document(session, facts).get(uri, [])
    identity = result_id(items)
    if params.previous_result_id == identity:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=identity)
    return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=identity)


def result_id(items: list[types.Diagnostic]) -> str:
    """The same for the same findings; their places count, their version does not."""
    shown = [
        (
            str(item.range),
            item.code,
            item.message,
            str(item.severity),
            str(item.related_information),
        )
        for item in items
    ]
    return blake2s(json.dumps(shown).encode("utf-8", "replace"), digest_size=12).hexdigest()


@listener("changed")
def document_changed(session: Session, uri: str) -> None:
    """Publishes findings when they are known; takes those of a closed document away."""
    if session.client.pulls_diagnostics or not session.started:
        return
    program = session.program(uri)
    if program is None:
        session.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=[])
        )
        return
    waiting: set[str] = session.room("publishing", set)
    if program.key not in waiting:
        waiting.add(program.key)
        session.spawn(_publish(session, program.key, waiting))


async def _publish(session: Session, key: str, waiting: set[str]) -> None:
    try:
        facts = await session.facts(key)
    finally:
        waiting.discard(key)
    if facts is not None:
        publish(session, facts)


def publish(session: Session, facts: Facts) -> None:
    """Sends the findings of a program, with the versions of the documents they are about."""
    versions = {part.document.uri: part.document.version for part in facts.program.parts}
    for uri, items in by_document(session, facts).items():
        session.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=items, version=versions.get(uri))
        )


@listener("reconfigured")
def reconfigured(session: Session) -> None:
    """Makes the client see the findings of the new settings."""
    if session.client.pulls_diagnostics:
        if session.client.refreshes_diagnostics and session.started:
            session.server.workspace_diagnostic_refresh(None)
        return
    for program in session.open_programs():
        document_changed(session, program.key)
