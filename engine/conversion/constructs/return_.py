"""`return`: a flag and a value that the function's scope answers at its single end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Blocks, Statements
from engine.syntax.template import constant, quote, quote_expression

__all__ = ["ConditionalReturns", "ReturnStatements", "UndefinedReturnValue"]


class ConditionalReturns(Blocks):
    """Moves what follows `if a: return x` into its `else`, so that both branches have a value."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.returns: list[bool] = []
        self.ends: dict[gast.AST, tuple[bool, bool]] = {}

    def visit_Return(self, node: gast.Return) -> gast.stmt:
        """The block ends here."""
        self.returns[-1] = True
        return node

    def visit_If(self, node: gast.If) -> gast.stmt:
        """Note which branches end in a return."""
        node.body, in_body = self.ending(node.body)
        node.orelse, in_orelse = self.ending(node.orelse)
        self.ends[node] = (in_body, in_orelse)
        if in_body and in_orelse:
            self.returns[-1] = True
        return node

    def visit_With(self, node: gast.With) -> gast.stmt:
        """A `with` ends as its block does."""
        node.body, returns = self.ending(node.body)
        if returns:
            self.returns[-1] = True
        return node

    def ending(self, statements: Statements) -> tuple[Statements, bool]:
        """Walk a block; does it certainly end in a return?"""
        self.returns.append(False)
        done = super().block(statements)
        return done, self.returns.pop()

    def block(self, statements: Statements) -> Statements:
        """Loops and `try` may be left in the middle: nothing is known of their end."""
        return self.ending(statements)[0]

    def after(
        self, made: gast.stmt | Statements
    ) -> tuple[gast.stmt | Statements, Statements | None]:
        """Where one branch returns, the rest of the block belongs to the other."""
        if isinstance(made, gast.If):
            in_body, in_orelse = self.ends.get(made, (False, False))
            if in_body:
                return made, made.orelse
            if in_orelse:
                return made, made.body
        return made, None


@dataclass
class _Block:
    is_function: bool = False
    used: bool = False
    guard_now: bool = False
    guard_next: bool = False


@dataclass
class _Function:
    flag: str
    value: str


class ReturnStatements(Blocks):
    """Rewrites `return x` into `do_return = True; retval_ = x` and guards what follows."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.blocks: list[_Block] = []
        self.functions: list[_Function] = []

    def visit_Return(self, node: gast.Return) -> Statements:
        """Set flag and value; if the value raises, the function has not returned."""
        for block in reversed(self.blocks):
            block.used = block.guard_next = True
            if block.is_function:
                break
        function = self.functions[-1]
        return quote(
            "try:\n    FLAG = True\n    VALUE = RESULT\nexcept:\n    FLAG = False\n    raise",
            at=node,
            FLAG=function.flag,
            VALUE=function.value,
            RESULT=node.value if node.value is not None else constant(None, node),
        )

    def visit_While(self, node: gast.While) -> gast.stmt:
        """A loop ends when the function has returned."""
        node.body = self.block(node.body)
        if self.blocks[-1].used:
            node.test = quote_expression(
                "not FLAG and TEST", at=node.test, FLAG=self.functions[-1].flag, TEST=node.test
            )
        return node

    def visit_For(self, node: gast.For) -> gast.stmt:
        """A loop ends when the function has returned."""
        node.body = self.block(node.body)
        if self.blocks[-1].used:
            flag = self.functions[-1].flag
            extra = getattr(node, "extra_test", None)
            if extra is None:
                test = quote_expression("not FLAG", at=node.iter, FLAG=flag)
            else:
                test = quote_expression("not FLAG and TEST", at=node.iter, FLAG=flag, TEST=extra)
            node.extra_test = test  # type: ignore[attr-defined]
        return node

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.stmt:
        """A function of its own; `function.py` has wrapped its body in one `with`."""
        function = _Function(self.context.fresh("do_return"), self.context.fresh("retval_"))
        self.functions.append(function)
        self.blocks.append(_Block(is_function=True))
        node.body = self.block(node.body)
        used = self.blocks.pop().used
        self.functions.pop()
        if used:
            self.single_end(node, function)
        return node

    def single_end(self, node: gast.FunctionDef, function: _Function) -> None:
        """Set up flag and value at the start, answer the value at the end."""
        wrapper: Any = node.body[-1]
        wrapper.body = quote(
            "FLAG = False\nVALUE = ag__.UndefinedReturnValue()\nBODY\n"
            "return CONTEXT.ret(VALUE, FLAG)",
            at=node,
            FLAG=function.flag,
            VALUE=function.value,
            BODY=wrapper.body,
            CONTEXT=self.context.scope_names[node],
        )

    def block(self, statements: Statements) -> Statements:
        """Walk a block with its own notes."""
        self.blocks.append(_Block())
        done = super().block(statements)
        self.blocks.pop()
        return done

    def after(
        self, made: gast.stmt | Statements
    ) -> tuple[gast.stmt | Statements, Statements | None]:
        """Guard what follows a statement that may have returned."""
        block = self.blocks[-1] if self.blocks else None
        if block is None or not block.used:
            return made, None
        later = None
        if block.guard_now:
            at = made[0] if isinstance(made, list) else made
            flag = self.functions[-1].flag
            (guard,) = quote("if not FLAG:\n    BODY", at=at, FLAG=flag, BODY=made)
            made, later = guard, guard.body  # type: ignore[attr-defined]
        block.guard_now, block.guard_next = block.guard_next, False
        return made, later


class UndefinedReturnValue:
    """Stands for the value of a function that has not returned yet."""

    __slots__ = ()
