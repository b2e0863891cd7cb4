"""`a if test else b`: when `test` is a tensor, the choice moves into the graph."""

from __future__ import annotations

from typing import Any, Callable

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
        node.test, node.body, node.orelse = walk(node.test), walk(node.body), walk(node.orelse)
        return node
    text = unparse(walk.calls_only(copy_tree(node.test)))
    walk.ternaries = False
    made = quote_expression(
        "ag__.if_exp(TEST, lambda: BODY, lambda: ORELSE, TEXT)",
        at=node,
        TEST=walk(node.test),
        BODY=walk(node.body),
        ORELSE=walk(node.orelse),
        TEXT=constant(text, node),
    )
    walk.ternaries = True
    return made
