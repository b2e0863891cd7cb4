"""The edits that silence one code: on the line of a finding, or in its file."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from engine.base.diagnostics import Edit
from engine.base.source import SourceFile, Span
from server.analysis.jobs import job

if TYPE_CHECKING:
    from engine.ide.snapshot import Snapshot

__all__ = ["file_suppression", "suppression"]

_OWN = re.compile(r"#\s*graphlens:\s*ignore\[([^\]]*)\]", re.IGNORECASE)
_OWN_FILE = re.compile(
    r"^[ \t]*#\s*graphlens:\s*ignore-file\[([^\]]*)\]", re.IGNORECASE | re.MULTILINE
)
_FIRST_LINES = re.compile(r"[\ufeff\f]?(?:#!.*(?:\r\n|\r|\n))?(?:#.*coding[:=].*(?:\r\n|\r|\n))?")


@job
def suppression(snapshot: Snapshot, code: str, start: int, end: int) -> Edit | None:
    """Adds a code to the comment of the finding's first or last line.

    Returns:
        None where no comment can stand (in the middle of a long text literal).
    """
    source = snapshot.source
    first, _ = source.position(start)
    last, _ = source.position(max(start, end - 1))
    for line in dict.fromkeys((first, last)):
        edit = _edit(source, line, code)
        if _takes_effect(source, edit, line):
            return edit
    return None


@job
def file_suppression(snapshot: Snapshot, code: str, start: int, end: int) -> Edit:
    """Adds a code to the comment for a whole file, or makes that comment.

    Args:
        snapshot: The version of the text.
        code: What to silence.
        start: Where the file begins in it; not 0 in the cells of a notebook.
        end: Where it ends.
    """
    text = snapshot.text
    if match := _OWN_FILE.search(text, start, end):
        return Edit(Span(match.end(1), match.end(1)), f", {code}" if match[1].strip() else code)
    first = _FIRST_LINES.match(text, start, end)
    at = first.end() if first is not None else start
    line_end = next((ending for ending in ("\r\n", "\n", "\r") if ending in text), "\n")
    return Edit(Span(at, at), f"# graphlens: ignore-file[{code}]{line_end}")


def _edit(source: SourceFile, line: int, code: str) -> Edit:
    text = source.line(line)
    start = source.line_start(line)
    if match := _OWN.search(text):
        codes = match[1].strip()
        at = start + match.end(1)
        return Edit(Span(at, at), f", {code}" if codes else code)
    end = start + len(text.rstrip())
    return Edit(Span(end, source.line_end(line)), f"  # graphlens: ignore[{code}]")


def _takes_effect(source: SourceFile, edit: Edit, line: int) -> bool:
    """Whether the comment would be a comment: not within a text literal, not behind a backslash."""
    before = source.text[: edit.span.start]
    if before.endswith("\\"):
        return False
    changed = before + edit.text + source.text[edit.span.end :]
    try:
        tokens = tokenize.generate_tokens(io.StringIO(changed).readline)
        return any(
            token.type == tokenize.COMMENT and token.start[0] == line + 1 for token in tokens
        )
    except (tokenize.TokenError, SyntaxError):
        return True  # broken text: the line is what the user sees, and that is how it is read
