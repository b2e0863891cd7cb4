"""The server's text equals the editor's after any edits, in every encoding."""

from __future__ import annotations

import os
import random

import pytest
from lsprotocol import types
from pygls.workspace import PositionCodec

from engine.base.source import Span
from server.transport.documents import Document, Lines

EDITS = int(os.environ.get("GRAPHLENS_SYNC_EDITS", "5000"))
PIECES = [
    "a", "b = 1", " ", "\n", "\r\n", "\r", "\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\u2029",
    "\u00e9", "\u4e2d", "\U0001f600", "\t", "e\u0301", "\u202e", "\ud800", "\ufeff", "\x00",
]  # fmt: skip


class Model:
    """The specification, written down plainly: a list of lines with their ends."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding

    def width(self, character: str) -> int:
        if self.encoding == "utf-8":
            return len(character.encode("utf-8", "surrogatepass"))
        if self.encoding == "utf-16":
            return len(character.encode("utf-16-le", "surrogatepass")) // 2
        return 1

    def lines(self) -> list[tuple[str, str]]:
        found, line, index = [], "", 0
        while index < len(self.text):
            pair = self.text[index : index + 2]
            end = "\r\n" if pair == "\r\n" else pair[0] if pair[0] in "\r\n" else ""
            if end:
                found.append((line, end))
                line = ""
                index += len(end)
            else:
                line += self.text[index]
                index += 1
        return [*found, (line, "")]

    def place(self, random_source: random.Random) -> tuple[types.Position, int]:
        """A position at the start of a character, and its offset."""
        lines = self.lines()
        number = random_source.randrange(len(lines))
        column = random_source.randint(0, len(lines[number][0]))
        units = sum(self.width(character) for character in lines[number][0][:column])
        offset = sum(len(text) + len(end) for text, end in lines[:number]) + column
        return types.Position(number, units), offset


def document(text: str, encoding: str) -> Document:
    return Document("file:///a.py", text, 1, "python", position_codec=PositionCodec(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("seed", range(4))
def test_random_edits(encoding: str, seed: int) -> None:
    print(f"seed {seed}")
    source = random.Random(f"{encoding}{seed}")
    text = "".join(source.choices(PIECES, k=40))
    model, real = Model(text, encoding), document(text, encoding)
    for _ in range(EDITS // 12):
        (start, first), (end, last) = sorted(
            (model.place(source), model.place(source)), key=lambda place: place[1]
        )
        added = "".join(source.choices(PIECES, k=source.randint(0, 3)))
        real.apply_change(types.TextDocumentContentChangePartial(types.Range(start, end), added))
        model.text = model.text[:first] + added + model.text[last:]
        assert real.text == model.text
        if len(model.text) > 400:
            real.apply_change(types.TextDocumentContentChangeWholeDocument(text))
            model.text = text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_go_there_and_back(encoding: str) -> None:
    source = random.Random(7)
    text = "".join(source.choices(PIECES, k=300))
    model, lines = Model(text, encoding), Lines(text, encoding)
    for _ in range(500):
        position, offset = model.place(source)
        assert lines.offset(position.line, position.character) == offset
        assert lines.position(offset) == (position.line, position.character)


def test_lines_are_cut_once_for_a_version() -> None:
    made = document("a\nb\n", "utf-16")
    first = made.line_index
    assert made.line_index is first
    made.apply_change(types.TextDocumentContentChangeWholeDocument("c"))
    assert made.line_index is not first


def test_places_out_of_the_text_are_held_within() -> None:
    made = document("ab\ncd", "utf-16")
    assert made.offset(types.Position(0, 99)) == 2
    assert made.offset(types.Position(9, 0)) == 5
    assert made.range(Span(-5, 99)) == types.Range(types.Position(0, 0), types.Position(1, 2))
    assert made.lines == ["ab\n", "cd"]
