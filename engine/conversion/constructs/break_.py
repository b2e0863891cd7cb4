"""`break`: a flag that the loop's condition tests, and a `continue`."""

from __future__ import annotations

from typing import Any

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Blocks, Statements
from engine.syntax.template import quote, quote_expression

__all__ = ["BreakStatements"]


class BreakStatements(Blocks):
    """Rewrites `break` into `break_ = True; continue`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.flags: list[str] = []
        self.used: list[bool] = []

    def visit_Break(self, node: gast.Break) -> Statements:
        """Set the flag of the loop around."""
        self.used[-1] = True
        return quote("FLAG = True\ncontinue", at=node, FLAG=self.flags[-1])

    def visit_While(self, node: gast.While) -> gast.stmt | Statements:
        """Test the flag before the user's own test."""
        flag = self.loop_body(node)
        if flag is None:
            return node
        test = quote_expression("not FLAG and TEST", at=node.test, FLAG=flag, TEST=node.test)
        node.test = test
        return [*quote("FLAG = False", at=node, FLAG=flag), node]

    def visit_For(self, node: gast.For) -> gast.stmt | Statements:
        """Test the flag before each turn."""
        flag = self.loop_body(node)
        if flag is None:
            return node
        extra = quote_expression("not FLAG", at=node.iter, FLAG=flag)
        node.extra_test = extra  # type: ignore[attr-defined]
        # Says that the loop depends on the flag, which the tree would not show otherwise.
        node.body = [*quote("(FLAG,)", at=node, FLAG=flag), *node.body]
        return [*quote("FLAG = False", at=node, FLAG=flag), node]

    def loop_body(self, node: Any) -> str | None:
        """Rewrite the body; the name of the flag where the loop has a `break`."""
        flag = self.context.fresh("break_")
        self.flags.append(flag)
        self.used.append(False)
        node.body = self.block(node.body)
        self.flags.pop()
        return flag if self.used.pop() else None
