"""The text of open documents, in the client's lines and columns.

pygls cuts lines with `str.splitlines`, which knows seven line ends more than LSP, editors
and Python do; after an edit below a form feed its text silently differs from the editor's. It
pulls columns beyond a last line without newline one character too far left. It cuts the
lines again at each use. The documents here count as LSP does and remember where lines start.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.workspace import TextDocument
from pygls.workspace import Workspace as PyglsWorkspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.base.source import Span

__all__ = ["Document", "Lines", "Workspace"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Lines:
    """Where the lines of a text start, and columns in the units of an encoding.

    Args:
        text: The text.
        encoding: `utf-8`, `utf-16` or `utf-32`: what the client's columns count.
    """

    __slots__ = ("_plain", "encoding", "starts", "text")

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding
        # Four bytes a line: there may be many open documents.
        self.starts = array("I", [0, *(match.end() for match in _LINE_END.finditer(text))])
        self._plain = encoding == "utf-32" or text.isascii()

    def __len__(self) -> int:
        return len(self.starts)

    def line_end(self, line: int) -> int:
        """The offset where a line's text ends, before its line end."""
        if line + 1 >= len(self.starts):
            return len(self.text)
        end = self.starts[line + 1] - 1
        if end > self.starts[line] and self.text[end - 1 : end + 1] == "\r\n":
            return end - 1
        return end

    def offset(self, line: int, character: int) -> int:
        """The offset, in code points, of a client's position; held within the text and the line."""
        if line >= len(self.starts):
            return len(self.text)
        start, end = self.starts[line], self.line_end(line)
        if self._plain or self.text[start:end].isascii():
            return min(start + character, end)
        units = 0
        for index in range(start, end):
            if units >= character:
                return index
            units += self._width(self.text[index])
        return end

    def position(self, offset: int) -> tuple[int, int]:
        """The client's line and column of an offset."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        if self._plain:
            return line, offset - start
        before = self.text[start:offset]
        if before.isascii():
            return line, offset - start
        if self.encoding == "utf-16":
            return line, len(before) + len(_ASTRAL.findall(before))
        return line, len(before.encode("utf-8", "surrogatepass"))

    def _width(self, character: str) -> int:
        if self.encoding == "utf-16":
            return 2 if character > "\uffff" else 1
        return len(character.encode("utf-8", "surrogatepass"))


class Document(TextDocument):
    """An open document; the only place that knows the client's columns."""

    _lines: Lines | None = None

    @property
    def text(self) -> str:
        """The text as the client has it."""
        return self._source or ""

    @property
    def source(self) -> str:
        """The text; never read from disk, because only open documents are made here."""
        return self.text

    @property
    def line_index(self) -> Lines:
        """Where the lines of this version start."""
        if self._lines is None or self._lines.text is not self._source:
            self._source = self.text
            self._lines = Lines(self._source, str(self.position_codec.encoding or "utf-16"))
        return self._lines

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends."""
        index = self.line_index
        ends = [*index.starts[1:], len(index.text)]
        return [index.text[start:end] for start, end in zip(index.starts, ends, strict=True)]

    def offset(self, position: types.Position) -> int:
        """The offset of a client's position."""
        return self.line_index.offset(position.line, position.character)

    def position(self, offset: int) -> types.Position:
        """The client's position of an offset."""
        line, character = self.line_index.position(offset)
        return types.Position(line, character)

    def range(self, span: Span) -> types.Range:
        """The client's range of a span."""
        return types.Range(self.position(span.start), self.position(span.end))

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        start = self.offset(change.range.start)
        end = max(start, self.offset(change.range.end))
        text = self.text
        self._source = text[:start] + change.text + text[end:]


class Workspace(PyglsWorkspace):
    """The client's folders and documents, with documents of our kind."""

    @classmethod
    def replacing(cls, other: PyglsWorkspace) -> Workspace:
        """A workspace with the folders of another one that has no documents yet."""
        return cls(
            other.root_uri,
            types.TextDocumentSyncKind.Incremental,
            list(other.folders.values()),
            other.position_encoding,
        )

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Document:
        return Document(
            doc_uri,
            source=source or "",
            version=version,
            language_id=language_id,
            sync_kind=types.TextDocumentSyncKind.Incremental,
            position_codec=self.position_codec,
        )
