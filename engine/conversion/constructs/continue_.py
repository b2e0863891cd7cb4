"""`continue`: a flag, and an `if` around the statements that it skips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Blocks, Statements
from engine.syntax.template import quote

__all__ = ["ContinueStatements"]


@dataclass
class _Block:
    """A block that is being walked: is the next statement one that a `continue` may skip?"""

    is_loop: bool = False
    guard_now: bool = False
    guard_next: bool = False


@dataclass
class _Loop:
    flag: str
    used: bool = False


class ContinueStatements(Blocks):
    """Rewrites `continue` into `continue_ = True`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.blocks: list[_Block] = []
        self.loops: list[_Loop] = []

    def visit_Continue(self, node: gast.Continue) -> Statements:
        """Set the flag; what follows in each block up to the loop is guarded."""
        self.loops[-1].used = True
        for block in reversed(self.blocks):
            block.guard_next = True
            if block.is_loop:
                break
        return quote("FLAG = True", at=node, FLAG=self.loops[-1].flag)

    def visit_While(self, node: gast.While) -> gast.stmt:
        """A loop of its own."""
        return self.loop(node)

    def visit_For(self, node: gast.For) -> gast.stmt:
        """A loop of its own."""
        return self.loop(node)

    def loop(self, node: Any) -> gast.stmt:
        """Rewrite a loop's body, with a fresh flag at its start where it is used."""
        loop = _Loop(self.context.fresh("continue_"))
        self.loops.append(loop)
        body = self.nested(node.body, is_loop=True)
        self.loops.pop()
        if loop.used:
            body = [*quote("FLAG = False", at=node, FLAG=loop.flag), *body]
        node.body = body
        return node

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.stmt:
        """Loops around a function are not loops of its statements."""
        loops, blocks, self.loops, self.blocks = self.loops, self.blocks, [], []
        node.body = self.block(node.body)
        self.loops, self.blocks = loops, blocks
        return node

    def block(self, statements: Statements) -> Statements:
        """A block inside a loop, or outside any."""
        return self.nested(statements) if self.loops else super().block(statements)

    def nested(self, statements: Statements, is_loop: bool = False) -> Statements:
        """Walk a block with its own notes."""
        self.blocks.append(_Block(is_loop))
        done = super().block(statements)
        self.blocks.pop()
        return done

    def after(
        self, made: gast.stmt | Statements
    ) -> tuple[gast.stmt | Statements, Statements | None]:
        """Guard the statement, and with it the rest of the block."""
        if not self.loops or not self.loops[-1].used:
            return made, None
        block = self.blocks[-1]
        wrap = block.guard_now
        block.guard_now, block.guard_next = block.guard_next, False
        if not wrap:
            return made, None
        at = made[0] if isinstance(made, list) else made
        (guard,) = quote("if not FLAG:\n    BODY", at=at, FLAG=self.loops[-1].flag, BODY=made)
        return guard, guard.body  # type: ignore[attr-defined]
