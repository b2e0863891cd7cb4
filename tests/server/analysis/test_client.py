"""The loop's side of the analysis process: stalls, deaths, stale texts, cancelled questions."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from server.analysis.client import Analysis, AnalysisError, Stale, TooMuch
from server.analysis.spawn import spawn
from server.programs import Program

ROOT = Path(__file__).resolve().parents[3]

# A process that does what its text says.
FAKE = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
from server.analysis import jobs, process
@jobs.job
def obey(snapshot, *arguments):
    if 'HANG' in snapshot.text:
        time.sleep(3600)
    if 'DIE' in snapshot.text:
        os._exit(3)
    if 'WRITE' in snapshot.text:
        print('x' * 1000)
        os.write(1, b'y' * 1000)
    if 'RAISE' in snapshot.text:
        raise ValueError('asked for')
    if 'HELD' in snapshot.text:
        while not os.path.exists(snapshot.text.split()[1]):
            time.sleep(0.005)
    return [snapshot.text, *arguments]
process.serve()
"""


def fake() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", FAKE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )


def program(text: str, version: int = 1, key: str = "a") -> Program:
    return Program(key, version, text, key, ())


class Gate:
    """A text whose answer is held until the gate is opened."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "gate"
        self.text = f"HELD {self._path}"

    def open(self) -> None:
        self._path.touch()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


async def all_is_read(analysis: Analysis) -> None:
    """Waits until the process has read all that was sent: what is urgent is answered beside."""
    await asyncio.sleep(0)  # tasks just made send first
    assert await analysis.ask(program("read", key="fence"), "obey", urgency=0) == ["read"]


@contextlib.asynccontextmanager
async def running(seconds: float = 120.0):
    analysis = Analysis(seconds, fake)
    analysis.start()
    try:
        yield analysis
    finally:
        analysis.close()


async def test_an_answer() -> None:
    async with running() as analysis:
        assert await analysis.ask(program("x"), "obey", 1) == ["x", 1]
        assert analysis.state in ("busy", "ready")


async def test_what_a_job_prints_is_no_answer() -> None:
    async with running() as analysis:
        assert await analysis.ask(program("WRITE"), "obey") == ["WRITE"]
        assert await analysis.ask(program("x", 2), "obey") == ["x"]


async def test_an_error_is_told() -> None:
    async with running() as analysis:
        with pytest.raises(AnalysisError, match="ValueError: asked for"):
            await analysis.ask(program("RAISE"), "obey")
        assert await analysis.ask(program("x", 2), "obey") == ["x"]


async def test_a_stall_replaces_the_process_and_the_text_is_not_tried_again() -> None:
    async with running(seconds=3.0) as analysis:
        await analysis.ask(program("x", key="b"), "obey")
        first = analysis.pid
        hanging = asyncio.create_task(analysis.ask(program("HANG"), "obey"))
        await all_is_read(analysis)
        beside = asyncio.create_task(analysis.ask(program("beside", key="b", version=2), "obey"))
        with pytest.raises(TooMuch, match="more than 3 s"):
            await hanging
        assert await beside == ["beside"]
        with pytest.raises(TooMuch):
            await analysis.ask(program("HANG", 2), "obey")
        assert await analysis.ask(program("mended", 3), "obey") == ["mended"]
        assert analysis.pid != first
        assert analysis.restarts == 1


async def test_a_text_that_ends_the_process_twice_is_given_up() -> None:
    async with running() as analysis:
        with pytest.raises(TooMuch, match="ended while it read"):
            await analysis.ask(program("DIE"), "obey")
        assert await analysis.ask(program("x", 2), "obey") == ["x"]
        assert analysis.restarts == 2


async def test_a_killed_process_is_replaced_and_the_question_asked_again(gate: Gate) -> None:
    async with running() as analysis:
        asked = asyncio.create_task(analysis.ask(program(gate.text), "obey"))
        await all_is_read(analysis)
        subprocess.run(["kill", "-9", str(analysis.pid)], check=True)
        gate.open()
        assert await asked == [gate.text]
        assert analysis.restarts == 1


async def test_an_outdated_question_is_stale(gate: Gate) -> None:
    async with running() as analysis:
        held = asyncio.create_task(analysis.ask(program(gate.text, key="b"), "obey"))
        old = asyncio.create_task(analysis.ask(program("old", 1), "obey"))
        new = asyncio.create_task(analysis.ask(program("new", 2), "obey"))
        await all_is_read(analysis)
        gate.open()
        await held
        with pytest.raises(Stale):
            await old
        assert await new == ["new"]


async def test_a_cancelled_question_is_dropped(gate: Gate) -> None:
    async with running() as analysis:
        held = asyncio.create_task(analysis.ask(program(gate.text, key="b"), "obey"))
        dropped = asyncio.create_task(analysis.ask(program("HANG"), "obey"))
        await all_is_read(analysis)
        dropped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dropped
        await all_is_read(analysis)
        gate.open()
        assert await held == [gate.text]
        assert await analysis.ask(program("x", 2), "obey") == ["x"]
        assert analysis.restarts == 0


async def test_an_urgent_question_does_not_stand_in_line(gate: Gate) -> None:
    async with running() as analysis:
        held = asyncio.create_task(analysis.ask(program(gate.text, key="b"), "obey"))
        await all_is_read(analysis)
        assert await analysis.ask(program("x"), "obey", urgency=0) == ["x"]
        assert not held.done()
        gate.open()
        await held


async def test_many_documents_are_remembered_or_sent_again() -> None:
    async with running() as analysis:
        for _ in range(2):
            for number in range(60):
                answer = await analysis.ask(program(f"text {number}", key=str(number)), "obey")
                assert answer == [f"text {number}"]


async def test_the_process_ends_with_its_pipe() -> None:
    process = spawn()
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.to_thread(process.wait, 120) == 0
