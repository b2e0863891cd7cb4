"""Mistakes in `[tool.graphlens]` of a `pyproject.toml`, as diagnostics on their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from server.feature import feature, listener
from server.programs import NO_TEXT

if TYPE_CHECKING:
    from server.session import Session


@feature(types.INITIALIZED)
async def initialized(session: Session, params: object) -> None:
    """Looks once at the start."""
    await check(session)


@listener("reconfigured")
def reconfigured(session: Session) -> None:
    """Looks again when a project file may have changed."""
    if session.started:
        session.spawn(check(session))


async def check(session: Session) -> None:
    """Publishes what is wrong with the project files of the folders."""
    for folder in list(session.server.workspace.folders.values()):
        path = to_fs_path(folder.uri)
        if path is None:
            continue
        answer = await session.analysis.ask(NO_TEXT, "project_problem", path, urgency=2)
        uri = from_fs_path(answer["path"]) if answer else None
        if uri is None:
            continue
        found = [_diagnostic(answer["line"] - 1, answer["message"])] if answer["message"] else []
        reported: set[str] = session.room("project files", set)
        if found or uri in reported:
            reported.add(uri)
            session.server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri=uri, diagnostics=found)
            )


def _diagnostic(line: int, message: str) -> types.Diagnostic:
    return types.Diagnostic(
        range=types.Range(types.Position(line, 0), types.Position(line, 1000)),
        message=message,
        severity=types.DiagnosticSeverity.Error,
        code="project",
        source="graphlens",
    )
