"""Nothing of the workspace is run unless it is trusted and the user asks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conversation import Conversation


def hostile(tmp_path: Path) -> tuple[str, Path, str]:
    marker = tmp_path / "marker"
    code = (
        f"open({str(marker)!r}, 'w').close()\n"
        "import engine as tf\n@tf.function\ndef f(x):\n    return x\n"
    )
    path = tmp_path / "hostile.py"
    path.write_text(code)
    return path.as_uri(), marker, code


def test_an_untrusted_workspace_is_not_run(server: Conversation, tmp_path: Path) -> None:
    uri, marker, code = hostile(tmp_path)
    server.initialize(folders=[tmp_path])
    server.open(uri, code)
    assert server.call("graphlens/status")["trusted"] is False
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    for mode in ("run", "trace"):
        answer = server.call("graphlens/run", {**params, "mode": mode})
        assert answer["ok"] is False
        assert answer["error"]["kind"] == "untrusted"
    for command in ("graphlens.run", "graphlens.trace"):
        answer = server.call(
            "workspace/executeCommand", {"command": command, "arguments": [uri, "f", ["1"]]}
        )
        assert answer["error"]["kind"] == "untrusted"
    lenses = server.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert [lens["data"]["kind"] for lens in lenses] == ["code"]
    assert not marker.exists()


def test_only_a_true_true_is_trust(server: Conversation, tmp_path: Path) -> None:
    server.initialize(options={"trusted": "yes"}, folders=[tmp_path])
    assert server.call("graphlens/status")["trusted"] is False


def test_trust_that_comes_later(server: Conversation, tmp_path: Path) -> None:
    uri, marker, code = hostile(tmp_path)
    server.initialize(folders=[tmp_path])
    server.open(uri, code)
    server.notify("graphlens/trustGranted")
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    assert server.call("graphlens/run", params)["ok"] is True
    assert marker.exists()


def workers(server: Conversation) -> int:
    return int(server.call("graphlens/debugCounts")["workers"])


def lenses_of(server: Conversation, uri: str) -> None:
    server.call("textDocument/codeLens", {"textDocument": {"uri": uri}})


def test_a_worker_starts_ahead_of_the_first_run_and_runs_nothing(
    server: Conversation, tmp_path: Path
) -> None:
    from conversation import children

    uri, marker, code = hostile(tmp_path)
    for name in ("numpy", "engine", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(code)
    server.initialize(options={"trusted": True}, folders=[tmp_path])
    server.open(uri, code)
    server.published(uri)
    before = children(server.process.pid)
    lenses_of(server, uri)
    assert workers(server) == 1
    (ahead,) = server.wait(lambda: children(server.process.pid) - before)
    assert not marker.exists()
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    assert server.call("graphlens/run", params)["ok"] is True
    assert ahead in children(server.process.pid)
    server.stop()
    server.wait(lambda: not Path(f"/proc/{ahead}").exists())


def test_no_worker_starts_ahead_where_nothing_may_run(server: Conversation, tmp_path: Path) -> None:
    uri, _, code = hostile(tmp_path)
    server.initialize(folders=[tmp_path])
    server.open(uri, code)
    lenses_of(server, uri)
    assert workers(server) == 0
    server.notify("graphlens/trustGranted")
    lenses_of(server, uri)
    assert workers(server) == 1


def test_an_interpreter_of_the_workspace_does_not_start_ahead(
    server: Conversation, tmp_path: Path
) -> None:
    uri, marker, code = hostile(tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\ntouch {marker}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    server.initialize(options={"trusted": True, "interpreter": str(python)}, folders=[tmp_path])
    server.open(uri, code)
    lenses_of(server, uri)
    assert workers(server) == 0
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    assert server.call("graphlens/run", params)["ok"] is True
    assert marker.exists()


def test_a_folder_raises_no_limit_and_names_no_interpreter(
    server: Conversation, tmp_path: Path
) -> None:
    """Limits and executables come from the user's own settings, not from a folder's."""
    from conversation import MODERN

    server.answers["workspace/configuration"] = lambda params: [
        None if item.get("scopeUri") is None
        else {"run": {"timeout": 9999}, "worker": {"interpreter": "/nowhere/evil"}}
        for item in params["items"]
    ]  # fmt: skip
    uri, _, code = hostile(tmp_path)
    server.initialize(MODERN, {"trusted": True}, folders=[tmp_path])
    server.open(uri, code)
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    assert server.call("graphlens/run", params)["ok"] is True
    assert server.call("graphlens/status")["interpreter"] != "/nowhere/evil"
