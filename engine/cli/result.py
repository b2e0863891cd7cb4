"""What checking one file gives, as plain data that travels between processes and into the cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.base.diagnostics import Diagnostic, Edit, Fix, Note, Severity, Tag
from engine.base.source import SourceFile, Span

__all__ = ["Checked", "from_plain", "to_plain"]


@dataclass(frozen=True)
class Checked:
    """A file and what was found in it.

    Attributes:
        path: As the user named it.
        source: The text that the spans are about; of a notebook the cells one after the other.
        findings: In order of place.
        cells: For a notebook, the number of the cell and the line in it, for each line.
        read: The other files that were read to know this.
        elsewhere: Findings in other files that this one's staged functions reach, by path.
        digest: Of the file's bytes, where this is no answer from the cache.
    """

    path: str
    source: SourceFile
    findings: tuple[Diagnostic, ...]
    cells: tuple[tuple[int, int], ...] = ()
    read: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, tuple[Diagnostic, ...]], ...] = ()
    digest: str = ""

    def place(self, offset: int) -> tuple[int, int, int | None]:
        """1-based line and column of an offset, and the number of the cell in a notebook."""
        line, column = self.source.position(offset)
        if self.cells and line < len(self.cells):
            cell, inner = self.cells[line]
            return inner + 1, column + 1, cell
        return line + 1, column + 1, None


def to_plain(finding: Diagnostic) -> dict[str, Any]:
    """A finding as JSON data."""
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "span": [finding.span.start, finding.span.end],
        "severity": finding.severity.value,
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [[edit.span.start, edit.span.end, edit.text] for edit in fix.edits],
        },
        "notes": [[n.message, n.span.start, n.span.end, n.path] for n in finding.notes],
        "tags": [tag.value for tag in finding.tags],
        "url": finding.url,
    }


def from_plain(data: dict[str, Any]) -> Diagnostic:
    """The finding that `to_plain` wrote.

    Raises:
        KeyError, TypeError, ValueError: The data is something else.
    """
    fix = data["fix"]
    return Diagnostic(
        data["code"],
        data["name"],
        data["message"],
        Span(*data["span"]),
        Severity(data["severity"]),
        None
        if fix is None
        else Fix(
            fix["title"],
            tuple(Edit(Span(start, end), text) for start, end, text in fix["edits"]),
            fix["safe"],
        ),
        tuple(Note(message, Span(start, end), path) for message, start, end, path in data["notes"]),
        tuple(Tag(tag) for tag in data["tags"]),
        data["url"],
    )
