"""What is analysed as one text: a document, or the code cells of a notebook in their order."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.base.magics import without_magics
from engine.base.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.transport.documents import Document

__all__ = ["NO_TEXT", "Part", "Program", "document_program", "notebook_program"]


@dataclass(frozen=True)
class Part:
    """A document's place in a program: `start` is the offset of its first character."""

    document: Document
    start: int
    text: str


@dataclass(frozen=True)
class Program:
    """One version of a text to analyse.

    Attributes:
        key: The URI of the document or the notebook.
        version: Grows with each change.
        text: All of it.
        path: A name for messages.
        parts: The documents it is made of, in order.
        settings: The settings of its folder, as plain data.
        settings_stamp: Differs when the settings differ.
    """

    key: str
    version: int
    text: str
    path: str
    parts: Sequence[Part]
    settings: dict[str, Any] = field(default_factory=dict)
    settings_stamp: str = ""

    def offset(self, uri: str, position: types.Position) -> int | None:
        """The offset of a client's position; None if the document is no part of this."""
        for part in self.parts:
            if part.document.uri == uri:
                return part.start + part.document.offset(position)
        return None

    def span(self, uri: str, span: types.Range) -> Span | None:
        """The span of a client's range."""
        start, end = self.offset(uri, span.start), self.offset(uri, span.end)
        return None if start is None or end is None else Span(start, max(start, end))

    def location(self, span: Span) -> types.Location:
        """The document and range of a span; held within the document where it starts."""
        part = self.part_at(span.start)
        end = len(part.text)
        local = Span(
            min(max(0, span.start - part.start), end), min(max(0, span.end - part.start), end)
        )
        return types.Location(part.document.uri, part.document.range(local))

    def part_at(self, offset: int) -> Part:
        """The part that holds an offset."""
        index = bisect_right([part.start for part in self.parts], offset) - 1
        return self.parts[max(0, index)]

    def is_current(self) -> bool:
        """Whether no part has changed since."""
        return all(part.document.text is part.text for part in self.parts)


NO_TEXT = Program("graphlens:nothing", 0, "", "", ())
"""For questions that are about no text."""


def document_program(document: Document, settings: dict[str, Any], stamp: str) -> Program:
    """The program of a document."""
    text = document.text
    part = Part(document, 0, text)
    return Program(
        document.uri, document.version or 0, text, document.path, (part,), settings, stamp
    )


def notebook_program(
    uri: str,
    version: int,
    path: str,
    cells: Sequence[Document],
    settings: dict[str, Any],
    stamp: str,
) -> Program:
    """The program of a notebook: its code cells as one text; magics become comments."""
    parts = []
    texts = []
    start = 0
    for cell in cells:
        text = cell.text
        parts.append(Part(cell, start, text))
        texts.append(without_magics(text))
        start += len(text) + 1
    return Program(uri, version, "\n".join(texts), path, parts, settings, stamp)
