"""How the expression walk goes through definitions and `with`."""

from __future__ import annotations

import gast

from engine.conversion.expressions import Expressions
from engine.syntax.template import quote_expression

__all__ = ["rewrite_function", "rewrite_lambda", "rewrite_with"]


def rewrite_function(node: gast.FunctionDef, walk: Expressions) -> gast.FunctionDef:
    """Decorators, defaults and annotations belong to the function around."""
    node.decorator_list = [walk.visit(one) for one in node.decorator_list]
    if node.returns is not None:
        node.returns = walk.visit(node.returns)
    arguments = node.args
    arguments.defaults = [walk.visit(one) for one in arguments.defaults]
    arguments.kw_defaults = [one and walk.visit(one) for one in arguments.kw_defaults]
    outer, ternaries = walk.scope_name, walk.ternaries
    # Generated functions have no scope of their own: they run in the one of the user's function.
    walk.scope_name, walk.ternaries = walk.context.scope_names.get(node, outer), True
    node.body = walk.block(node.body)
    walk.scope_name, walk.ternaries = outer, ternaries
    return node


def rewrite_lambda(node: gast.Lambda, walk: Expressions) -> gast.expr:
    """A user's lambda inside a converted function is marked as converted already."""
    walk.children(node)
    if node in walk.context.lambdas:
        return quote_expression("ag__.autograph_artifact(VALUE)", at=node, VALUE=node)
    return node


def rewrite_with(node: gast.With, walk: Expressions) -> gast.With:
    """Context managers are called as they are."""
    calls, walk.calls = walk.calls, False
    node.items = [walk.children(item) for item in node.items]
    walk.calls = calls
    node.body = walk.block(node.body)
    return node
