"""`def`: the body runs inside a `FunctionScope`, which says what is converted from there."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import gast

from engine.conversion.constructs.return_ import UndefinedReturnValue
from engine.conversion.context import Context
from engine.conversion.control_status import ControlStatus, Status
from engine.conversion.options import ConversionOptions, Feature
from engine.conversion.walk import Blocks
from engine.syntax.template import constant, placed, quote, quote_expression

__all__ = [
    "FunctionScope",
    "FunctionScopes",
    "autograph_artifact",
    "is_autograph_artifact",
    "scope_lambda",
    "with_function_scope",
]


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


class FunctionScope:
    """The `with` block around the body of a converted function.

    Attributes:
        name: The variable that holds the scope.
        options: Options of this function's conversion.
        callopts: Options for what it calls.
    """

    __slots__ = ("_blocks", "_function_name", "callopts", "name", "options")

    def __init__(self, function_name: str, scope_name: str, options: ConversionOptions) -> None:
        self.name = scope_name
        self.options = options
        self.callopts = options.call_options()
        self._function_name = function_name
        self._blocks: list[AbstractContextManager[Any]] = []

    def __enter__(self) -> FunctionScope:
        if self.options.user_requested:
            self._enter(ControlStatus(Status.ENABLED, self.options))
        if self.options.uses(Feature.NAME_SCOPES):
            from engine.conversion.staging import operations

            name = self._function_name
            self._enter(operations().name_scope("fn" + name if name[:1] == "_" else name))
        return self

    def _enter(self, block: AbstractContextManager[Any]) -> None:
        block.__enter__()
        self._blocks.append(block)

    def __exit__(self, *error: Any) -> None:
        while self._blocks:
            self._blocks.pop().__exit__(*error)

    def ret(self, value: Any, did_return: object) -> Any:
        """What the function answers: `value`, or None where no `return` was reached."""
        return None if value.__class__ is UndefinedReturnValue else value


def with_function_scope(
    thunk: Callable[[FunctionScope], Any], scope_name: str, options: ConversionOptions
) -> Any:
    """`FunctionScope` for lambdas."""
    with FunctionScope("lambda_", scope_name, options) as scope:
        return thunk(scope)


def autograph_artifact(entity: Any, extras: object = None) -> Any:
    """Mark a function as converted already."""
    holder: Any = entity.__func__ if inspect.ismethod(entity) else entity
    holder.autograph_info__ = extras
    return entity


def is_autograph_artifact(entity: object) -> bool:
    """Whether a function is converted already, or must stay as it is."""
    return hasattr(entity, "autograph_info__")
