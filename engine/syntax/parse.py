"""Text -> source file and tree, also for broken text."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

from engine.base.source import SourceFile, Span
from engine.syntax.depth import deep

__all__ = ["Parsed", "SyntaxProblem", "parse"]

if TYPE_CHECKING:
    import gast

_BOM = "\ufeff"
_SURROGATES = "[\ud800-\udfff]"
_TRIES = 20
"""How many broken statements of one file are skipped before the rest is given up."""


class SyntaxProblem(NamedTuple):
    """A place where the text is no Python: what is wrong, where, and how to mend it."""

    message: str
    span: Span


@dataclass(frozen=True)
class Parsed:
    """A text and what could be read of it.

    Attributes:
        source: The text with its lines.
        python_tree: The standard library's tree of all top-level statements that could be read;
            None where nothing could.
        errors: What could not be read; empty for a sound file.
    """

    source: SourceFile
    python_tree: ast.Module | None = field(repr=False)
    errors: tuple[SyntaxProblem, ...] = ()

    @cached_property
    def tree(self) -> gast.Module | None:
        """The same as a `gast` tree, made when first asked for."""
        if self.python_tree is None:
            return None
        import gast

        return cast("gast.Module", deep(gast.ast_to_gast, self.python_tree))

    @property
    def complete(self) -> bool:
        """Whether the whole text could be read."""
        return not self.errors


def parse(text: str, path: str = "<text>") -> Parsed:
    """Read a text as Python. Never raises.

    Where a top-level statement is broken, it is left out, and the rest is read; positions stay
    those of the text.

    Args:
        text: The whole file. A byte order mark is allowed.
        path: The file's name, for messages.

    Returns:
        The text, the tree of what could be read, and the errors.
    """
    source = SourceFile(path, text)
    errors: list[SyntaxProblem] = []
    readable = _clean(text, errors)
    tree = _parse_rest(source, readable, errors)
    return Parsed(source, tree, tuple(errors))


def _clean(text: str, errors: list[SyntaxProblem]) -> str:
    """The text with characters that no parser takes replaced by ones of the same width."""
    if text.startswith(_BOM):
        # Form feeds do not count as indentation, and three of them are as wide as the mark.
        text = "\f\f\f" + text[1:]
    if "\0" in text:
        at = text.index("\0")
        errors.append(
            SyntaxProblem(
                "The file contains a NUL byte; is it a text file, saved as UTF-8? Delete the byte.",
                Span(at, at + 1),
            )
        )
        text = text.replace("\0", " ")
    stray = None if text.isascii() else re.search(_SURROGATES, text)
    if stray is not None:
        errors.append(
            SyntaxProblem(
                "The file contains half of a surrogate pair; save it as UTF-8.",
                Span(stray.start(), stray.end()),
            )
        )
        text = re.sub(_SURROGATES, "\ufffd", text)
    return text


def _parse_rest(source: SourceFile, text: str, errors: list[SyntaxProblem]) -> ast.Module | None:
    lines: list[str] | None = None
    for _ in range(_TRIES):
        try:
            return _parse_quietly("".join(lines) if lines is not None else text)
        except SyntaxError as error:
            problem, line = _describe(source, error)
            if not any(known.span == problem.span for known in errors):
                errors.append(problem)
            if lines is None:
                lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
            if not _blank_statement(lines, line):
                return None
        except (RecursionError, MemoryError):
            errors.append(
                SyntaxProblem(
                    "The file nests too deeply to be read; split its longest expression.",
                    Span(0, min(len(source.text), source.line_end(0))),
                )
            )
            return None
        except (ValueError, OverflowError) as error:
            errors.append(SyntaxProblem(f"The file cannot be read: {error}.", Span(0, 0)))
            return None
    return None


def _parse_quietly(text: str) -> ast.Module:
    with warnings.catch_warnings():
        # Invalid escapes are the business of the user's own run.
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _describe(source: SourceFile, error: SyntaxError) -> tuple[SyntaxProblem, int]:
    """The problem, and the 0-based line it is about."""
    line = min(max((error.lineno or 1) - 1, 0), source.line_count - 1)
    column = max((error.offset or 1) - 1, 0)
    start = source.offset(line, column)
    end = source.line_end(line)
    if error.end_lineno and error.end_offset and error.end_lineno >= line + 1:
        last = min(error.end_lineno - 1, source.line_count - 1)
        end = source.offset(last, max(error.end_offset - 1, 0))
    if end <= start:
        start, end = min(start, max(end - 1, source.line_start(line))), max(start, end)
    message = (error.msg or "invalid syntax").strip().rstrip(".")
    ending = "" if message.endswith(("?", "!")) else "."
    return SyntaxProblem(message[:1].upper() + message[1:] + ending, Span(start, end)), line


def _blank_statement(lines: list[str], line: int) -> bool:
    """Empty the top-level statement around a line; False where there is nothing left to empty."""
    line = min(line, len(lines) - 1)
    start = line
    while start > 0 and not _starts_statement(lines[start]):
        start -= 1
    end = max(line, start) + 1
    while end < len(lines) and not _starts_statement(lines[end]):
        end += 1
    while start > 0 and lines[start - 1].startswith("@"):
        start -= 1
    found = False
    for i in range(start, end):
        ending = re.search(r"[\r\n]*\Z", lines[i])
        blank = ending.group() if ending else ""
        found = found or lines[i] != blank
        lines[i] = blank
    return found


def _starts_statement(line: str) -> bool:
    first = line[:1]
    if not first or first in " \t\f\r\n#)]}":
        return False
    return re.match(r"(else|elif|except|finally)\b", line) is None
