"""Pieces of code with holes: `quote("f(X)", at=old_node, X=tree)`.

Names in capitals are holes. A hole takes a tree, a string (a name), or a list: of statements where
the hole stands alone on a line, of expressions inside a tuple or an argument list. The name of a
function, of a parameter and after `as` can be a hole for a string.

Every new node gets the position of the node it replaces, held to one line: for an attribute that
spans lines Python would report the last one.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any, TypeVar, cast

import gast

from engine.syntax.trees import from_python

__all__ = ["constant", "placed", "position_of", "quote", "quote_expression"]

Position = dict[str, int]
Node = TypeVar("Node", bound=gast.AST)

_IS_HOLE = re.compile(r"[A-Z][A-Z0-9_]*\Z").match


def quote(snippet: str, at: gast.AST | None = None, **holes: Any) -> list[gast.stmt]:
    """Statements made from a snippet.

    Args:
        snippet: Python statements, not indented.
        at: The node whose position the new nodes take.
        **holes: What goes where.

    Returns:
        New statements. Trees put into holes are used as they are, not copied.
    """
    found: list[gast.stmt] = []
    position = position_of(at)
    for statement in _prototype(snippet):
        _append(found, _fill(statement, holes, position))
    return found


def quote_expression(snippet: str, at: gast.AST | None = None, **holes: Any) -> gast.expr:
    """An expression made from a snippet; see `quote`."""
    (statement,) = _prototype(snippet)
    return cast("gast.expr", _fill(cast("gast.Expr", statement).value, holes, position_of(at)))


def constant(value: Any, at: gast.AST | None = None) -> gast.Constant:
    """A literal."""
    return placed(gast.Constant(value, None), at)


def placed(new: Node, at: gast.AST | None) -> Node:
    """`new` with the position of `at`, held to its first line."""
    new.__dict__.update(position_of(at))
    return new


def position_of(at: gast.AST | None) -> Position:
    """The position of a node, held to its first line; the start of the file for None."""
    if at is None or not hasattr(at, "lineno"):
        return {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
    old: Any = at
    line, column = old.lineno, old.col_offset
    end, end_column = getattr(at, "end_lineno", line), getattr(at, "end_col_offset", column)
    if end != line:
        end_column = column
    return {
        "lineno": line, "col_offset": column, "end_lineno": line, "end_col_offset": end_column,
    }  # fmt: skip


@lru_cache(maxsize=256)
def _prototype(snippet: str) -> tuple[gast.stmt, ...]:
    tree = ast.parse(snippet)
    for node in ast.walk(tree):
        for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            node.__dict__.pop(name, None)
    return tuple(cast("gast.Module", from_python(tree)).body)


def _append(found: list[Any], made: Any) -> None:
    if made.__class__ is list or made.__class__ is tuple:
        found.extend(made)
    else:
        found.append(made)


def _fill(node: Any, holes: dict[str, Any], position: Position) -> Any:
    kind = node.__class__
    if kind is gast.Name and node.id in holes:
        return _name(node, holes[node.id], position)
    if kind is gast.Expr and node.value.__class__ is gast.Name:
        value = _fill(node.value, holes, position)
        if value.__class__ is list or isinstance(value, gast.stmt):
            return value
        return _made(kind, {"value": value}, position)
    if isinstance(node, gast.expr_context):
        return node
    fields: dict[str, Any] = {}
    for key, value in node.__dict__.items():
        if value.__class__ is list:
            filled: list[Any] = []
            for item in value:
                _append(filled, _fill(item, holes, position) if isinstance(item, ast.AST) else item)
            fields[key] = filled
        elif isinstance(value, ast.AST):
            fields[key] = _fill(value, holes, position)
        elif value.__class__ is str and value in holes:
            fields[key] = holes[value]
        else:
            fields[key] = value
    return _made(kind, fields, position)


def _name(node: gast.Name, value: Any, position: Position) -> Any:
    if value.__class__ is str:
        return _made(
            gast.Name,
            {"id": value, "ctx": node.ctx, "annotation": None, "type_comment": None},
            position,
        )
    return value


def _made(kind: Any, fields: dict[str, Any], position: Position) -> Any:
    new = kind.__new__(kind)
    new.__dict__.update(fields)
    new.__dict__.update(position)
    return new
