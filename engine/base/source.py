"""A stretch of text, and a file's text with offset <-> (line, column)."""

from __future__ import annotations

import ast
import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Located", "SourceFile", "Span"]

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A half-open stretch `[start, end)` of a text, in code points."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end

    def __len__(self) -> int:
        return self.end - self.start

    def encloses(self, other: Span) -> bool:
        """Whether all of `other` lies in this span."""
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: Span) -> bool:
        """Whether the spans share a code point, or one is empty and lies at or in the other."""
        return self.start <= other.end and other.start <= self.end


class Located(Protocol):
    """A tree node with Python's positions: 1-based lines, columns in UTF-8 bytes."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


class SourceFile:
    """A file's text, and its lines.

    Lines end at LF, CRLF and CR and nowhere else: that is how Python and editors count, and how
    `str.splitlines` does not.

    Args:
        path: The file's name, as the user should read it.
        text: The whole text, without a byte order mark.
    """

    __slots__ = ("_ascii", "_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        # Four bytes a line: editors keep many files.
        self._starts = array("I", [0, *(match.end() for match in _LINE_END.finditer(text))])
        self._ascii = text.isascii()

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r}, {len(self._starts)} lines)"

    @property
    def line_count(self) -> int:
        """The number of lines; a text that ends in a line end has an empty last line."""
        return len(self._starts)

    @property
    def lines(self) -> list[str]:
        """The lines without their line ends."""
        return [self.line(number) for number in range(len(self._starts))]

    def line(self, line: int) -> str:
        """The text of a 0-based line without its line end."""
        return self.text[self._starts[line] : self.line_end(line)]

    def line_start(self, line: int) -> int:
        """The offset at which a 0-based line starts."""
        return self._starts[line]

    def line_end(self, line: int) -> int:
        """The offset of a 0-based line's end, before its line end."""
        if line + 1 >= len(self._starts):
            return len(self.text)
        end = self._starts[line + 1] - 1
        is_crlf = end > self._starts[line] and self.text[end - 1 : end + 1] == "\r\n"
        return end - 1 if is_crlf else end

    def position(self, offset: int) -> tuple[int, int]:
        """The 0-based line and column (in code points) of an offset."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def offset(self, line: int, column: int) -> int:
        """The offset of a 0-based line and column, both held within the text."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self.text)
        return min(self._starts[line] + max(0, column), self.line_end(line))

    def byte_offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and a column in UTF-8 bytes, as tree nodes have them."""
        if line > len(self._starts):
            return len(self.text)
        start = self._starts[line - 1]
        if self._ascii:
            return min(start + column, len(self.text))
        text = self.line(line - 1)
        if text.isascii():
            return min(start + column, len(self.text))
        prefix = text.encode("utf-8", "surrogatepass")[:column]
        return start + len(prefix.decode("utf-8", "replace"))

    def span(self, node: Located | ast.AST) -> Span:
        """The span of a tree node (`ast` or `gast`); the whole line where it has no end."""
        line: int = node.lineno  # type: ignore[union-attr]
        start = self.byte_offset(line, node.col_offset)  # type: ignore[union-attr]
        end_line: int | None = getattr(node, "end_lineno", None)
        end_column: int | None = getattr(node, "end_col_offset", None)
        if end_line is None or end_column is None:
            return Span(start, max(start, self.line_end(min(line, len(self._starts)) - 1)))
        return Span(start, max(start, self.byte_offset(end_line, end_column)))

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]
