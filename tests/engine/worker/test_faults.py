"""Whatever user code does, the caller gets an answer, the next run works, nothing is left."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from faults import FAULTS, PREFIX

from engine.worker.client import RunRequest, Worker
from engine.worker.leftovers import remove_left_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits")

GOOD = "def f():\n    return 1\n"
PATIENCE = 120.0  # only a failure takes so long, however slow the machine


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.stop()


def reached(worker: Worker, text: str) -> dict[str, Any]:
    """Runs what prints and goes on for ever, with deadlines until one ends after the print."""
    seconds = 1.0
    while True:
        answer = worker.run(request(text, seconds=seconds))
        if answer["printed"] or seconds > PATIENCE:
            return answer
        seconds *= 2


def request(text: str, **more: Any) -> RunRequest:
    return RunRequest(
        "/nowhere/user.py", text, "f", **{"megabytes": 1500, "seconds": PATIENCE, **more}
    )


def marked(marks: set[str]) -> set[int]:
    """Processes that carry one of the marks that a worker gives to all it starts."""
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                environment = Path(f"/proc/{entry}/environ").read_bytes()
                if any(f"GRAPHLENS_RUN={mark}".encode() in environment for mark in marks):
                    found.add(int(entry))
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_fault(worker: Worker, name: str) -> None:
    code, kinds, seconds = FAULTS[name]
    answer = worker.run(
        request(f"{PREFIX}\ndef f():\n    return {code}\n", seconds=seconds or PATIENCE)
    )
    marks = {worker._mark}
    if kinds:
        assert answer["ok"] is False
        assert answer["error"]["kind"] in kinds.split(), answer["error"]
        assert answer["error"]["text"]
    else:
        assert answer["ok"] is True, answer["error"]
    size = sum(len(piece["text"]) for piece in answer["printed"])
    assert size <= 2_000_000
    assert worker.run(request(GOOD))["result"]["preview"] == "1"
    marks.add(worker._mark)
    assert marked(marks)
    worker.stop()
    assert marked(marks) == set()
    assert not list(Path(tempfile.gettempdir()).glob(f"graphlens-run-{os.getpid()}-*"))


def test_output_beyond_the_cap_is_counted(worker: Worker) -> None:
    answer = worker.run(request("def f():\n    print('x' * 3_000_000)\n"))
    assert answer["droppedOutput"] > 1_900_000
    assert len(answer["printed"][0]["text"]) == 1_000_000


def test_an_endless_loop_says_where_it_was(worker: Worker) -> None:
    answer = reached(
        worker, "def f():\n    print('here', flush=True)\n    while True:\n        pass\n"
    )
    assert answer["error"]["kind"] == "timeout"
    assert answer["error"]["frames"][-1]["line"] in (2, 3)


def test_interrupt(worker: Worker) -> None:
    text = "import time\ndef f():\n    print('here', flush=True)\n    time.sleep(3600)\n"
    answer = worker.run(request(text, seconds=PATIENCE), lambda piece: worker.interrupt())
    assert answer["error"]["kind"] == "interrupted"
    assert answer["error"]["frames"][-1]["line"] in (2, 3)
    assert worker.run(request(GOOD))["ok"] is True


def test_the_same_text_keeps_its_state(worker: Worker) -> None:
    text = "count = []\ndef f():\n    count.append(1)\n    return len(count)\n"
    assert [worker.run(request(text))["result"]["preview"] for _ in range(2)] == ["1", "2"]
    assert worker.run(request(text + "\n"))["result"]["preview"] == "1"


def test_a_missing_interpreter_is_an_answer() -> None:
    answer = Worker("/nowhere/python").run(request(GOOD))
    assert answer["error"]["kind"] == "failed"
    assert "/nowhere/python" in answer["error"]["message"]


def test_folders_of_killed_owners_are_removed() -> None:
    left = Path(tempfile.mkdtemp(prefix="graphlens-run-999999999-"))
    kept = Path(tempfile.mkdtemp(prefix=f"graphlens-run-{os.getpid()}-"))
    remove_left_folders()
    assert not left.exists()
    assert kept.exists()
    kept.rmdir()


def test_a_frame_that_a_program_forges_is_not_believed(worker: Worker) -> None:
    """A message with another token is passed over."""
    forged = (
        "import json, os, struct\n"
        "def f():\n"
        "    body = json.dumps({'answer': {'ok': True}, 'token': 'guess'}).encode()\n"
        "    for number in range(3, 60):\n"
        "        try:\n"
        "            os.write(number, struct.pack('>I', len(body)) + body)\n"
        "        except OSError:\n"
        "            pass\n"
        "    return 'mine'\n"
    )
    assert worker.run(request(forged))["result"]["preview"] == "'mine'"
