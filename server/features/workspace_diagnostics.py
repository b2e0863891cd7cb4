"""Findings of files that are not open, where the user asks for the whole workspace."""

from __future__ import annotations

import asyncio
import os
from hashlib import blake2s
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from server.feature import feature, listener
from server.features.diagnostics import by_document, result_id
from server.programs import document_program
from server.progress import progress
from server.transport.documents import Document
from server.transport.files import MAX_BYTES, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.session import Session

_SKIPPED = {"node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist"}
_MAX_FILES = 5000


@feature(types.WORKSPACE_DIAGNOSTIC)
async def pull_workspace(
    session: Session, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """The findings of all files; but for the first, an answer comes when there is news."""
    known = {one.uri: one.value for one in params.previous_result_ids}
    while True:
        news = _news(session)
        reports = await _reports(session, known, params.partial_result_token)
        if reports is not None or session.rooms.get("workspace asked") is None:
            session.rooms["workspace asked"] = True
            return types.WorkspaceDiagnosticReport(items=reports or [])
        await news.wait()


def _news(session: Session) -> asyncio.Event:
    """An event that is set when an answer may have become another one."""
    event: asyncio.Event = session.room("workspace news", asyncio.Event)
    if event.is_set():
        event = session.rooms["workspace news"] = asyncio.Event()
    return event


@listener("reconfigured")
def reconfigured(session: Session) -> None:
    """Lets a held request look again."""
    session.room("workspace news", asyncio.Event).set()


async def _reports(
    session: Session, known: dict[str, str], token: int | str | None
) -> list[types.WorkspaceDocumentDiagnosticReport] | None:
    """The reports of what has changed; None if nothing has."""
    files: list[str] = []
    if session.settings.user_options().workspace_diagnostics:
        roots = [to_fs_path(folder.uri) for folder in session.server.workspace.folders.values()]
        files = await asyncio.to_thread(
            lambda: [path for root in roots if root for path in python_files(root)]
        )
    gone = [uri for uri in known if to_fs_path(uri) not in set(files)]
    reports: list[types.WorkspaceDocumentDiagnosticReport] = [
        types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=[]) for uri in gone
    ]
    sent = False
    async with progress(session, "Checking the workspace"):
        for path in files:
            uri = from_fs_path(path)
            if uri is None or session.document(uri) is not None:
                continue
            report = await _report(session, uri, path, known.get(uri))
            if report is not None and token is not None:
                _send_part(session, token, report)
                sent = True
            elif report is not None:
                reports.append(report)
    return reports if reports or sent else None


async def _report(
    session: Session, uri: str, path: str, known: str | None
) -> types.WorkspaceFullDocumentDiagnosticReport | None:
    text = await asyncio.to_thread(read_text, path)
    if text is None:
        return None
    stamp = session.settings.for_rules(uri)[1]
    identity = blake2s(f"{stamp}\0{text}".encode("utf-8", "replace"), digest_size=12).hexdigest()
    cache: dict[str, tuple[str, list[types.Diagnostic]]] = session.room("workspace", dict)
    if uri not in cache or cache[uri][0] != identity:
        encoding = session.server.workspace.position_encoding
        document = Document(uri, text, 0, "python", position_codec=PositionCodec(encoding))
        program = document_program(document, *session.settings.for_rules(uri))
        facts = await session.detached_facts(program)
        cache[uri] = (identity, by_document(session, facts).get(uri, []))
    items = cache[uri][1]
    answer_id = result_id(items)
    if answer_id == known or (known is None and not items):
        return None
    return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=items, result_id=answer_id)


def _send_part(
    session: Session, token: int | str, report: types.WorkspaceFullDocumentDiagnosticReport
) -> None:
    session.server.progress(
        types.ProgressParams(token, types.WorkspaceDiagnosticReportPartialResult([report]))
    )


def python_files(root: str) -> Iterator[str]:
    """The Python files of a folder; hidden folders, environments and big files left out."""
    count = 0
    for folder, folders, names in os.walk(root):  # links to folders are not followed
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".py") and not os.path.islink(path) and os.path.isfile(path):
                if os.path.getsize(path) <= MAX_BYTES:
                    count += 1
                    if count > _MAX_FILES:
                        return
                    yield path
