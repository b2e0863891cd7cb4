"""Storms, fuzz, soak and deaths over real stdio.

The numbers are those of each commit; `make soak` raises them through `GRAPHLENS_SOAK`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conversation import MODERN, PATIENCE, SERVER, Conversation, children

from tests.chance import chance

if TYPE_CHECKING:
    from collections.abc import Callable

SOAK = int(os.environ.get("GRAPHLENS_SOAK", "1"))
URI = "file:///nowhere/storm.py"
CODE = """import engine as tf

@tf.function
def step(x):
    print(x)
    if x > 0:
        y = 1
    return y

@tf.function
def make(x):
    v = tf.Variable(1.0)
    return v + x
"""
PIECES = [
    "x", " ", "\n", "    ", "(", ")", ":", "if x > 0:\n", "print(x)\n", "@tf.function\n", "return",
    "'", '"""', "\\", "#", "\t", "\r\n", "\u2028", "\U0001f600", "é", "def f(a):\n", "tf.",
]  # fmt: skip
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")


def memory(pid: int) -> int:
    """Resident kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def alive(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.add(pid)
    return found


def ended(pids: set[int]) -> bool:
    """Whether processes end of themselves; how soon is for a machine of its own to say."""
    end = time.monotonic() + PATIENCE
    while alive(pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pids)


class Typist:
    """Random edits of a document, with the text as the editor has it."""

    def __init__(self, server: Conversation, uri: str, source: random.Random) -> None:
        self.server, self.uri, self.source = server, uri, source
        self.text, self.version = CODE, 1
        server.open(uri, CODE)

    def position(self, offset: int) -> dict[str, int]:
        before = self.text[:offset].replace("\r\n", " \n").replace("\r", "\n")
        line = before.count("\n")
        column = before.rpartition("\n")[2]
        return {"line": line, "character": len(column.encode("utf-16-le")) // 2}

    def edit(self) -> None:
        at = self.source.randrange(len(self.text) + 1)
        end = min(len(self.text), at + self.source.choice([0, 0, 0, 1, 2, 8]))
        if "\r" in self.text[max(0, at - 1) : end + 1]:
            return
        piece = self.source.choice(PIECES)
        start_place, end_place = self.position(at), self.position(end)
        self.text = self.text[:at] + piece + self.text[end:]
        self.version += 1
        self.server.change(
            self.uri,
            self.version,
            {"range": {"start": start_place, "end": end_place}, "text": piece},
        )


def findings(server: Conversation, uri: str) -> list[tuple[Any, ...]]:
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return [(one["code"], str(one["range"]), one["message"]) for one in report["items"]]


def test_t7_findings_after_edits_are_those_of_a_fresh_text(server: Conversation) -> None:
    source = chance("t7_findings_after_edits_are_those_of_a_fresh_text")
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    for run in range(200 * SOAK):
        typist = Typist(server, f"file:///nowhere/a{run}.py", source)
        for _ in range(source.randint(1, 12)):
            typist.edit()
            if source.random() < 0.2:
                server.ask("textDocument/diagnostic", {"textDocument": {"uri": typist.uri}})
        edited = findings(server, typist.uri)
        assert server.call("graphlens/debugText", {"uri": typist.uri}) == typist.text
        server.close_document(typist.uri)
        server.open(typist.uri, typist.text, 1)
        assert findings(server, typist.uri) == edited, typist.text
        server.close_document(typist.uri)


@linux
def test_t9_soak(server: Conversation) -> None:
    """Edits and requests mixed: every request is answered, memory does not grow."""
    source = chance("t9_soak")
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    typist = Typist(server, URI, source)
    document = {"textDocument": {"uri": URI}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 20, "character": 0}}
    asks: list[Callable[[], int]] = [
        lambda: server.ask("textDocument/hover", server.at(URI, source.randrange(15), 5)),
        lambda: server.ask("textDocument/codeLens", document),
        lambda: server.ask("textDocument/inlayHint", {**document, "range": whole}),
        lambda: server.ask("textDocument/diagnostic", document),
        lambda: server.ask(
            "textDocument/codeAction", {**document, "range": whole, "context": {"diagnostics": []}}
        ),
    ]
    asked, baseline = [], 0
    pids = {server.process.pid, *children(server.process.pid)}
    edits = 2000 * SOAK
    for number in range(edits):
        typist.edit()
        if number % 4 == 0:
            asked.append(source.choice(asks)())
        if number % 200 == 199:
            typist.text, typist.version = CODE, typist.version + 1
            server.change(URI, typist.version, {"text": CODE})
            server.reply(server.ask("textDocument/diagnostic", document))
        if number == min(1000, edits // 2):
            baseline = sum(memory(pid) for pid in pids)
    for one in asked:
        server.reply(one)
    assert sum(memory(pid) for pid in pids) - baseline < 30_000
    counts = server.call("graphlens/debugCounts")
    assert counts["futures"] < 10
    assert counts["analysisRestarts"] == 0
    assert all(len(server.replies[one]) == 1 for one in asked)


def test_t10_a_thousand_requests_most_of_them_cancelled(server: Conversation) -> None:
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    server.open(URI, CODE * 20)
    document = {"textDocument": {"uri": URI}}
    asked, cancelled = [], []
    for number in range(1000):
        if number % 3 == 0:
            params = server.at(URI, number % 200, 4)
            asked.append(server.ask("textDocument/hover", params))
        else:
            method = ("textDocument/diagnostic", "textDocument/codeLens")[number % 2]
            asked.append(server.ask(method, document))
        if number % 10:
            server.notify("$/cancelRequest", {"id": asked[-1]})
            cancelled.append(asked[-1])
    for one in asked:
        reply = server.reply(one)
        assert "result" in reply or reply["error"]["code"] == -32800, reply
    server.wait(lambda: server.call("graphlens/debugCounts")["futures"] < 10)
    assert all(len(server.replies[one]) == 1 for one in asked)


@linux
def test_t10_cancelling_does_not_wait_for_the_work(server: Conversation) -> None:
    """The analysis is held, so that only the cancellation can bring the reply."""
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    (analysis,) = children(server.process.pid)
    os.kill(analysis, signal.SIGSTOP)
    server.open(URI, CODE)
    asked = [
        server.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}}),
        server.ask("textDocument/hover", server.at(URI, 3, 5)),
        server.ask("textDocument/codeLens", {"textDocument": {"uri": URI}}),
    ]
    assert server.call("graphlens/debugText", {"uri": URI}) == CODE
    assert not [one for one in asked if one in server.replies]
    for one in asked:
        server.notify("$/cancelRequest", {"id": one})
    for one in asked:
        assert server.reply(one)["error"]["code"] == -32800
    os.kill(analysis, signal.SIGCONT)
    assert "GR201" in {code for code, _, _ in findings(server, URI)}
    assert all(len(server.replies[one]) == 1 for one in asked)


def test_t10_two_hundred_documents_at_once(server: Conversation) -> None:
    server.initialize(options={"settings": {"debounce": 0}})
    uris = [f"file:///nowhere/many{number}.py" for number in range(200)]
    for uri in uris:
        server.open(uri, CODE)
    for uri in uris:
        assert {one["code"] for one in server.published(uri, 1)} >= {"GR201", "GR101"}
    for uri in uris:
        server.close_document(uri)
    server.wait(lambda: server.call("graphlens/debugCounts")["documents"] == 0)
    for uri in uris:
        server.wait(lambda uri=uri: server.published(uri) == [])


def test_t10_edits_while_the_workspace_is_checked(start: Any, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"module{number}.py").write_text(CODE)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "module.py").write_text(CODE)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "module.py").write_text(CODE)
    (tmp_path / "loop").symlink_to(tmp_path)
    server = start()
    settings = {"debounce": 0, "diagnosticMode": "workspace"}
    capabilities = {**MODERN, "workspace": {**MODERN["workspace"], "configuration": False}}
    server.initialize(capabilities, {"settings": settings}, folders=[tmp_path])
    source = random.Random(5)
    typist = Typist(server, URI, source)
    asked = server.ask(
        "workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "part"}
    )
    for _ in range(100):
        typist.edit()
        server.ask("textDocument/hover", server.at(URI, 3, 5))
    reply = server.reply(asked)["result"]
    parts = [
        item
        for message in server.notifications
        if message["method"] == "$/progress" and message["params"]["token"] == "part"
        for item in message["params"]["value"]["items"]
    ]
    reported = {item["uri"] for item in [*reply["items"], *parts] if item["items"]}
    assert reported == {(tmp_path / f"module{number}.py").as_uri() for number in range(40)}
    assert server.call("graphlens/debugText", {"uri": URI}) == typist.text


def test_t11_protocol_fuzz(start: Callable[..., Conversation]) -> None:
    """Broken bytes: alive afterwards, or gone in good order; never hung."""
    source = chance("t11_protocol_fuzz")
    server = start()
    server.initialize(MODERN)
    server.open(URI, CODE)
    bodies = [
        {"jsonrpc": "2.0", "id": "f", "method": "textDocument/hover",
         "params": server.at(URI, 3, 5)},
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {
            "uri": "file:///nowhere/other.py", "version": 2}, "contentChanges": [{"text": CODE}]}},
        {"jsonrpc": "2.0", "id": "c", "method": "workspace/executeCommand", "params": {
            "command": "graphlens.showGraphCode", "arguments": [URI, "step"]}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 5}},
        {"jsonrpc": "2.0", "id": "g", "method": "graphlens/graphCode", "params": {
            "textDocument": {"uri": URI}, "function": "step"}},
    ]  # fmt: skip
    for _ in range(500 * SOAK):
        body = bytearray(json.dumps(source.choice(bodies)).encode())
        for _ in range(source.randint(0, 6)):
            at = source.randrange(len(body))
            kind = source.randrange(3)
            if kind == 0:
                body[at] = source.randrange(256)
            elif kind == 1:
                del body[at : at + source.randint(1, 5)]
            else:
                body[at:at] = bytes(source.choices(b'{}[]",:0a\xff', k=3))
            if not body:
                body += b"{"
        if b"shutdown" in body or b"exit" in body:
            continue
        server.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + bytes(body))
    uri = "file:///nowhere/after.py"
    server.open(uri, CODE)
    assert "GR201" in {code for code, _, _ in findings(server, uri)}
    server.send_bytes(b"Content-Length: 99999\r\n\r\n{")
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(PATIENCE) == 1


@linux
def test_t13_nothing_is_left_after_a_kill(start: Callable[..., Conversation]) -> None:
    """The server is killed while user code runs: nothing of ours lives on, no folder stays."""
    for _ in range(1 if SOAK == 1 else 5):
        server = start()
        server.initialize(MODERN, {"trusted": True})
        code = "import engine as tf, time\n@tf.function\ndef f(x):\n    time.sleep(3600)\n"
        server.open(URI, code)
        server.ask("graphlens/run", {
            "textDocument": {"uri": URI}, "function": "f", "arguments": ["1"]})  # fmt: skip
        server.wait(lambda one=server: one.call("graphlens/status")["worker"] == "running")
        server.wait(lambda one=server: len(children(one.process.pid)) >= 2)
        pids = children(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert ended(pids)
    left = list(Path(tempfile.gettempdir()).glob(f"graphlens-run-{server.process.pid}-*"))
    from engine.worker.leftovers import remove_left_folders

    remove_left_folders()
    assert not [folder for folder in left if folder.exists()]


@linux
@pytest.mark.parametrize("how", ["SIGTERM", "end of input", "exit"])
def test_t13_all_processes_end_with_the_server(
    start: Callable[..., Conversation], how: str
) -> None:
    server = start()
    server.initialize(MODERN, {"trusted": True})
    server.open(URI, CODE)
    params = {"textDocument": {"uri": URI}, "function": "step", "arguments": ["tf.constant(1)"]}
    server.call("graphlens/run", params)
    pids = children(server.process.pid)
    assert len(pids) >= 2
    if how == "SIGTERM":
        server.process.send_signal(signal.SIGTERM)
    elif how == "exit":
        server.notify("exit")
    else:
        assert server.process.stdin is not None
        server.process.stdin.close()
    server.process.wait(PATIENCE)
    assert ended(pids)
    assert not list(Path(tempfile.gettempdir()).glob(f"graphlens-run-{server.process.pid}-*"))


@linux
def test_t13_a_client_that_closes_its_end_to_read_is_gone() -> None:
    """Nothing that the server says can arrive any more: it ends, and all that it started."""
    with subprocess.Popen(
        [sys.executable, "-I", "-B", str(SERVER), "--stdio"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(number: int, method: str) -> None:
            params: dict[str, Any] = {"capabilities": {}}
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            body = json.dumps(message).encode()
            process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

        ask(1, "initialize")
        assert process.stdout.read(1) == b"C"
        pids = children(process.pid)
        process.stdout.close()
        ask(2, "graphlens/status")
        assert process.wait(PATIENCE) == 1
    assert pids
    assert ended(pids)


@linux
def test_t13_a_worker_that_is_killed_between_runs_is_replaced(server: Conversation) -> None:
    server.initialize(MODERN, {"trusted": True, "settings": {"debounce": 0}})
    code = "import engine as tf\n@tf.function\ndef step(x):\n    return x + 1\n"
    server.open(URI, code)
    params = {"textDocument": {"uri": URI}, "function": "step", "arguments": ["tf.constant(1)"]}
    before = children(server.process.pid)
    for _ in range(5):
        answer = server.call("graphlens/run", params)
        assert answer["ok"] is True, answer["error"]
        assert answer["result"]["data"] == 2
        for pid in children(server.process.pid) - before:
            os.kill(pid, signal.SIGKILL)


@linux
def test_t13_a_killed_analysis_is_replaced(server: Conversation) -> None:
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    server.open(URI, CODE)
    first = findings(server, URI)
    for number in range(5):
        (analysis,) = children(server.process.pid)
        os.kill(analysis, signal.SIGKILL)
        server.change(URI, number + 2, {"text": CODE})
        assert findings(server, URI) == first


@linux
def test_t13_suspended_and_resumed(server: Conversation) -> None:
    server.initialize(MODERN, {"settings": {"debounce": 0}})
    server.open(URI, CODE)
    pids = [server.process.pid, *children(server.process.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    asked = server.ask("textDocument/hover", server.at(URI, 3, 5))
    assert asked not in server.replies
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert server.reply(asked)["result"] is not None


@linux
def test_t13_a_full_disk_and_a_read_only_home(
    start: Callable[..., Conversation], tmp_path: Path
) -> None:
    """Without a place to write, editing works and a run says what is wrong."""
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    environment = {**os.environ, "HOME": str(home), "TMPDIR": "/dev/full"}
    server = start(env=environment)
    server.initialize(MODERN, {"trusted": True, "settings": {"debounce": 0}})
    server.open(URI, CODE)
    assert "GR201" in {code for code, _, _ in findings(server, URI)}
    code = "import engine as tf\n@tf.function\ndef step(x):\n    return x + 1\n"
    server.change(URI, 2, {"text": code})
    params = {"textDocument": {"uri": URI}, "function": "step", "arguments": ["tf.constant(1)"]}
    answer = server.call("graphlens/run", params)
    assert answer["ok"] is True or answer["error"]["kind"] == "failed", answer["error"]
    assert list(home.iterdir()) == []


def test_version_works_from_any_folder(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    for command in (
        [sys.executable, "-I", "-B", str(root / "server" / "__main__.py"), "--version"],
        [sys.executable, str(root / "server" / "__main__.py"), "--version"],
    ):
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert told.stdout.startswith("graphlens ")
    told = subprocess.run(
        [sys.executable, "-m", "server", "--version"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith("graphlens ")
    wrong = subprocess.run(
        [sys.executable, str(root / "server" / "__main__.py"), "--nonsense"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert wrong.returncode == 2


def test_tcp(start: Callable[..., Conversation]) -> None:
    import socket

    server = start("--tcp", "0")
    line = server.wait(lambda: next((one for one in server.stderr if b"listening" in one), None))
    port = int(line.split()[-1])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        body = json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
        ).encode()
        connection.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert b"serverInfo" in connection.recv(65536)
        body = json.dumps({"jsonrpc": "2.0", "method": "exit"}).encode()
        connection.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert server.process.wait(PATIENCE) == 1
