"""Opens all files of the current folder in a language server, and waits for their diagnostics."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Client:
    """One end of a language server's pipes."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, method: str, params: object, number: int | None = None) -> None:
        """Sends a request, or a notification where there is no number."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        self.write(message)

    def write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        """The next message; an EOFError where the server has gone."""
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline():
            if line == b"\r\n":
                found: dict[str, Any] = json.loads(self.process.stdout.read(length))
                return found
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        raise EOFError

    def until(self, number: int) -> None:
        """Reads up to the answer of a request."""
        while self.read().get("id") != number:
            pass


def main() -> None:
    """Ends once each file has had its diagnostics."""
    root = Path.cwd()
    client = Client(sys.argv[1:])
    client.send(
        "initialize", {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": {}}, 1
    )
    client.until(1)
    client.send("initialized", {})
    for path in sorted(root.rglob("*.py")):
        text = path.read_bytes().decode("utf-8", "replace")
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        client.send("textDocument/didOpen", {"textDocument": document})
        while True:
            message = client.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                if message["params"]["uri"] == path.as_uri():
                    break
            elif "method" in message and "id" in message:
                client.write({"jsonrpc": "2.0", "id": message["id"], "result": None})
    client.send("shutdown", None, 2)
    client.until(2)
    client.send("exit", None)
    client.process.wait(10)


if __name__ == "__main__":
    main()
