"""`while`: when the test is a tensor, the loop moves into the graph."""

from __future__ import annotations

from typing import Any, Callable

import gast

from engine.conversion.staged import ControlFlow
from engine.syntax.template import placed, quote

__all__ = ["while_stmt"]


def rewrite(node: gast.While, walk: ControlFlow) -> list[gast.stmt]:
    """Functions for body, test and variables, and a call of `ag__.while_stmt`."""
    state = walk.state(node, node.test, walk.facts.activity.body[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    body, test = fresh("loop_body"), fresh("loop_test")
    options = walk.context.loop_options.get(node) or placed(gast.Dict([], []), node)
    return quote(
        "STATE\n"
        "def BODY_NAME():\n    DECLARATIONS\n    BODY\n"
        "def TEST_NAME():\n    return TEST\n"
        "UNDEFINED\n"
        "ag__.while_stmt(TEST_NAME, BODY_NAME, GETTER, SETTER, (SYMBOLS,), OPTIONS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        BODY=node.body,
        TEST_NAME=test,
        TEST=node.test,
        UNDEFINED=state.undefined_assignments(),
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OPTIONS=options,
    )
