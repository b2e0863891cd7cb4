"""One line a finding."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.diagnostics import Diagnostic
from engine.base.visible import visible
from engine.cli.result import Checked

__all__ = ["place_text", "write"]


def write(results: Sequence[Checked]) -> str:
    """`file:line:column: CODE message`."""
    return "".join(_line(checked, finding) for checked in results for finding in checked.findings)


def _line(checked: Checked, finding: Diagnostic) -> str:
    mark = "[*] " if finding.fix is not None and finding.fix.safe else ""
    place = place_text(checked, finding.span.start)
    return f"{place}: {finding.code} {mark}{visible(finding.message)}\n"


def place_text(checked: Checked, offset: int) -> str:
    """Where an offset is, for people and terminals."""
    line, column, cell = checked.place(offset)
    where = visible(checked.path).replace("\n", "\\n")
    where = f"{where}:" if cell is None else f"{where}:cell {cell}:"
    return f"{where}{line}:{column}"
