"""`and`, `or`, `not`, chained comparison: graph ops where an operand is a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.expressions import Expressions
from engine.conversion.options import Feature
from engine.syntax.template import placed, quote_expression

__all__ = ["and_", "eq", "not_", "not_eq", "or_"]

_EQUALITY = {gast.Eq: "ag__.eq(LEFT, RIGHT)", gast.NotEq: "ag__.not_eq(LEFT, RIGHT)"}


def rewrite_operator(node: gast.BoolOp, walk: Expressions) -> gast.expr:
    """`a and b and c` into `ag__.and_(lambda: a, lambda: ag__.and_(lambda: b, lambda: c))`."""
    made: gast.expr
    snippet = (
        "ag__.and_(lambda: LEFT, lambda: RIGHT)"
        if isinstance(node.op, gast.And)
        else "ag__.or_(lambda: LEFT, lambda: RIGHT)"
    )
    values = [walk.visit(value) for value in node.values]
    made = values.pop()
    while values:
        made = quote_expression(snippet, at=node, LEFT=values.pop(), RIGHT=made)
    return made


def rewrite_unary(node: gast.UnaryOp, walk: Expressions) -> gast.expr:
    """`not a` into `ag__.not_(a)`."""
    node.operand = walk.visit(node.operand)
    if not isinstance(node.op, gast.Not):
        return node
    return quote_expression("ag__.not_(VALUE)", at=node, VALUE=node.operand)


def rewrite_comparison(node: gast.Compare, walk: Expressions) -> gast.expr:
    """`a < b < c` into `ag__.and_(lambda: a < b, lambda: b < c)`."""
    left = walk.visit(node.left)
    made: gast.expr | None = None
    for op, comparator in zip(node.ops, node.comparators):
        right = walk.visit(comparator)
        one = _compare(node, op, left, right, walk)
        if made is None:
            made = one
        else:
            made = quote_expression(
                "ag__.and_(lambda: LEFT, lambda: RIGHT)", at=node, LEFT=made, RIGHT=one
            )
        left = right
    return made if made is not None else left


def _compare(
    node: gast.Compare, op: gast.cmpop, left: gast.expr, right: gast.expr, walk: Expressions
) -> gast.expr:
    snippet = _EQUALITY.get(op.__class__)
    if snippet is not None and walk.context.options.uses(Feature.EQUALITY_OPERATORS):
        return quote_expression(snippet, at=node, LEFT=left, RIGHT=right)
    made = gast.Compare(left, [op], [right])
    if len(node.ops) == 1:
        return gast.copy_location(made, node)
    return placed(made, node)


def and_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`a() and b()`; `b` runs in the graph only where `a()`, a tensor, is true."""
    from engine.conversion.staging import choose, is_tensor

    first = a()
    if is_tensor(first):
        return choose(first, b, lambda: first)
    return first and b()


def or_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`a() or b()`; `b` runs in the graph only where `a()`, a tensor, is false."""
    from engine.conversion.staging import choose, is_tensor

    first = a()
    if is_tensor(first):
        return choose(first, lambda: first, b)
    return first or b()


def not_(a: Any) -> Any:
    """`not a`."""
    from engine.conversion.staging import is_tensor, operations

    return operations().logical_not(a) if is_tensor(a) else not a


def eq(a: Any, b: Any) -> Any:
    """`a == b`."""
    from engine.conversion.staging import is_tensor, operations

    return operations().equal(a, b) if is_tensor(a) or is_tensor(b) else a == b


def not_eq(a: Any, b: Any) -> Any:
    """`a != b`."""
    return not_(eq(a, b))
