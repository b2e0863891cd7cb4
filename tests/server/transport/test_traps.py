"""Each trap of pygls over real stdio: what it would do, and what happens instead."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conversation import PATIENCE, children

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversation import Conversation

URI = "file:///nowhere/a.py"


def test_a_lines_end_where_lsp_says(server: Conversation) -> None:
    """An edit below a form feed lands where the editor made it."""
    server.initialize()
    server.open(URI, "a = 1 \x0c\x0b\x1c\x85\u2028\nprint('old')\n")
    server.change(URI, 2, {"range": _range(1, 7, 1, 10), "text": "new"})
    assert server.call("graphlens/debugText", {"uri": URI}) == (
        "a = 1 \x0c\x0b\x1c\x85\u2028\nprint('new')\n"
    )


def test_b_columns_beyond_the_last_line_are_its_end(server: Conversation) -> None:
    server.initialize()
    server.open(URI, "abc")
    server.change(URI, 2, {"range": _range(0, 99, 0, 99), "text": "d"})
    assert server.call("graphlens/debugText", {"uri": URI}) == "abcd"


def test_c_notifications_leave_nothing_behind(server: Conversation) -> None:
    server.initialize()
    server.open(URI, "")
    for version in range(2, 502):
        server.change(URI, version, {"range": _range(0, 0, 0, 0), "text": "x"})
    counted = server.wait(lambda: server.call("graphlens/debugCounts")["futures"] <= 5)
    assert counted


def test_d_shutdown_while_commands_are_in_flight(server: Conversation) -> None:
    server.initialize()
    server.open(URI, "x = 1\n")
    asked = [
        server.ask("workspace/executeCommand", {"command": "graphlens.debugReport"})
        for _ in range(20)
    ]
    down = server.ask("shutdown")
    assert "error" not in server.reply(down)
    for number in asked:
        server.reply(number)
    server.notify("exit")
    assert server.end() == 0


def test_e_what_is_printed_stays_out_of_the_protocol(start: Callable[..., Conversation]) -> None:
    """Python, the C level and child processes write to stdout; the conversation goes on."""
    program = (
        "import os, subprocess, sys\n"
        "from server.features import lifecycle\n"
        "from lsprotocol import types\n"
        "from server.feature import feature\n"
        "@feature('graphlens/test')\n"
        "async def noisy(session, params):\n"
        "    print('printed', flush=True)\n"
        "    os.write(1, b'written')\n"
        "    subprocess.run([sys.executable, '-c', 'print(1)'])\n"
        "    return sys.stdin.read()\n"
        "from server.__main__ import main\n"
        "code = main(['--stdio'])\n"
        "os._exit(code)\n"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    server = start(command=[sys.executable, "-c", program], cwd=root)
    server.initialize()
    assert server.call("graphlens/test") == ""
    assert server.call("graphlens/test") == ""
    assert server.stop() == 0
    assert b"".join(server.stderr).count(b"printed") == 2


@pytest.mark.parametrize(
    "params",
    [None, 5, [], {}, {"textDocument": {"uri": 5}}, {"textDocument": {"uri": URI}, "position": 1}],
)
def test_f_params_that_do_not_fit_are_answered(server: Conversation, params: object) -> None:
    server.initialize()
    assert server.error("textDocument/hover", params)["code"] == -32602
    assert server.stop() == 0


def test_g_system_exit_in_a_handler_is_an_error_reply(start: Callable[..., Conversation]) -> None:
    program = (
        "import os, sys\n"
        "from server.features import lifecycle\n"
        "from server.feature import feature\n"
        "@feature('graphlens/test')\n"
        "async def leave(session, params):\n"
        "    sys.exit(0)\n"
        "from server.__main__ import main\n"
        "os._exit(main(['--stdio']))\n"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    server = start(command=[sys.executable, "-c", program], cwd=root)
    server.initialize()
    assert server.error("graphlens/test")["code"] == -32603
    assert server.stop() == 0


def test_g_exit_without_shutdown_is_a_failure(server: Conversation) -> None:
    server.initialize()
    server.notify("exit")
    assert server.end() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_h_the_server_follows_its_client(start: Callable[..., Conversation]) -> None:
    """The client is killed while somebody else (this test) still holds the pipe."""
    client = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    server = start()
    server.initialize(process_id=client.pid)
    client.send_signal(signal.SIGKILL)
    client.wait()
    assert server.process.wait(PATIENCE) == 1


def test_i_the_end_does_not_wait_for_threads(start: Callable[..., Conversation]) -> None:
    program = (
        "import os, threading, time\n"
        "threading.Thread(target=time.sleep, args=(3600,)).start()\n"
        "from server.__main__ import main\n"
        "os._exit(main(['--stdio']))\n"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    server = start(command=[sys.executable, "-c", program], cwd=root)
    server.initialize()
    server.call("shutdown")
    server.notify("exit")
    assert server.process.wait(PATIENCE) == 0


def test_i_end_of_input_is_the_end(server: Conversation) -> None:
    server.initialize()
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(PATIENCE) == 1


def test_j_before_initialize_and_after_shutdown(server: Conversation) -> None:
    assert server.error("textDocument/hover", server.at(URI, 0, 0))["code"] == -32002
    server.notify("textDocument/didOpen", {})
    server.initialize()
    assert server.error("initialize", {"capabilities": {}})["code"] == -32600
    server.call("shutdown")
    assert server.error("textDocument/hover", server.at(URI, 0, 0))["code"] == -32600
    server.notify("exit")
    assert server.end() == 0


def test_m_odd_headers_are_understood(server: Conversation) -> None:
    body = json.dumps(
        {"jsonrpc": "2.0", "id": "x", "method": "initialize", "params": {"capabilities": {}}}
    ).encode()
    server.send_bytes(b"garbage\r\ncontent-length:%d\ncontent-type: y\n\n" % len(body) + body)
    assert "result" in server.reply("x")


def test_n_changes_of_unknown_documents_are_no_popup(server: Conversation) -> None:
    server.initialize()
    server.change(URI, 2, {"text": "x"})
    server.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": URI, "version": 2}, "change": {}},
    )
    server.close_document(URI)
    assert server.call("textDocument/hover", server.at(URI, 0, 0)) is None
    shown = [m for m in server.notifications if m["method"].startswith("window/showMessage")]
    assert shown == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"[1,2]",
        b"5",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"id": 1, "method": "shutdown"}',
        b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b', "method": "x"}',
        b'{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}',
        b'{"jsonrpc": "2.0", "method": 5}',
        b'{"jsonrpc": "2.0", "id": "never asked", "result": 5}',
        b'{"jsonrpc": "2.0", "id": "never asked", "error": {"code": 1, "message": "x"}}',
        b'{"jsonrpc": "2.0"}',
    ],
)
def test_broken_messages_change_nothing(server: Conversation, body: bytes) -> None:
    server.initialize()
    server.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert server.call("textDocument/hover", server.at(URI, 0, 0)) is None
    assert server.stop() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_an_id_in_use_is_refused(server: Conversation) -> None:
    """The analysis is held, so that the first request is surely being answered still."""
    server.initialize()
    (analysis,) = children(server.process.pid)
    os.kill(analysis, signal.SIGSTOP)
    server.open(URI, "x = 1\n")
    request = {"jsonrpc": "2.0", "id": "same", "method": "textDocument/codeAction"}
    request["params"] = {
        "textDocument": {"uri": URI},
        "range": _range(0, 0, 0, 1),
        "context": {"diagnostics": []},
    }
    server.send(request)
    server.send(request)
    assert server.reply("same")["error"]["code"] == -32600
    os.kill(analysis, signal.SIGCONT)
    replies = server.wait(lambda: len(server.replies["same"]) == 2 and server.replies["same"])
    assert replies[1]["result"] == []


def test_a_change_that_cannot_be_read_makes_the_document_unknown(server: Conversation) -> None:
    """Better no answers about a text than wrong ones."""
    server.initialize()
    server.open(URI, "abc")
    server.change(URI, 2, {"range": {"start": {"line": -1, "character": 0}}, "text": "x"})
    assert server.call("graphlens/debugText", {"uri": URI}) is None
    server.open(URI, "new", 3)
    assert server.call("graphlens/debugText", {"uri": URI}) == "new"


def _range(line: int, start: int, end_line: int, end: int) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": line, "character": start},
        "end": {"line": end_line, "character": end},
    }
