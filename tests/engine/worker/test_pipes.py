"""What comes out of a worker beside its answers, in pieces as a pipe gives them."""

from __future__ import annotations

import os
import queue
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from engine.worker.pipes import read_raw
from engine.worker.protocol import end_mark

TOKEN = "0123abcd"
MARK = end_mark(TOKEN)


class Pipe:
    """A stream that answers each read with the next piece."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = iter([*pieces, b""])
        self.closed = False

    def read(self, size: int) -> bytes:
        return next(self.pieces)

    def close(self) -> None:
        self.closed = True


def messages_of(pieces: list[bytes]) -> list[str]:
    """Texts in order; a line `|` where the output of a run ended."""
    found: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    pipe = Pipe(pieces)
    read_raw(SimpleNamespace(stderr=pipe), found, TOKEN)
    assert pipe.closed
    shown = []
    while not found.empty():
        message = found.get()
        shown.append("|" if "drained" in message else message["output"]["text"])
    assert shown.pop() == "|", "the end of the pipe is an end as well"
    return "".join(shown).split("|")


@pytest.mark.parametrize("cut", range(len(MARK) + 1))
def test_a_mark_is_found_wherever_the_pipe_cuts_it(cut: int) -> None:
    whole = b"first" + MARK + b"second"
    at = len(b"first") + cut
    assert messages_of([whole[:at], whole[at:]]) == ["first", "second"]


def test_marks_of_several_runs_in_one_piece() -> None:
    assert messages_of([b"a" + MARK + b"b" + MARK + MARK + b"c"]) == ["a", "b", "", "c"]


def test_what_only_looks_like_a_mark_is_output() -> None:
    other = end_mark("another token")
    assert messages_of([b"x\0", b"end ", other, b"\0"]) == ["x\0end " + other.decode() + "\0"]


def test_a_character_may_be_cut_and_bytes_that_are_none_are_shown() -> None:
    data = "grün".encode()
    assert messages_of([data[:3], data[3:], b"\xff", b"."]) == ["grün\\xff."]
    assert messages_of([data[:3] + MARK + b"n"]) == ["gr\\xc3", "n"]


def test_a_real_pipe_ends_when_its_writer_does() -> None:
    reading, writing = os.pipe()
    found: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    process = SimpleNamespace(stderr=os.fdopen(reading, "rb", buffering=0))
    reader = threading.Thread(target=read_raw, args=(process, found, TOKEN))
    reader.start()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(b"x" * 200_000 + MARK)
    reader.join(30)
    assert not reader.is_alive()
    texts = ""
    while "output" in (message := found.get(timeout=5)):
        texts += message["output"]["text"]
    assert texts == "x" * 200_000
    assert message == {"drained": True}
