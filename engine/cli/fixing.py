"""Apply fixes and silencing comments to files."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from engine.base.diagnostics import Edit
from engine.base.options import Settings
from engine.cli.checking import check_data, check_text
from engine.cli.notebooks import write_back
from engine.cli.result import Checked
from engine.lint.fixes import apply_edits, fixed_findings
from engine.lint.silencing import silencing_edits

__all__ = ["difference", "fix_files", "fixed_text", "silence", "unified"]

_ROUNDS = 10


def fix_files(
    results: Sequence[Checked], settings: Settings, unsafe: bool
) -> tuple[list[Checked], int]:
    """Mends files on disk as far as it goes; the findings left, and how many went."""
    left: list[Checked] = []
    mended = 0
    for checked in results:
        current = checked
        for _ in range(_ROUNDS):
            done, edits = fixed_findings(current.findings, unsafe)
            if not edits:
                break
            path = Path(current.path)
            data = path.read_bytes()
            new = _written(data, current, edits)
            if new == data:
                break
            path.write_bytes(new)
            mended += len(done)
            current = check_data(current.path, new, settings)
        left.append(current)
    return left, mended


def _written(before: bytes, checked: Checked, edits: tuple[Edit, ...]) -> bytes:
    """The file with edits made, in the encoding it had."""
    from engine.base.reading import encoding_of

    if checked.cells:
        return write_back(before, checked, edits)
    return apply_edits(checked.source.text, edits).encode(encoding_of(before))


def fixed_text(checked: Checked, settings: Settings, unsafe: bool) -> str:
    """The text after all mends, on nothing but the text."""
    current = checked
    for _ in range(_ROUNDS):
        _, edits = fixed_findings(current.findings, unsafe)
        if not edits:
            break
        text = apply_edits(current.source.text, edits)
        if text == current.source.text:
            break
        current = check_text(checked.path, text, settings)
    return current.source.text


def difference(checked: Checked, settings: Settings, unsafe: bool) -> str:
    """What mending would change in a file, as a unified diff."""
    if not any(finding.fix is not None for finding in checked.findings):
        return ""
    if checked.cells:
        _, edits = fixed_findings(checked.findings, unsafe)
        after = apply_edits(checked.source.text, edits)
    else:
        after = fixed_text(checked, settings, unsafe)
    return unified(checked.path, checked.source.text, after)


def unified(path: str, before: str, after: str) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline\n" for line in lines)


def silence(checked: Checked) -> int:
    """Adds a comment to each line of a file with findings; answers how many were added."""
    if not checked.source.text:
        return 0
    edits = silencing_edits(checked.source, checked.findings)
    if not edits:
        return 0
    path = Path(checked.path)
    data = path.read_bytes()
    path.write_bytes(_written(data, checked, edits))
    return len(edits)
