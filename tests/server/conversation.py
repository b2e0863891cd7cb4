"""A client for tests that speaks raw JSON with a server process."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "server" / "__main__.py"

# How long a test waits for what must come: only a failure takes so long, however slow the machine.
PATIENCE = 120.0

DEAF: dict[str, Any] = {}
MODERN: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "textDocumentContent": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
        "codeLens": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "semanticTokens": {"refreshSupport": True},
    },
    "textDocument": {
        "diagnostic": {"relatedInformation": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {"relatedInformation": True},
        "codeAction": {
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
        },
    },
}


class Conversation:
    """A server process and what it says.

    Messages from the server are sorted: answers by id, notifications in a list, requests are
    answered by `answers[method]` (null without one).
    """

    def __init__(self, *arguments: str, command: list[str] | None = None, **popen: Any) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-I", "-B", str(SERVER), *(arguments or ("--stdio",))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            **popen,
        )
        self.notifications: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.replies: dict[Any, list[dict[str, Any]]] = {}
        self.answers: dict[str, Any] = {
            "workspace/configuration": lambda params: [None] * len(params["items"]),
            "window/showDocument": {"success": True},
            "workspace/applyEdit": {"applied": True},
        }
        self.stderr: list[bytes] = []
        self._ids = count(1)
        self._news: queue.Queue[None] = queue.Queue()
        self._ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    # -- wire --------------------------------------------------------------------------------

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        reader = os.fdopen(os.dup(stream.fileno()), "rb")
        while True:
            length = None
            while (line := reader.readline()) not in (b"\r\n", b""):
                assert line.startswith(b"Content-Length: "), line
                length = int(line.split(b":")[1])
            if length is None:
                break
            self._sort(json.loads(reader.read(length)))
        self._ended.set()
        self._news.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr.append(line)

    def _sort(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self.replies.setdefault(message.get("id"), []).append(message)
        elif "id" in message:
            self.requests.append(message)
            answer = self.answers.get(message["method"])
            if callable(answer):
                answer = answer(message.get("params"))
            with contextlib.suppress(OSError, ValueError):  # the test may have closed the pipe
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": answer})
        else:
            self.notifications.append(message)
        self._news.put(None)

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def wait(self, condition: Any, seconds: float = PATIENCE) -> Any:
        """Waits until a condition is true; answers its value."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            left = end - time.monotonic()
            if left <= 0 or (self._ended.is_set() and self._news.empty()):
                value = condition()
                assert value, f"not seen; stderr: {b''.join(self.stderr)[-3000:].decode()}"
                return value
            with contextlib.suppress(queue.Empty):
                self._news.get(timeout=min(left, 0.5))
        return value

    # -- protocol ----------------------------------------------------------------------------

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> int:
        """Sends a request; answers its id."""
        number = next(self._ids)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def reply(self, number: Any, seconds: float = PATIENCE) -> dict[str, Any]:
        """The one reply to a request."""
        replies = self.wait(lambda: self.replies.get(number), seconds)
        return replies[0]

    def call(self, method: str, params: Any = None, seconds: float = PATIENCE) -> Any:
        """Sends a request and answers its result."""
        reply = self.reply(self.ask(method, params), seconds)
        assert "error" not in reply, reply
        return reply.get("result")

    def error(self, method: str, params: Any = None) -> dict[str, Any]:
        """Sends a request and answers its error."""
        reply = self.reply(self.ask(method, params))
        assert "error" in reply, reply
        return reply["error"]

    def initialize(
        self,
        capabilities: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
        folders: list[Path] | None = None,
        process_id: int | None = None,
    ) -> dict[str, Any]:
        result = self.call(
            "initialize",
            {
                "processId": process_id,
                "rootUri": folders[0].as_uri() if folders else None,
                "workspaceFolders": [
                    {"uri": folder.as_uri(), "name": folder.name} for folder in folders or ()
                ]
                or None,
                "capabilities": DEAF if capabilities is None else capabilities,
                "initializationOptions": options or {},
            },
        )
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def close_document(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def published(self, uri: str, version: int | None = None, seconds: float = PATIENCE) -> Any:
        """The findings published last for a document, in at least this version."""

        def found() -> Any:
            for message in reversed(self.notifications):
                params = message.get("params") or {}
                if message["method"] != "textDocument/publishDiagnostics" or params["uri"] != uri:
                    continue
                if version is None or (params.get("version") or 0) >= version:
                    return [params]
            return None

        return self.wait(found, seconds)[0]["diagnostics"]

    def at(self, uri: str, line: int, character: int) -> dict[str, Any]:
        position = {"line": line, "character": character}
        return {"textDocument": {"uri": uri}, "position": position}

    # -- end ---------------------------------------------------------------------------------

    def stop(self) -> int:
        """Shuts down in good order; answers the exit code."""
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.call("shutdown")
                self.notify("exit")
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.end()

    def end(self) -> int:
        """Waits for the end of the process."""
        code = self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()
        return code

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            if failure[0] is None:
                self.stop()
            else:
                self.process.kill()
                self.process.wait()


def children(pid: int) -> set[int]:
    """The processes below a process."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(entry.name)} | children(int(entry.name))
    return found
