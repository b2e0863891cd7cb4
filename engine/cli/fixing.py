"""Apply fixes and silencing comments to files."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.base.diagnostics import Edit
from engine.base.options import Settings
from engine.base.reading import Unreadable, decode_source, encoding_of
from engine.cli.checking import check_data
from engine.cli.failure import fail, say
from engine.cli.notebooks import write_back
from engine.cli.result import Checked
from engine.cli.writing import leads_out, replace_file
from engine.lint.fixes import apply_edits, fixed_findings
from engine.lint.silencing import silencing_edits

__all__ = ["difference", "fix_files", "fixed_data", "silence", "unified"]

_ROUNDS = 10


def fix_files(
    results: Sequence[Checked],
    named: Sequence[str],
    settings_of: Callable[[str], Settings],
    unsafe: bool,
) -> tuple[list[Checked], int]:
    """Fixes files on disk as far as it goes; the findings left, and how many went.

    Args:
        results: What was found.
        named: The files and folders that may be changed, with what is below them.
        settings_of: The settings of a file.
        unsafe: Whether fixes count that may change what a program does.
    """
    left: list[Checked] = []
    total = 0
    for checked in results:
        current, fixed = checked, 0
        if any(finding.fix is not None for finding in checked.findings):
            path = Path(checked.path)
            try:
                if not _is_elsewhere(path, named):
                    current, fixed = _fix_file(checked, settings_of(checked.path), unsafe)
            except OSError as error:
                fail(f"{path}: cannot be fixed: {error.strerror or error}")
        total += fixed
        left.append(current)
    return left, total


def _fix_file(checked: Checked, settings: Settings, unsafe: bool) -> tuple[Checked, int]:
    path = Path(checked.path)
    before = path.read_bytes()
    now = _as_it_is(checked, before, settings)
    after, left, fixed = fixed_data(before, now, settings, unsafe)
    if after != before:
        replace_file(path, after)
    return left, fixed


def _as_it_is(checked: Checked, data: bytes, settings: Settings) -> Checked:
    """What is in the file now: it may have been saved since it was checked."""
    if not checked.cells:
        with suppress(Unreadable):
            if decode_source(data) == checked.source.text:
                return checked
    return check_data(checked.path, data, settings)


def _is_elsewhere(path: Path, named: Sequence[str]) -> bool:
    out = leads_out(path, named)
    if out:
        say(f"graphlens: {path} is a link to {path.resolve()}; not changed", err=True)
    return out


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
    now = _as_it_is(checked, data, settings)
    _, left, fixed = fixed_data(data, now, settings, unsafe)
    return unified(checked.path, now.source.text, left.source.text), fixed


def unified(path: str, before: str, after: str) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline\n" for line in lines)


def silence(checked: Checked, named: Sequence[str], settings: Settings) -> int:
    """Adds a comment to each line of a file with findings; answers how many were added."""
    path = Path(checked.path)
    if not checked.source.text or _is_elsewhere(path, named):
        return 0
    try:
        before = path.read_bytes()
        now = _as_it_is(checked, before, settings)
        edits = silencing_edits(now.source, now.findings)
        if edits:
            replace_file(path, _written(before, now, edits))
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror or error}")
    return len(edits)
