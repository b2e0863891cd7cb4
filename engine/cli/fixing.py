"""Apply fixes and silencing comments to files."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.base.diagnostics import Edit
from engine.base.options import Settings
from engine.cli.checking import check_data
from engine.cli.failure import fail
from engine.cli.notebooks import write_back
from engine.cli.result import Checked
from engine.lint.fixes import apply_edits, fixed_findings
from engine.lint.silencing import silencing_edits

__all__ = ["difference", "fix_files", "fixed_data", "silence", "unified"]

_ROUNDS = 10


def fix_files(
    results: Sequence[Checked], settings_of: Callable[[str], Settings], unsafe: bool
) -> tuple[list[Checked], int]:
    """Fixes files on disk as far as it goes; the findings left, and how many went."""
    left: list[Checked] = []
    total = 0
    for checked in results:
        path = Path(checked.path)
        current = checked
        if any(finding.fix is not None for finding in checked.findings):
            try:
                before = path.read_bytes()
                after, current, fixed = fixed_data(
                    before, checked, settings_of(checked.path), unsafe
                )
                if after != before:
                    path.write_bytes(after)
            except OSError as error:
                fail(f"{path}: cannot be fixed: {error.strerror or error}")
            total += fixed
        left.append(current)
    return left, total


def fixed_data(
    data: bytes, checked: Checked, settings: Settings, unsafe: bool
) -> tuple[bytes, Checked, int]:
    """A file's bytes after all fixes, what is left in them, and how many findings went."""
    fixed = 0
    for _ in range(_ROUNDS):
        done, edits = fixed_findings(checked.findings, unsafe)
        if not edits:
            break
        new = _written(data, checked, edits)
        if new == data:
            break
        fixed += len(done)
        data, checked = new, check_data(checked.path, new, settings)
    return data, checked, fixed


def _written(before: bytes, checked: Checked, edits: tuple[Edit, ...]) -> bytes:
    """The file with edits made, in the encoding it had."""
    from engine.base.reading import encoding_of

    if checked.cells:
        return write_back(before, checked, edits)
    return apply_edits(checked.source.text, edits).encode(encoding_of(before))


def difference(checked: Checked, settings: Settings, unsafe: bool) -> tuple[str, int]:
    """What fixing would change in a file, as a unified diff, and how many findings would go."""
    if not any(finding.fix is not None for finding in checked.findings):
        return "", 0
    try:
        data = Path(checked.path).read_bytes()
    except OSError as error:
        fail(f"{checked.path}: cannot be read: {error.strerror or error}")
    _, left, fixed = fixed_data(data, checked, settings, unsafe)
    return unified(checked.path, checked.source.text, left.source.text), fixed


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
    try:
        path.write_bytes(_written(path.read_bytes(), checked, edits))
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror or error}")
    return len(edits)
