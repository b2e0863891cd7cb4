"""Comments that silence findings: `# noqa: GR101`, `# graphlens: ignore[GR101]`."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass

from engine.base.diagnostics import Diagnostic, Edit, Fix, Severity, Tag
from engine.base.source import SourceFile, Span
from engine.lint.silencing import comment_lines

__all__ = ["Suppression", "apply_suppressions", "suppressions"]

# Texts, which `re` compiles when they are first searched for: most files silence nothing.
_OWN_FILE = r"#\s*graphlens:\s*ignore-file(?:\[([^\]]*)\])?"
_OWN = r"#\s*graphlens:\s*ignore(?!-)(?:\[([^\]]*)\])?"
_NOQA = r"#\s*noqa(?::\s*([A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?(?![\w:])"
_CODE = r"[A-Za-z]+[0-9]+"

UNUSED = "GR004"


@dataclass
class Suppression:
    """A comment that silences.

    Attributes:
        line: Its 0-based line; -1 for the whole file.
        codes: What it silences; empty means everything.
        span: The comment's part that says so.
        own: Whether it is in our own form, so that an unused one is worth a word.
        first: Whether the comment begins with it.
    """

    line: int
    codes: tuple[str, ...]
    span: Span
    own: bool
    first: bool
    used: set[str]


def suppressions(source: SourceFile) -> list[Suppression]:
    """All silencing comments of a file."""
    if "noqa" not in source.text and "graphlens:" not in source.text:
        return []
    found = []
    for line, column, text in _comments(source):
        start = source.offset(line, column)
        for pattern, own, whole in (
            (_OWN_FILE, True, True),
            (_OWN, True, False),
            (_NOQA, False, False),
        ):
            for match in re.finditer(pattern, text, re.I):
                codes = tuple(code.upper() for code in re.findall(_CODE, match.group(1) or ""))
                span = Span(start + match.start(), start + match.end())
                found.append(
                    Suppression(-1 if whole else line, codes, span, own, match.start() == 0, set())
                )
    return found


def _comments(source: SourceFile) -> list[tuple[int, int, str]]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source.text).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return _comments_by_line(source)
    return [
        (token.start[0] - 1, token.start[1], token.string)
        for token in tokens
        if token.type == tokenize.COMMENT
    ]


def _comments_by_line(source: SourceFile) -> list[tuple[int, int, str]]:
    return [
        (number, line.index("#"), line[line.index("#") :])
        for number, line in enumerate(source.lines)
        if "#" in line
    ]


def apply_suppressions(
    source: SourceFile, findings: list[Diagnostic]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The findings that are left, and a finding for each suppression that silences nothing."""
    comments = suppressions(source)
    if not comments:
        return findings, []
    left = []
    moved = comment_lines(source) if findings else {}
    for finding in findings:
        first, _ = source.position(finding.span.start)
        last, _ = source.position(max(finding.span.start, finding.span.end - 1))
        lines = (-1, first, last, moved.get(first, first), moved.get(last, last))
        silenced = False
        for comment in comments:
            if comment.line not in lines:
                continue
            if not comment.codes or any(finding.code.startswith(code) for code in comment.codes):
                comment.used.add(finding.code)
                silenced = True
        if not silenced:
            left.append(finding)
    return left, [_unused(source, comment) for comment in comments if _is_unused(comment)]


def _is_unused(comment: Suppression) -> bool:
    if comment.used:
        return False
    if comment.own:
        return True
    return bool(comment.codes) and all(code.startswith("GR") for code in comment.codes)


def _unused(source: SourceFile, comment: Suppression) -> Diagnostic:
    line = source.position(comment.span.start)[0]
    start = comment.span.start
    before = source.text[source.line_start(line) : start]
    start -= len(before) - len(before.rstrip())
    rest = source.text[comment.span.end : source.line_end(line)]
    remove = Span(start, comment.span.end)
    if not before.strip() and not rest.strip():
        remove = Span(source.line_start(line), min(source.line_end(line) + 1, len(source.text)))
    names = ", ".join(comment.codes) or "anything"
    edit = Edit(remove, "")
    if rest.strip() and comment.first and not rest.lstrip().startswith("#"):
        # What is said behind it stays a comment.
        edit = Edit(comment.span, "#" if rest[:1].isspace() else "# ")
    fix = Fix("Remove the suppression", (edit,))
    return Diagnostic(
        UNUSED,
        "unused-suppression",
        f"This comment silences {names}, but nothing is found here; remove it.",
        comment.span,
        Severity.INFO,
        fix,
        tags=(Tag.UNNECESSARY,),
    )
