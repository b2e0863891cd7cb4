"""`# example: step(tf.ones([2, 3]))`: calls in comments, beside the function they are about."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.base.source import SourceFile

__all__ = ["example_calls", "example_words", "has_examples"]

_EXAMPLE = re.compile(r"#[ \t]*examples?:[ \t]*(?P<call>\S[^\r\n]*)", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d]\w*")
_LINES_ABOVE = 3


def has_examples(text: str) -> bool:
    """Whether there is such a comment anywhere in a text."""
    return _EXAMPLE.search(text) is not None


def example_words(text: str) -> frozenset[str]:
    """The names in all such comments of a text."""
    return frozenset(
        word for match in _EXAMPLE.finditer(text) for word in _WORDS.findall(match["call"])
    )


def example_calls(source: SourceFile, first: int, last: int, name: str) -> list[ast.Call]:
    """The calls of a function in comments within its lines, or up to three lines above them.

    Args:
        source: The file.
        first: The 0-based line where the function begins, with its decorators.
        last: Its 0-based last line.
        name: What its `def` calls it.

    Returns:
        The calls, with their places in the file, in order; each text once.
    """
    found: dict[str, ast.Call] = {}
    for number in range(max(0, first - _LINES_ABOVE), last + 1):
        line = source.line(number)
        match = _EXAMPLE.search(line)
        call = _call(match["call"], name) if match else None
        if match is None or call is None:
            continue
        before = len(line[: match.start("call")].encode("utf-8", "surrogatepass"))
        for node in ast.walk(call):
            if hasattr(node, "lineno"):
                node.lineno += number
                node.end_lineno += number  # type: ignore[attr-defined]
                node.col_offset += before  # type: ignore[attr-defined]
                node.end_col_offset += before  # type: ignore[attr-defined]
        found.setdefault(ast.unparse(call), call)
    return list(found.values())


def _call(text: str, name: str) -> ast.Call | None:
    """A call of `name`, or of an attribute of that name; None where the text is something else."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(call, ast.Call):
        return None
    called = call.func
    named = called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)
    return call if named == name else None
