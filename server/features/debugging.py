"""What helps to find a fault: a report without source text, counts, what the server holds."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

from server import __version__
from server.feature import command, feature

if TYPE_CHECKING:
    from server.session import Session


@command("graphlens.debugReport")
async def debug_report(session: Session, *arguments: Any) -> str:
    """Versions, settings and timings; nothing of the user's text, no paths of documents."""
    return report(session)


@feature("graphlens/debugReport")
async def debug_report_request(session: Session, params: object) -> dict[str, str]:
    """The same as a request."""
    return {"text": report(session)}


@feature("graphlens/debugCounts")
async def debug_counts(session: Session, params: object) -> dict[str, int]:
    """How many things are held; none may grow with the number of edits."""
    return counts(session)


@feature("graphlens/debugText")
async def debug_text(session: Session, params: Any) -> str | None:
    """The server's text of an open document: it must equal the editor's."""
    uri = params.get("uri") if isinstance(params, dict) else None
    document = session.document(uri) if isinstance(uri, str) else None
    return None if document is None else document.text


def counts(session: Session) -> dict[str, int]:
    """How many documents, futures and processes there are."""
    return {
        "documents": len(session.server.workspace.text_documents),
        "futures": len(session.server.protocol.requests_in_flight()),
        "analysisRestarts": session.analysis.restarts,
        "workers": session.runs.workers,
    }


def report(session: Session) -> str:
    """The report's text."""
    lines = [
        f"graphlens {__version__}",
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"isolated: {bool(sys.flags.isolated)}",
        f"trusted: {session.trusted}",
        f"position encoding: {session.server.workspace.position_encoding}",
        f"pull diagnostics: {session.client.pulls_diagnostics}",
        f"analysis: {session.analysis.state}, restarts {session.analysis.restarts}",
        *(f"last {job}: {ms} ms" for job, ms in sorted(session.analysis.last_ms.items())),
        *(f"{name}: {number}" for name, number in counts(session).items()),
    ]
    return "\n".join(lines) + "\n"
