"""Cutting a stream into messages."""

from __future__ import annotations

import random

import pytest

from server.transport import framing
from server.transport.framing import Framing, frame


def test_any_cut_gives_the_same_messages() -> None:
    bodies = [b"{}", b"x" * 5000, b"", b"\r\n\r\n", b"Content-Length: 3"]
    stream = b"".join(frame(body) for body in bodies)
    source = random.Random(3)
    for _ in range(200):
        cutter, got, at = Framing(), [], 0
        while at < len(stream):
            step = source.choice([1, 2, 7, 100, 4000])
            got += cutter.feed(stream[at : at + step])
            at += step
        assert got == bodies


@pytest.mark.parametrize(
    "noise", [b"garbage\r\n", b"Content-Length: -5\r\n\r\n", b"Content-Length: x\r\n\r\n", b"\n\n"]
)
def test_noise_is_passed_over(noise: bytes) -> None:
    assert Framing().feed(noise + frame(b"{}")) == [b"{}"]


def test_a_message_that_is_too_large_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_BODY", 10)
    cutter = Framing()
    assert cutter.feed(frame(b"x" * 11)[:20]) == []
    assert cutter.feed(frame(b"x" * 11)[20:] + frame(b"{}")) == [b"{}"]


def test_a_header_without_end_takes_no_memory() -> None:
    cutter = Framing()
    for _ in range(100):
        assert cutter.feed(b"x" * 10_000) == []
    assert len(cutter._buffer) < 20_000
