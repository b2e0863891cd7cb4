"""Whatever user code does to its process, through the server.

The server goes on answering, the run says what happened, the next one works, nothing is left.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conversation import MODERN, Conversation, children

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "worker"))
from faults import FAULTS, PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")

SOAK = int(os.environ.get("GRAPHLENS_SOAK", "1"))
HEAD = "import engine as tf\n" + PREFIX
GOOD = "import engine as tf\n\n@tf.function\ndef f():\n    return tf.constant(7)\n"
# Each commit takes one mode for each fault; the long run takes both.
CASES = [
    (name, mode)
    for number, name in enumerate(FAULTS)
    for index, mode in enumerate(("run", "trace"))
    if SOAK > 1 or index == number % 2
]


def started(seconds: float) -> Iterator[Conversation]:
    settings = {"debounce": 0, "run": {"timeout": seconds, "memory": 1500}}
    capabilities = {**MODERN, "workspace": {**MODERN["workspace"], "configuration": False}}
    with Conversation() as server:
        server.initialize(capabilities, {"trusted": True, "settings": settings})
        yield server
        server.stop()
        end = time.monotonic() + 30  # the kernel takes a killed process away in its own time
        while (alive := of_server(server.process.pid)) and time.monotonic() < end:
            time.sleep(0.05)
        assert alive == set()
        left = Path(tempfile.gettempdir()).glob(f"graphlens-run-{server.process.pid}-*")
        assert not list(left)


@pytest.fixture(scope="module")
def patient() -> Iterator[Conversation]:
    """A server whose runs may take long."""
    yield from started(120)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Conversation]:
    """A server whose runs are ended soon."""
    yield from started(1)


def of_server(pid: int) -> set[int]:
    """The processes that runs of a server have started, wherever they are now."""
    mark = f"graphlens-run-{pid}-".encode()
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if mark in Path(f"/proc/{entry}/environ").read_bytes():
                    found.add(int(entry))
    return found


def run(server: Conversation, text: str, mode: str = "run") -> dict[str, Any]:
    uri = "file:///nowhere/fault.py"
    server.open(uri, text)
    document = {"textDocument": {"uri": uri}}
    asked = server.ask(
        "graphlens/run", {**document, "function": "f", "arguments": [], "mode": mode}
    )
    # Whatever the run does now, this is answered.
    assert server.call("textDocument/hover", server.at(uri, text.count("\n") - 2, 5))
    answer = server.reply(asked)["result"]
    if answer["error"] is not None and answer["error"]["frames"]:
        report = server.call("textDocument/diagnostic", document)
        assert "run" in {one["code"] for one in report["items"]}
    server.close_document(uri)
    return dict(answer)


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_fault(request: pytest.FixtureRequest, name: str, mode: str) -> None:
    code, kinds, seconds = FAULTS[name]
    if name == "bad_repr":
        kinds = "exception"  # no traced function may return it
    server: Conversation = request.getfixturevalue("hasty" if seconds else "patient")
    answer = run(server, f"{HEAD}\n@tf.function\ndef f():\n    return {code}\n", mode)
    if kinds:
        assert answer["ok"] is False
        assert answer["error"]["kind"] in kinds.split(), answer["error"]
        assert answer["error"]["text"]
    else:
        assert answer["ok"] is True, answer["error"]
    assert sum(len(piece["text"]) for piece in answer["printed"]) <= 2_000_000
    if seconds is None:
        again = run(server, GOOD)
        assert again["ok"] is True, again["error"]
        assert again["result"]["data"] == 7
    # The analysis, the worker, and the one that is started ahead: what user code started is gone.
    server.wait(lambda: len(children(server.process.pid)) <= 3)
    assert server.call("graphlens/debugCounts")["analysisRestarts"] == 0
