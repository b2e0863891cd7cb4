"""Tree -> text, and which line of the text comes from which line of the user's."""

from __future__ import annotations

import ast
from typing import Any, cast

import gast

from engine.syntax.depth import deep
from engine.syntax.trees import to_python

__all__ = ["line_map", "unparse"]


def unparse(node: ast.AST | list[Any]) -> str:
    """Python source of a `gast` tree (or of a list of statements), without a final line end."""
    if isinstance(node, list):
        node = cast("ast.AST", gast.Module(node, []))
    return deep(_unparse, node)


def _unparse(node: ast.AST) -> str:
    return ast.unparse(to_python(node))


def line_map(generated: ast.AST, text: str) -> tuple[tuple[int, int], ...]:
    """Pairs of 0-based lines: line of `text`, and the user's line it comes from.

    Args:
        generated: The tree that `text` was written from, with the user's positions.
        text: What `unparse(generated)` gives.

    Returns:
        Nothing for code that nests deeper than Python reads it back.
    """
    pairs: dict[int, int] = {}
    try:
        fresh = deep(ast.parse, text).body[0]
    except (SyntaxError, RecursionError, MemoryError):
        return ()
    deep(_walk, generated, fresh, pairs)
    following = None
    lines = text.split("\n")
    for number in range(len(lines) - 1, -1, -1):
        if number in pairs:
            following = pairs[number]
        elif lines[number].strip() and following is not None:
            pairs[number] = following  # `else:` and `finally:` belong to what they begin
    return tuple(sorted(pairs.items()))


def _walk(ours: Any, fresh: Any, pairs: dict[int, int]) -> None:
    """Walk two trees of the same shape side by side; the outermost statement of a line counts."""
    if isinstance(fresh, (ast.stmt, ast.ExceptHandler)) and hasattr(ours, "lineno"):
        last = fresh.lineno if hasattr(fresh, "body") else fresh.end_lineno or fresh.lineno
        for number in range(fresh.lineno, last + 1):
            pairs.setdefault(number - 1, ours.lineno - 1)
    for name in ("decorator_list", "body", "handlers", "orelse", "finalbody", "cases"):
        mine, theirs = getattr(ours, name, None), getattr(fresh, name, None)
        if isinstance(mine, list) and isinstance(theirs, list):
            for left, right in zip(mine, theirs):
                if name == "decorator_list" and hasattr(left, "lineno"):
                    pairs.setdefault(right.lineno - 1, left.lineno - 1)
                _walk(left, right, pairs)
