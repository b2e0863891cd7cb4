"""`for`: over a tensor, a dataset or `tf.range` the loop moves into the graph."""

from __future__ import annotations

from typing import Any, Callable

import gast

from engine.conversion.staged import ControlFlow
from engine.syntax.template import constant, placed, quote, quote_expression
from engine.syntax.trees import copy_tree
from engine.syntax.unparse import unparse

__all__ = ["for_stmt"]


def rewrite(node: gast.For, walk: ControlFlow) -> list[gast.stmt]:
    """Functions for body, extra test and variables, and a call of `ag__.for_stmt`."""
    scopes = walk.facts.activity
    state = walk.state(node, node.iter, scopes.body[node].bound | scopes.iterate[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    extra = getattr(node, "extra_test", None)
    extra_name = fresh("extra_test") if extra is not None else None
    iterate, body = fresh("itr"), fresh("loop_body")
    extra_function: list[gast.stmt] = []
    if extra_name is not None:
        extra_function = quote(
            "def NAME():\n    DECLARATIONS\n    return TEST",
            at=node,
            NAME=extra_name,
            DECLARATIONS=state.declarations,
            TEST=extra,
        )
    return quote(
        "STATE\n"
        "def BODY_NAME(ITERATE):\n    DECLARATIONS\n    TARGET = ITERATE\n    BODY\n"
        "EXTRA\n"
        "UNDEFINED\n"
        "ag__.for_stmt(ITERATED, EXTRA_NAME, BODY_NAME, GETTER, SETTER, (SYMBOLS,), OPTIONS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        ITERATE=iterate,
        TARGET=node.target,
        BODY=node.body,
        EXTRA=extra_function,
        UNDEFINED=state.undefined_assignments(),
        ITERATED=node.iter,
        EXTRA_NAME=extra_name if extra_name is not None else constant(None, node),
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OPTIONS=_options(node, walk),
    )


def _options(node: gast.For, walk: ControlFlow) -> gast.Dict:
    options = walk.context.loop_options.get(node) or placed(gast.Dict([], []), node)
    options.keys.append(constant("iterate_names", node))
    options.values.append(constant(unparse(node.target), node))
    return options
