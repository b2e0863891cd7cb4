"""One walk over the expressions of a lowered function; each construct rewrites its own nodes."""

from __future__ import annotations

from typing import Any, cast

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Rewrites, Statements

__all__ = ["Expressions"]


class Expressions:
    """The walk, and where it is.

    Attributes:
        context: The conversion.
        scope_name: The variable with the scope of the function around.
        calls: Whether calls are rewritten here.
        ternaries: Whether `a if b else c` is rewritten here.
        guarded: Whether reads of names are rewritten here.
    """

    def __init__(self, context: Context, expressions: Rewrites, statements: Rewrites) -> None:
        self.context = context
        self.scope_name = ""
        self.calls = True
        self.ternaries = True
        self.guarded = True
        self._expressions = expressions
        self._statements = statements

    def visit(self, node: Any) -> Any:
        """The rewritten form of an expression."""
        rewrite = self._expressions[node.__class__]
        if rewrite is not None:
            return rewrite(node, self)
        return self.children(node)

    def children(self, node: Any) -> Any:
        """Rewrite the parts of a node in place."""
        fields = node.__dict__
        for key, value in list(fields.items()):
            if value.__class__ is list:
                if value and isinstance(value[0], gast.stmt):
                    fields[key] = self.block(value)
                else:
                    fields[key] = [self.visit(x) if isinstance(x, gast.AST) else x for x in value]
            elif isinstance(value, gast.AST) and not isinstance(value, gast.expr_context):
                fields[key] = self.visit(value)
        return node

    def block(self, statements: Statements) -> Statements:
        """The rewritten statements of a block."""
        made: Statements = []
        for statement in statements:
            rewrite = self._statements[statement.__class__]
            result = rewrite(statement, self) if rewrite is not None else self.children(statement)
            if result.__class__ is list:
                made.extend(result)
            else:
                made.append(result)
        return made

    def calls_only(self, node: gast.expr) -> gast.expr:
        """Rewrite calls and nothing else, for the text of an expression."""
        inner = Expressions(self.context, Rewrites({gast.Call: "call.rewrite"}), Rewrites({}))
        inner.scope_name, inner.calls = self.scope_name, self.calls
        return cast("gast.expr", inner.visit(node))
