"""Why a function of the user's is not converted although its caller is."""

from __future__ import annotations

import ast

from engine.inference.values import Function

__all__ = ["construct_that_gives_up", "why_not_converted"]


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


def _syntax(function: Function) -> tuple[str, ast.AST | None]:
    node = function.node
    if isinstance(node, ast.AsyncFunctionDef):
        return "async", node
    if isinstance(node, ast.Lambda) and function.module.lambdas_on_line(node.lineno) > 1:
        return "lambdas", node
    why, where = function.module.index.gives_up.get(node, ("", None))
    if why == "mangled" and function.owner is None:
        return "", None
    return why, where
