"""Where a silencing comment can stand, and the edits that write one for each finding."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable

from engine.base.diagnostics import Diagnostic, Edit
from engine.base.source import SourceFile, Span

__all__ = ["NEVER_SILENCED", "comment_lines", "silencing_edits"]

NEVER_SILENCED = frozenset(["GR001", "GR002", "GR003", "GR004"])
"""About the file as a whole, or about silencing comments."""

_OWN = re.compile(r"#\s*graphlens:\s*ignore\[([^\]]*)\]", re.I)


def silencing_edits(source: SourceFile, findings: Iterable[Diagnostic]) -> tuple[Edit, ...]:
    """Edits that add a comment to each line with findings, in order of place.

    A comment that is there already takes the codes in. Where a line ends within a text literal or
    in a backslash, the comment stands where the literal or the statement's line ends.
    """
    elsewhere = comment_lines(source)
    codes: dict[int, set[str]] = {}
    for finding in findings:
        if finding.code not in NEVER_SILENCED:
            line = source.position(finding.span.start)[0]
            codes.setdefault(elsewhere.get(line, line), set()).add(finding.code)
    edits = [_edit(source, line, sorted(codes[line])) for line in sorted(codes)]
    return tuple(edit for edit in edits if edit is not None)


def _edit(source: SourceFile, line: int, codes: list[str]) -> Edit | None:
    start, end = source.line_start(line), source.line_end(line)
    match = _OWN.search(source.text, start, end)
    if match is not None:
        known = [code.strip() for code in match[1].split(",") if code.strip()]
        fresh = [code for code in codes if code not in known]
        if not fresh:
            return None
        return Edit(Span(*match.span(1)), ", ".join([*known, *fresh]))
    at = start + len(source.text[start:end].rstrip())
    return Edit(Span(at, end), f"  # graphlens: ignore[{', '.join(codes)}]")


def comment_lines(source: SourceFile) -> dict[int, int]:
    """For each 0-based line at whose end no comment can stand: the line where it stands instead."""
    text = source.text
    if "\\" not in text and '"""' not in text and "'''" not in text:
        return {}
    moved: dict[int, int] = {}
    commented: set[int] = set()
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            first, last = token.start[0] - 1, token.end[0] - 1
            kind = tokenize.tok_name[token.type]
            if kind == "COMMENT":
                commented.add(first)
            elif kind in ("FSTRING_START", "TSTRING_START"):
                opened.append(first)
            elif kind in ("FSTRING_END", "TSTRING_END") and opened:
                moved.update(dict.fromkeys(range(opened.pop(), last), last))
            elif kind == "STRING" and first < last:
                moved.update(dict.fromkeys(range(first, last), last))
    except (tokenize.TokenError, SyntaxError):
        pass  # broken text: what could be read counts
    for line in range(source.line_count - 2, -1, -1):
        target = moved.get(line, line)
        if target not in commented and target + 1 < source.line_count:
            if _ends_in_backslash(source, target):
                target = moved.get(target + 1, target + 1)
        if target != line:
            moved[line] = moved.get(target, target)
    return moved


def _ends_in_backslash(source: SourceFile, line: int) -> bool:
    end = source.line_end(line)
    return end > source.line_start(line) and source.text[end - 1] == "\\"
