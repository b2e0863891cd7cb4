"""Findings as workflow commands, which GitHub shows beside the lines."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.diagnostics import Severity
from engine.cli.result import Checked

__all__ = ["write"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def write(results: Sequence[Checked]) -> str:
    """`::error file=...,line=...::message`."""
    lines = []
    for checked in results:
        for finding in checked.findings:
            line, column, _ = checked.place(finding.span.start)
            end_line, end_column, _ = checked.place(finding.span.end)
            level = _LEVELS.get(finding.severity, "notice")
            fields = (
                f"title={_escaped(f'{finding.code} {finding.name}', True)},"
                f"file={_escaped(checked.path, True)},line={line},col={column},"
                f"endLine={end_line},endColumn={end_column}"
            )
            lines.append(f"::{level} {fields}::{_escaped(finding.message, False)}\n")
    return "".join(lines)


def _escaped(text: str, in_field: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_field else text
