"""`if`: when the test is a tensor, both branches move into the graph."""

from __future__ import annotations

from typing import Any, Callable

import gast

from engine.conversion.staged import ControlFlow
from engine.syntax.template import constant, placed, quote

__all__ = ["if_stmt"]


def rewrite(node: gast.If, walk: ControlFlow) -> list[gast.stmt]:
    """Two functions for the branches, two for the variables, and a call of `ag__.if_stmt`."""
    scopes = walk.facts.activity
    state = walk.state(node, node.test, scopes.body[node].bound | scopes.orelse[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    body, orelse = fresh("if_body"), fresh("else_body")
    return quote(
        "STATE\n"
        "def BODY_NAME():\n    DECLARATIONS\n    BODY\n"
        "def ORELSE_NAME():\n    DECLARATIONS\n    ORELSE\n"
        "UNDEFINED\n"
        "ag__.if_stmt(TEST, BODY_NAME, ORELSE_NAME, GETTER, SETTER, (SYMBOLS,), OUTPUTS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        BODY=node.body,
        ORELSE_NAME=orelse,
        ORELSE=node.orelse or [placed(gast.Pass(), node)],
        UNDEFINED=state.undefined_assignments(),
        TEST=node.test,
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OUTPUTS=constant(state.outputs, node),
    )
