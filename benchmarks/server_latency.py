"""The language server as an editor feels it: over stdio, wall time, on files of two sizes."""

from __future__ import annotations

import os
import queue
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.lsp_client import Client
from benchmarks.measure import readable, table

SERVER = Path(__file__).parent.parent / "server" / "__main__.py"
BLOCK = '''
@tf.function
def step_{n}(x, y, training=False):
    """Takes one step."""
    total = tf.zeros([])
    for i in tf.range(10):
        if tf.reduce_sum(x) > 0:
            x = x * 2.0 - y
            total += tf.reduce_mean(x)
        else:
            x = tf.tanh(x + y)
    while tf.reduce_max(x) > 1.0:
        x = x / 2.0
    {finding}
    scaled = [tf.cast(x, tf.float32), y]
    if training:
        total = total + scaled[0] * 0.5
    return helper_{n}(x, total)


def helper_{n}(x, scale):
    values = []
    for k in range(3):
        values.append(x * k + scale)
    return tf.add_n(values)

'''


class Editor:
    """A client that notes when findings arrive."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self._client = Client([sys.executable, "-I", "-B", str(SERVER), "--stdio"])
        self.process = self._client.process
        self.send = self._client.send
        self._ids = count(1)
        self._waiting: dict[Any, queue.SimpleQueue[dict[str, Any]]] = {}
        self.published: queue.SimpleQueue[tuple[float, dict[str, Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(EOFError):
            while True:
                message = self._client.read()
                if message.get("method") == "textDocument/publishDiagnostics":
                    self.published.put((time.perf_counter(), message["params"]))
                elif "method" not in message:
                    self._waiting.pop(message["id"]).put(message)

    def call(self, method: str, params: Any) -> Any:
        number = next(self._ids)
        answer = self._waiting[number] = queue.SimpleQueue()
        self.send(method, params, number)
        return answer.get(timeout=60).get("result")

    def initialize(self, trusted: bool = False) -> float:
        """Seconds from the start of the process to the answer."""
        params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
        self.call("initialize", {**params, "initializationOptions": {"trusted": trusted}})
        answered = time.perf_counter() - self.started
        self.send("initialized", {})
        return answered

    def findings(self, uri: str, version: int) -> float:
        """When the findings of a version arrived."""
        while True:
            when, params = self.published.get(timeout=60)
            if params["uri"] == uri and (params.get("version") or 0) >= version:
                return when

    def stop(self) -> None:
        self.call("shutdown", None)
        self.send("exit", None)
        self.process.wait(10)


class File:
    """A document of the editor's and its edits."""

    def __init__(self, editor: Editor, lines: int, uri: str = "") -> None:
        self.editor = editor
        self.uri = uri or f"file:///nowhere/lines_{lines}.py"
        self.version = 1
        text = "import engine as tf\n"
        number = 0
        while text.count("\n") < lines:
            finding = "print(x)" if number % 4 == 0 else "x = tf.identity(x)"
            text += BLOCK.format(n=number, finding=finding)
            number += 1
        self.functions = number
        self.lines = text.split("\n")
        self.places = [i for i, line in enumerate(self.lines) if line.startswith("    total = ")]
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        editor.send("textDocument/didOpen", {"textDocument": item})

    def type(self, index: int) -> None:
        """One more character at the end of a line of code, or one less."""
        line = self.places[index // 2 % len(self.places)]
        column = len(self.lines[line])
        start = {"line": line, "character": column}
        end = {"line": line, "character": column + index % 2}
        self.version += 1
        self.editor.send(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [
                    {"range": {"start": start, "end": end}, "text": "" if index % 2 else "1"}
                ],
            },
        )

    def note(self, text: str) -> None:
        """A comment at the end of the first line."""
        end = {"line": 0, "character": len(self.lines[0])}
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        change = {"range": {"start": end, "end": end}, "text": text}
        self.editor.send(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )

    def at(self, line: int, character: int) -> dict[str, Any]:
        return {
            "textDocument": {"uri": self.uri},
            "position": {"line": line, "character": character},
        }


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def row(name: str, values: list[float]) -> tuple[str, str, str, str]:
    return (
        name,
        readable(statistics.median(values)),
        readable(quantile(values, 0.95)),
        readable(max(values)),
    )


def requests(file: File, number: int) -> dict[str, Callable[[], object]]:
    line = next(i for i, text in enumerate(file.lines) if f"def step_{number}(" in text)
    whole = {"start": {"line": line, "character": 0}, "end": {"line": line + 15, "character": 0}}
    document = {"textDocument": {"uri": file.uri}}
    call = file.editor.call
    return {
        "hover": lambda: call("textDocument/hover", file.at(line, 6)),
        "lenses": lambda: call("textDocument/codeLens", document),
        "hints": lambda: call("textDocument/inlayHint", {**document, "range": whole}),
        "actions": lambda: call(
            "textDocument/codeAction", {**document, "range": whole, "context": {"diagnostics": []}}
        ),
    }


def measure(lines: int, keys: int) -> list[tuple[str, str, str, str]]:
    editor = Editor()
    initialized = editor.initialize()
    file = File(editor, lines)
    first = editor.findings(file.uri, 1) - editor.started
    typed: list[float] = []
    asked: dict[str, list[float]] = {}
    typing: dict[str, list[float]] = {}
    for index in range(keys):
        start = time.perf_counter()
        file.type(index)
        typed.append(editor.findings(file.uri, file.version) - start)
    for index in range(keys):
        for name, ask in requests(file, index % file.functions).items():
            asked.setdefault(name, []).append(seconds(ask))
    for index in range(keys * 2):
        begun = time.perf_counter()
        file.type(index)
        name, ask = list(requests(file, index % file.functions).items())[index % 4]
        typing.setdefault(name, []).append(seconds(ask))
        time.sleep(max(0.0, 1 / 30 - (time.perf_counter() - begun)))
    editor.stop()
    return [
        row("initialize answered", [initialized]),
        row("first findings after start", [first]),
        row("findings after a key", typed),
        *(row(name, values) for name, values in asked.items()),
        *(row(f"{name} while typing", values) for name, values in typing.items()),
    ]


def traces(times: int) -> list[tuple[str, str, str, str]]:
    """A trace of a typical function: of a text that was just edited, and of the same again."""
    at_once, _, _ = _traces(1, looked=0.0)
    first, edited, same = _traces(times, looked=2.0)
    return [
        row("trace, the moment the file opens", at_once),
        row("trace, the first of a session", first),
        row("trace after an edit", edited),
        row("trace of the same text", same),
    ]


def _traces(times: int, looked: float) -> tuple[list[float], list[float], list[float]]:
    """Seconds: of the first trace, of those after an edit, of those of the same text.

    Args:
        times: How many edits.
        looked: Seconds for which the user looks at the file, and its lenses, before the first.
    """
    editor = Editor()
    editor.initialize(trusted=True)
    file = File(editor, 20)
    editor.call("textDocument/codeLens", {"textDocument": {"uri": file.uri}})
    time.sleep(looked)
    arguments = ["tf.constant([1.0, 2.0])", "tf.constant([0.5, 0.5])"]
    params = {
        "textDocument": {"uri": file.uri}, "function": "step_0", "mode": "trace",
        "arguments": arguments,
    }  # fmt: skip
    edited: list[float] = []
    same: list[float] = []
    for index in range(2 * times + 1):
        if index % 2:
            file.note(f"  # {index}")
        (edited if index % 2 else same).append(
            seconds(lambda: editor.call("graphlens/run", params))
        )
        time.sleep(1.0)  # as somebody does who looks at the answer
    editor.stop()
    return same[:1], edited, same[1:]


def resources(files: int, lines: int, edits: int) -> list[tuple[str, str]]:
    """Memory with many files open, growth by edits, processor time of an idle server."""
    editor = Editor()
    editor.initialize()
    opened = []
    for number in range(files):
        opened.append(File(editor, lines, f"file:///nowhere/open_{number}.py"))
        editor.findings(opened[-1].uri, 1)
        for ask in requests(opened[-1], 0).values():  # as an editor does that shows the file
            ask()
        editor.call("textDocument/semanticTokens/full", {"textDocument": {"uri": opened[-1].uri}})
    rows = [(f"memory, {files} files of {lines} lines open", f"{_megabytes(editor)} MB")]
    before = 0
    for index in range(edits):
        opened[0].type(index)
        if index % 50 == 49:
            editor.findings(opened[0].uri, opened[0].version)
        if index == 1000:
            before = _megabytes(editor)
    time.sleep(2.0)
    rows.append((f"growth in {edits} edits, after 1,000", f"{_megabytes(editor) - before} MB"))
    used = _ticks(editor)
    time.sleep(10.0)
    rows.append(("processor time of 10 s idle", f"{(_ticks(editor) - used) * 10} ms"))
    editor.stop()
    return rows


def _processes(editor: Editor) -> list[int]:
    listed = Path(f"/proc/{editor.process.pid}/task/{editor.process.pid}/children").read_text()
    return [editor.process.pid, *map(int, listed.split())]


def _megabytes(editor: Editor) -> int:
    """Resident memory of the server and the analysis."""
    found = 0
    for pid in _processes(editor):
        status = Path(f"/proc/{pid}/status").read_text()
        found += int(status.partition("VmRSS:")[2].split()[0])
    return round(found / 1024)


def _ticks(editor: Editor) -> int:
    """Processor time of the server and the analysis, in hundredths of a second."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in _processes(editor)]
    return sum(sum(map(int, stat.rpartition(")")[2].split()[11:13])) for stat in stats)


def main() -> None:
    """Print the tables."""
    for lines in (300, 2000):
        rows = measure(lines, keys=60)
        table(f"Language server, {lines} lines", ("what", "median", "p95", "most"), rows)
    table("Language server, traces", ("what", "median", "p95", "most"), traces(10))
    if Path("/proc/self/status").exists():
        edits = int(os.environ.get("GRAPHLENS_BENCH_EDITS", "10000"))
        table("Language server, resources", ("what", "is"), resources(50, 2000, edits))


if __name__ == "__main__":
    main()
