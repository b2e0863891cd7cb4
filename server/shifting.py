"""Places of an older text in a newer one: what lies before and behind the change moves with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.base.source import Span

if TYPE_CHECKING:
    from engine.base.diagnostics import Diagnostic
    from engine.ide.snapshot import FunctionInfo

__all__ = ["Shift"]


class Shift:
    """The difference of two texts as one changed stretch.

    Args:
        old: The text that places are known in.
        new: The text of now.
    """

    def __init__(self, old: str, new: str) -> None:
        self.prefix = _common(old, new)
        most = min(len(old), len(new)) - self.prefix
        self.suffix = _common_end(old, new, most)
        self._old_end = len(old) - self.suffix
        self._by = len(new) - len(old)

    def offset(self, offset: int) -> int | None:
        """Where an old offset is now; None within the change."""
        if offset <= self.prefix:
            return offset
        return offset + self._by if offset >= self._old_end else None

    def span(self, span: Span) -> Span | None:
        """Where an old span is now; None if an end of it lies within the change."""
        start, end = self.offset(span.start), self.offset(span.end)
        if start is None or end is None or end < start:
            return None
        return Span(start, end)

    def diagnostic(self, finding: Diagnostic) -> Diagnostic | None:
        """A finding at its place of now; its fix and notes are left out where they moved apart."""
        span = self.span(finding.span)
        if span is None:
            return None
        fix = finding.fix
        if fix is not None:
            edits = []
            for edit in fix.edits:
                moved = self.span(edit.span)
                if moved is None:
                    break
                edits.append(replace(edit, span=moved))
            fix = replace(fix, edits=tuple(edits)) if len(edits) == len(fix.edits) else None
        notes = tuple(
            replace(note, span=moved)
            for note in finding.notes
            if (moved := self.span(note.span)) is not None
        )
        return replace(finding, span=span, fix=fix, notes=notes)

    def function(self, function: FunctionInfo) -> FunctionInfo | None:
        """A function at its place of now."""
        span, name_span = self.span(function.span), self.span(function.name_span)
        if span is None or name_span is None:
            return None
        return replace(function, span=span, name_span=name_span)


def _common(one: str, other: str) -> int:
    """The length of the common beginning, by halving: comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str, most: int) -> int:
    """The length of the common end, at most `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle :] == other[len(other) - middle :]:
            low = middle
        else:
            high = middle - 1
    return low
