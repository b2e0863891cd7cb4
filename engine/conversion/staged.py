"""One walk, inside out, over the compound statements of a lowered function."""

from __future__ import annotations

from typing import Any

import gast

from engine.analysis.facts import Facts
from engine.conversion.context import Context
from engine.conversion.state import State, state_of
from engine.conversion.walk import Blocks, Rewrites, Statements

__all__ = ["ControlFlow"]


class ControlFlow(Blocks):
    """Turns `if`, `while` and `for` into functions and a call of their operator.

    Attributes:
        context: The conversion.
        facts: What is known of the tree as it was before this walk.
    """

    def __init__(self, context: Context, facts: Facts, rewrites: Rewrites) -> None:
        self.context = context
        self.facts = facts
        self._rewrites = rewrites
        self._functions: list[gast.AST] = []

    def visit(self, node: gast.stmt) -> gast.stmt | Statements:
        """The replacement of a statement, after those of the statements inside it."""
        if isinstance(node, gast.FunctionDef):
            self._functions.append(node)
            self.inner(node)
            self._functions.pop()
            return node
        self.inner(node)
        rewrite = self._rewrites[node.__class__]
        if rewrite is None or not self._functions:
            return node
        return rewrite(node, self)

    def state(self, node: Any, entry: gast.AST, modified: set[str]) -> State:
        """The variables of a statement that matter outside it."""
        function = self._functions[-1]
        around = self._functions[-2] if len(self._functions) > 1 else None
        flow = self.facts.flow(function, around)
        return state_of(node, entry, modified, flow, self.facts.activity.body[function])
