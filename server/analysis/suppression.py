"""The edit that silences one code on the line of a finding."""

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

__all__ = ["suppression"]

_OWN = re.compile(r"#\s*graphlens:\s*ignore\[([^\]]*)\]", re.IGNORECASE)


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
