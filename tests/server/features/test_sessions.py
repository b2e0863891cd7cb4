"""What changes in the middle of a session: trust, interpreter, progress, a watched workspace."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient
from samples import CODE

if TYPE_CHECKING:
    from collections.abc import Callable

SERVER = Path(__file__).resolve().parents[3] / "server" / "__main__.py"
CLEAN = CODE.replace("print(", "tf.print(", 1)
SLOW = "import time\nimport engine as tf\n@tf.function\ndef slow(x):\n    time.sleep(120)\n"

pytestmark = pytest.mark.asyncio


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-I", "-B", str(SERVER), "--stdio"])
)
async def client(lsp_client: LanguageClient) -> Any:
    """Not initialized: each test says what its editor can do."""
    for method in (types.CLIENT_REGISTER_CAPABILITY, types.WORKSPACE_CODE_LENS_REFRESH):
        lsp_client.feature(method)(lambda params: None)
    yield
    await lsp_client.shutdown_session()


async def initialize(client: LanguageClient, folder: Path, **options: Any) -> None:
    await client.initialize_session(
        types.InitializeParams(
            process_id=None,
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
            capabilities=types.ClientCapabilities(
                text_document=types.TextDocumentClientCapabilities(
                    diagnostic=types.DiagnosticClientCapabilities()
                ),
                workspace=types.WorkspaceClientCapabilities(
                    code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True)
                ),
                window=types.WindowClientCapabilities(work_done_progress=True),
            ),
            initialization_options=options,
        )
    )


def opened(client: LanguageClient, path: Path, text: str) -> str:
    path.write_text(text)
    item = types.TextDocumentItem(path.as_uri(), "python", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return path.as_uri()


async def ask(client: LanguageClient, method: str, params: Any = None) -> Any:
    return await client.protocol.send_request_async(method, params)


def run_of(uri: str, function: str = "step") -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "function": function, "arguments": ["tf.constant(3)"]}


async def until(condition: Callable[[], Any]) -> Any:
    """The value of a condition once it is true; the test's own limit ends the waiting."""
    while not (value := condition()):
        await asyncio.sleep(0.02)
    return value


async def pulled(
    client: LanguageClient, known: dict[str, str], token: str | None = None
) -> types.WorkspaceDiagnosticReport:
    previous = [types.PreviousResultId(uri, value) for uri, value in known.items()]
    return await client.workspace_diagnostic_async(
        types.WorkspaceDiagnosticParams(previous, partial_result_token=token)
    )


def codes(report: Any) -> list[str]:
    return [str(item.code) for item in report.items]


async def test_the_files_of_a_workspace_are_checked_where_that_is_on(
    client: LanguageClient, tmp_path: Path
) -> None:
    for name in ("a.py", "deep/b.py", ".venv/c.py", "node_modules/d.py", "deep/clean.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CLEAN.partition("# example")[0] if "clean" in name else CODE)
    await initialize(client, tmp_path, settings={"diagnosticMode": "workspace"})
    uri = opened(client, tmp_path / "opened.py", CODE)
    first = await pulled(client, {})
    assert {report.uri: codes(report) for report in first.items} == {
        (tmp_path / name).as_uri(): ["GR201", "GR101"] for name in ("a.py", "deep/b.py")
    }
    own = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert codes(own) == ["GR201", "GR101"]

    known = {report.uri: str(report.result_id) for report in first.items}
    held = asyncio.ensure_future(pulled(client, known))
    await ask(client, "graphlens/status")
    assert not held.done()  # nothing is new: the answer waits until something is
    (tmp_path / "a.py").write_text(CLEAN.partition("# example")[0])
    client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [types.FileEvent((tmp_path / "a.py").as_uri(), types.FileChangeType.Changed)]
        )
    )
    second = await held
    assert {report.uri: codes(report) for report in second.items} == {
        (tmp_path / "a.py").as_uri(): []
    }


async def test_the_files_of_a_workspace_come_one_by_one_where_that_is_asked(
    client: LanguageClient, tmp_path: Path
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(CODE)
    await initialize(client, tmp_path, settings={"diagnosticMode": "workspace"})
    parts: list[Any] = []
    # The client of pytest-lsp knows progress of work only.
    client.protocol.fm.builtin_features[types.PROGRESS] = parts.append
    report = await pulled(client, {}, token="parts")
    assert list(report.items) == []
    assert [part.value["items"][0]["uri"] for part in parts if part.token == "parts"] == [
        (tmp_path / name).as_uri() for name in ("a.py", "b.py")
    ]


async def test_trust_that_is_granted_later(client: LanguageClient, tmp_path: Path) -> None:
    await initialize(client, tmp_path)
    uri = opened(client, tmp_path / "a.py", CODE)
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))

    async def kinds() -> set[str]:
        lenses = await client.text_document_code_lens_async(params)
        return {lens.data["kind"] for lens in lenses or ()}

    assert await kinds() == {"code"}
    refused = await ask(client, "graphlens/run", run_of(uri))
    assert refused.error.kind == "untrusted"
    assert (await ask(client, "graphlens/status")).trusted is False
    client.protocol.notify("graphlens/trustGranted", None)
    assert (await ask(client, "graphlens/status")).trusted is True
    assert await kinds() == {"code", "trace", "run"}
    assert (await ask(client, "graphlens/run", run_of(uri))).ok


async def test_another_interpreter_in_the_middle_of_a_session(
    client: LanguageClient, tmp_path: Path
) -> None:
    """The runs so far stay known, and the next one is in a process of the new Python."""
    other = tmp_path / "other-python"
    other.write_text(f'#!/bin/sh\ntouch "{tmp_path}/used"\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    await initialize(client, tmp_path, trusted=True)
    uri = opened(client, tmp_path / "a.py", CODE)
    assert (await ask(client, "graphlens/run", run_of(uri))).ok
    assert not (tmp_path / "used").exists()
    for interpreter in (None, 5, str(other)):
        client.protocol.notify("graphlens/interpreterChanged", {"interpreter": interpreter})
    while True:
        status = await ask(client, "graphlens/status")
        if (status.interpreter, status.worker) == (str(other), "off"):
            break
        await asyncio.sleep(0.02)
    lenses = await client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri))
    )
    assert "traces" in {lens.data["kind"] for lens in lenses or ()}
    assert (await ask(client, "graphlens/run", run_of(uri))).ok
    assert (tmp_path / "used").exists()


async def test_cancelling_a_progress_ends_the_run(client: LanguageClient, tmp_path: Path) -> None:
    await initialize(client, tmp_path, trusted=True)
    uri = opened(client, tmp_path / "a.py", SLOW)
    asked = asyncio.ensure_future(ask(client, "graphlens/run", run_of(uri, "slow")))

    def begun() -> str | None:
        for token, values in client.progress_reports.items():
            if any(isinstance(value, types.WorkDoneProgressBegin) for value in values):
                return str(token)
        return None

    token = await until(begun)
    (begin,) = client.progress_reports[token]
    assert (begin.title, begin.cancellable) == ("Running slow", True)
    client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    answer = await asked
    assert answer.error.kind == "interrupted"
    await until(lambda: isinstance(client.progress_reports[token][-1], types.WorkDoneProgressEnd))
    again = opened(client, tmp_path / "b.py", CODE)
    assert (await ask(client, "graphlens/run", run_of(again))).ok


async def test_a_setting_brings_unused_nodes_into_the_traced_graph(
    client: LanguageClient, tmp_path: Path
) -> None:
    changed: list[str] = []
    client.feature("graphlens/graphCodeChanged")(lambda params: changed.append(params.uri))
    await initialize(client, tmp_path, trusted=True)
    text = CODE.replace("    return x\n", "    tf.sin(1.0)\n    return x\n")
    uri = opened(client, tmp_path / "a.py", text)
    view = {"textDocument": {"uri": uri}, "function": "step", "view": "traced"}
    assert (await ask(client, "graphlens/run", run_of(uri))).ok
    assert "Sin(" not in (await ask(client, "graphlens/graphCode", view)).text
    settings = {"graphlens": {"graph": {"unusedNodes": True}}}
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
    (shown,) = await until(lambda: changed)
    code = await ask(client, "graphlens/graphCode", view)
    assert "Sin(" in code.text
    assert code.uri == shown
