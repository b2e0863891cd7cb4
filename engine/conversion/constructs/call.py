"""Calls: what is called is converted too, unless it is known to need no conversion."""

from __future__ import annotations

from typing import Any

import gast

from engine.conversion.expressions import Expressions
from engine.conversion.options import Feature
from engine.syntax.names import dotted_name
from engine.syntax.template import constant, placed, quote_expression

__all__ = ["rewrite"]

_DEBUGGERS = ("pdb.set_trace", "ipdb.set_trace", "breakpoint")


def rewrite(node: gast.Call, walk: Expressions) -> gast.expr:
    """`f(a, b=c)` into `ag__.converted_call(f, (a,), dict(b=c), fscope)`."""
    name = dotted_name(node.func) or ""
    root = name.partition(".")[0]
    node.func = walk.visit(node.func)
    node.args = [walk.visit(argument) for argument in node.args]
    for keyword in node.keywords:
        keyword.value = walk.visit(keyword.value)
    if not walk.calls or _stays(name, root, walk):
        return node
    return quote_expression(
        "ag__.converted_call(FUNCTION, ARGUMENTS, KEYWORDS, SCOPE)",
        at=node,
        FUNCTION=node.func,
        ARGUMENTS=_arguments(node),
        KEYWORDS=_keywords(node),
        SCOPE=walk.scope_name,
    )


def _stays(name: str, root: str, walk: Expressions) -> bool:
    if not walk.scope_name or (root in ("ag__", walk.scope_name) and root != name):
        return True
    if name == "print":
        return not walk.context.options.uses(Feature.BUILTIN_FUNCTIONS)
    return name in _DEBUGGERS


def _arguments(node: gast.Call) -> gast.expr:
    """All positional arguments as one expression: `(a,) + tuple(b) + (c,)`."""
    pieces: list[gast.expr] = []
    plain: list[gast.expr] = []
    for argument in node.args:
        if isinstance(argument, gast.Starred):
            if plain:
                pieces.append(_tuple(plain, node))
                plain = []
            pieces.append(quote_expression("tuple(VALUE)", at=argument, VALUE=argument.value))
        else:
            plain.append(argument)
    if plain or not pieces:
        pieces.append(_tuple(plain, node))
    made = pieces[0]
    for piece in pieces[1:]:
        made = placed(gast.BinOp(made, gast.Add(), piece), node)
    return made


def _tuple(elements: list[gast.expr], at: gast.AST) -> gast.expr:
    return placed(gast.Tuple(elements, gast.Load()), at)


def _keywords(node: gast.Call) -> gast.expr:
    if not node.keywords:
        return constant(None, node)
    made: Any = quote_expression("dict()", at=node)
    made.keywords = node.keywords
    return made
