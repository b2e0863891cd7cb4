"""`a if test else b`: when `test` is a tensor, the choice moves into the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.expressions import Expressions
from engine.syntax.template import constant, quote_expression
from engine.syntax.trees import copy_tree
from engine.syntax.unparse import unparse

__all__ = ["if_exp"]


def rewrite(node: gast.IfExp, walk: Expressions) -> gast.expr:
    """`ag__.if_exp(test, lambda: a, lambda: b, 'test')`.

    As in TensorFlow, a ternary inside a ternary stays Python's.
    """
    if not walk.ternaries:
        node.test, node.body, node.orelse = (
            walk.visit(node.test),
            walk.visit(node.body),
            walk.visit(node.orelse),
        )
        return node
    text = unparse(walk.calls_only(copy_tree(node.test)))
    walk.ternaries = False
    made = quote_expression(
        "ag__.if_exp(TEST, lambda: BODY, lambda: ORELSE, TEXT)",
        at=node,
        TEST=walk.visit(node.test),
        BODY=walk.visit(node.body),
        ORELSE=walk.visit(node.orelse),
        TEXT=constant(text, node),
    )
    walk.ternaries = True
    return made


def if_exp(
    cond: Any, if_true: Callable[[], Any], if_false: Callable[[], Any], expr_repr: str
) -> Any:
    """Python's own choice, unless the test is a tensor.

    Args:
        cond: The test.
        if_true: The value where it holds.
        if_false: The value where it does not.
        expr_repr: The text of the test, for messages.

    Raises:
        TypeError: If the two values have different dtypes or structures.
        ValueError: If one of them is None.
    """
    from engine.conversion.branches import check_pair
    from engine.conversion.staging import choose, is_tensor

    if not is_tensor(cond):
        return if_true() if cond else if_false()
    values: list[Any] = []

    def seen(branch: Callable[[], Any], first: bool) -> Callable[[], Any]:
        def run() -> Any:
            value = branch()
            values.append(value)
            if len(values) == 2:
                pair = (values[0], value) if not first else (value, values[0])
                check_pair(f"'{expr_repr}'", *pair)
            return value

        return run

    return choose(cond, seen(if_true, True), seen(if_false, False))
