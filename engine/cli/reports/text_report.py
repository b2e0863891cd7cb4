"""Findings with the lines they are about."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.diagnostics import Diagnostic, Note, Severity
from engine.base.source import SourceFile, Span
from engine.base.visible import visible
from engine.cli.code import is_terminal
from engine.cli.reports.concise_report import place_text
from engine.cli.result import Checked

__all__ = ["write"]

_COLOURS = {
    Severity.ERROR: "31",
    Severity.WARNING: "33",
    Severity.PERF: "35",
    Severity.INFO: "36",
}


class _Paint:
    """ANSI colours, or none."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.on else text


def write(results: Sequence[Checked]) -> str:
    """Each finding with a frame of source, its related places and how to mend it."""
    paint = _Paint(is_terminal())
    parts = [_one(checked, finding, paint) for checked in results for finding in checked.findings]
    return "\n".join(parts)


def _one(checked: Checked, finding: Diagnostic, paint: _Paint) -> str:
    colour = _COLOURS[finding.severity]
    head = (
        f"{paint(finding.code, '1;' + colour)} {paint(finding.severity.value, colour)}: "
        f"{visible(finding.message)}"
    )
    where = f"  {paint('-->', '34')} {place_text(checked, finding.span.start)}"
    parts = [head, where, *_frame(checked.source, finding.span, paint, colour)]
    parts.extend(_note(checked, note, paint) for note in finding.notes)
    if finding.fix is not None:
        kind = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        parts.append(f"  {paint('=', '34')} fix: {visible(finding.fix.title)} ({kind})")
    return "\n".join(parts) + "\n"


def _frame(source: SourceFile, span: Span, paint: _Paint, colour: str) -> list[str]:
    if not source.text:
        return []
    line, column = source.position(span.start)
    text = source.line(line)
    end = min(span.end, source.line_end(line)) - source.line_start(line)
    width = max(len(visible(text[column:end])), 1)
    number = str(line + 1)
    bar = paint("|", "34")
    margin = " " * len(number)
    before = "".join("\t" if c == "\t" else " " for c in visible(text[:column]))
    return [
        f" {margin} {bar}",
        f" {paint(number, '34')} {bar} {visible(text)}",
        f" {margin} {bar} {before}{paint('^' * min(width, 120), '1;' + colour)}",
    ]


def _note(checked: Checked, note: Note, paint: _Paint) -> str:
    where = visible(note.path)
    if note.path in (checked.path, checked.source.path) and checked.source.text:
        where = place_text(checked, note.span.start)
    return f"  {paint('=', '34')} note: {visible(note.message)} ({where})"
