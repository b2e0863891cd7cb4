"""One line a finding."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cli.result import Checked

__all__ = ["place_text", "write"]


def write(results: Sequence[Checked]) -> str:
    """`file:line:column: CODE message`."""
    return "".join(
        f"{place_text(checked, finding.span.start)}: {finding.code} "
        f"{'[*] ' if finding.fix is not None and finding.fix.safe else ''}{finding.message}\n"
        for checked in results
        for finding in checked.findings
    )


def place_text(checked: Checked, offset: int) -> str:
    """Where an offset is, for people and terminals."""
    line, column, cell = checked.place(offset)
    where = f"{checked.path}:" if cell is None else f"{checked.path}:cell {cell}:"
    return f"{where}{line}:{column}"
