"""Notebooks: their code cells as one program, and edits put back into the cells."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from engine.base.diagnostics import Diagnostic, Edit, Severity
from engine.base.magics import without_magics
from engine.base.options import Settings
from engine.base.source import SourceFile, Span
from engine.cli.result import Checked

__all__ = ["check_notebook", "write_back"]

_INDENT = re.compile(rb"^\s*\{\r?\n([ \t]+)")


def check_notebook(path: str, data: bytes, settings: Settings) -> Checked:
    """What is in the code cells of a notebook; line magics are passed over."""
    from engine.lint.runner import check_source

    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        cells = _code_cells(notebook)
    except (ValueError, AttributeError, TypeError):
        finding = Diagnostic(
            "GR003",
            "unreadable-file",
            "This is no notebook: a notebook is a JSON file with cells.",
            Span(0, 0),
            Severity.ERROR,
        )
        return Checked(path, SourceFile(path, ""), (finding,))
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    for number, text in cells:
        for inner, line in enumerate(without_magics(text).split("\n")):
            lines.append(line)
            places.append((number, inner))
    source = SourceFile(path, "\n".join(lines) + "\n")
    findings = check_source(source, settings)
    return Checked(path, source, findings, tuple(places))


def _code_cells(notebook: Any) -> list[tuple[int, str]]:
    """The code cells, counted from 1 among all cells."""
    found = []
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            found.append((number, source if isinstance(source, str) else "".join(source)))
    return found


def write_back(data: bytes, checked: Checked, edits: tuple[Edit, ...]) -> bytes:
    """The notebook with edits made in its cells; edits over a cell's end are left out."""
    notebook = json.loads(data.decode("utf-8-sig"))
    source = checked.source
    by_cell: dict[int, list[tuple[int, int, str]]] = {}
    starts = {cell: line for line, (cell, inner) in enumerate(checked.cells) if inner == 0}
    for edit in edits:
        first = source.position(edit.span.start)[0]
        last = source.position(edit.span.end)[0]
        cell = checked.cells[first][0]
        if last < len(checked.cells) and checked.cells[last][0] == cell:
            top = source.line_start(starts[cell])
            by_cell.setdefault(cell, []).append(
                (edit.span.start - top, edit.span.end - top, edit.text)
            )
    for number, changes in by_cell.items():
        cell_data = notebook["cells"][number - 1]
        text = cell_data["source"]
        is_list = isinstance(text, list)
        text = "".join(text) if is_list else text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        cell_data["source"] = text.splitlines(keepends=True) if is_list else text
    found = _INDENT.match(data.removeprefix(codecs.BOM_UTF8))
    indent = found[1].decode() if found is not None else None
    made = json.dumps(notebook, ensure_ascii=False, indent=indent)
    made += "\n" if data.endswith(b"\n") else ""
    if b"\r\n" in data:
        made = made.replace("\n", "\r\n")
    return made.encode("utf-8")
