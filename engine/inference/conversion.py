"""Why a function of the user's is not converted although its caller is."""

from __future__ import annotations

import ast

from engine.inference.values import Function

__all__ = ["construct_that_gives_up", "why_not_converted"]

_cache: dict[int, tuple[ast.AST, str, ast.AST | None]] = {}
_MOST_CACHED = 2000


def why_not_converted(function: Function) -> str:
    """The reason in a word or two, empty where the function is converted."""
    if function.wrapped == "gradient":
        return "gradient"
    if function.convert is False:
        return "do_not_convert"
    return _syntax(function)[0]


def construct_that_gives_up(function: Function) -> ast.AST | None:
    """The piece of syntax that keeps a function from being converted."""
    return _syntax(function)[1]


def _is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _syntax(function: Function) -> tuple[str, ast.AST | None]:
    node = function.node
    cached = _cache.get(id(node))
    if cached is None or cached[0] is not node:
        if len(_cache) > _MOST_CACHED:
            _cache.clear()
        why, where = _look(function)
        cached = (node, why, where)
        _cache[id(node)] = cached
    return cached[1], cached[2]


def _look(function: Function) -> tuple[str, ast.AST | None]:
    node = function.node
    if isinstance(node, ast.AsyncFunctionDef):
        return "async", node
    if isinstance(node, ast.Lambda) and function.module.lambdas_on_line(node.lineno) > 1:
        return "lambdas", node
    for child in ast.walk(node):
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return "yield", child
        if isinstance(child, ast.NamedExpr):
            return "walrus", child
        if isinstance(child, ast.Match):
            return "match", child
        if isinstance(child, (ast.For, ast.While)) and child.orelse:
            return "else", child
        if isinstance(child, ast.Attribute) and _is_mangled(child.attr) and function.owner:
            return "mangled", child
    return "", None
