"""`def`: the body runs inside a `FunctionScope`, which says what is converted from there."""

from __future__ import annotations

import gast

from engine.conversion.context import Context
from engine.conversion.options import ConversionOptions
from engine.conversion.walk import Blocks
from engine.syntax.template import constant, placed, quote, quote_expression

__all__ = ["FunctionScope", "FunctionScopes", "autograph_artifact", "is_autograph_artifact"]


class FunctionScopes(Blocks):
    """Wraps the body of each function in `with ag__.FunctionScope(...)`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.depth = 0

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.FunctionDef:
        """One function; those inside it come after it in the numbering."""
        self.depth += 1
        name = self.context.scope_names[node] = self.context.fresh("fscope")
        node.body = self.block(node.body)
        if self.depth == 1:
            node.decorator_list = []
        else:
            node.decorator_list.append(quote_expression("ag__.autograph_artifact", at=node))
        docstring = node.body[:1] if _is_constant(node.body[0]) else []
        body = node.body[len(docstring) :] or [placed(gast.Pass(), node)]
        wrapped = quote(
            "with ag__.FunctionScope(NAME, SCOPE, OPTIONS) as CONTEXT:\n    BODY",
            at=node,
            NAME=constant(node.name, node),
            SCOPE=constant(name, node),
            OPTIONS=self.options(node),
            CONTEXT=name,
            BODY=body,
        )
        node.body = docstring + wrapped
        self.depth -= 1
        return node

    def options(self, node: gast.AST) -> gast.expr:
        """The expression for a function's options: the user's for the outermost one."""
        options = self.context.options
        if self.depth > 1:
            options = options.call_options()
        return quote_expression(options.source(), at=node)


def scope_lambda(body: gast.expr, name: str, context: Context) -> gast.expr:
    """The body of a converted lambda, run inside a scope of that name."""
    return quote_expression(
        "ag__.with_function_scope(lambda CONTEXT: BODY, SCOPE, OPTIONS)",
        at=body,
        CONTEXT=name,
        BODY=body,
        SCOPE=constant(name, body),
        OPTIONS=quote_expression(context.options.source(), at=body),
    )


def _is_constant(statement: gast.stmt) -> bool:
    return isinstance(statement, gast.Expr) and isinstance(statement.value, gast.Constant)
