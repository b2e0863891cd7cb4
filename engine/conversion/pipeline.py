"""The order of the rewrites: the one place where a converter is entered.

Four walks: the survey (`context.py`), the lowering of statements, control flow with what the
analyses know of the lowered function, and expressions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gast

from engine.analysis.facts import Facts
from engine.conversion.context import Context, refuse_walrus, survey
from engine.conversion.expressions import Expressions
from engine.conversion.options import ConversionOptions, Feature
from engine.conversion.staged import ControlFlow
from engine.conversion.walk import Rewrites, load
from engine.syntax.template import constant, quote

__all__ = ["convert_function"]

# Statements into simpler statements: the rewrite, the nodes without which there is nothing to do,
# and the feature it belongs to. Each leaves behind what the next ones expect.
LOWERING: tuple[tuple[str, frozenset[type[Any]] | None, Feature | None], ...] = (
    ("function.FunctionScopes", None, None),
    ("loop_options.LoopOptions", frozenset({gast.Call}), None),
    ("break_.BreakStatements", frozenset({gast.Break}), None),
    ("assert_.AssertStatements", frozenset({gast.Assert}), Feature.ASSERT_STATEMENTS),
    ("continue_.ContinueStatements", frozenset({gast.Break, gast.Continue}), None),
    ("return_.ConditionalReturns", None, None),
    ("return_.ReturnStatements", None, None),
    ("lists.ListOperations", None, Feature.LISTS),
)

# Compound statements into calls, inside out.
CONTROL_FLOW = Rewrites({
    gast.If: "if_statement.rewrite",
    gast.While: "while_loop.rewrite",
    gast.For: "for_loop.rewrite",
})  # fmt: skip

EXPRESSIONS = Rewrites({
    gast.Call: "call.rewrite",
    gast.IfExp: "if_expression.rewrite",
    gast.BoolOp: "boolean.rewrite_operator",
    gast.UnaryOp: "boolean.rewrite_unary",
    gast.Compare: "boolean.rewrite_comparison",
    gast.Name: "variable.rewrite_name",
    gast.Dict: "loop_options.rewrite",
    gast.Lambda: "scopes.rewrite_lambda",
})  # fmt: skip

STATEMENTS = Rewrites({
    gast.AugAssign: "variable.rewrite_augmented",
    gast.Delete: "variable.rewrite_delete",
    gast.FunctionDef: "scopes.rewrite_function",
    gast.With: "scopes.rewrite_with",
})  # fmt: skip


def convert_function(
    tree: gast.FunctionDef | gast.Lambda,
    options: ConversionOptions,
    taken: Collection[str] = (),
) -> gast.stmt:
    """Rewrite a function. The tree is changed; copy it first where it is still needed.

    Args:
        tree: A function or lambda.
        options: What was asked for.
        taken: Names that generated names must not collide with.

    Returns:
        The definition of `tf__NAME`; for a lambda an assignment to `tf__lam`.

    Raises:
        UnsupportedLanguageElementError: If the function cannot be converted.
    """
    context = survey(tree, options, taken)
    _erase_defaults(tree.args)
    if isinstance(tree, gast.Lambda):
        return _convert_lambda(tree, context)
    name = context.namer.fresh("tf__" + tree.name)
    lowered: Any = tree
    for path, kinds, feature in LOWERING:
        if kinds is not None and kinds.isdisjoint(context.kinds):
            continue
        if feature is None or options.uses(feature):
            (lowered,) = load(path)(context).block([lowered])
    if context.walrus:
        refuse_walrus(lowered)
    ControlFlow(context, Facts(lowered), CONTROL_FLOW).block([lowered])
    (made,) = Expressions(context, EXPRESSIONS, STATEMENTS).block([lowered])
    made.name = name  # type: ignore[attr-defined]
    return made


def _convert_lambda(tree: gast.Lambda, context: Context) -> gast.stmt:
    if context.walrus:
        refuse_walrus(tree)
    walk = Expressions(context, EXPRESSIONS, STATEMENTS)
    walk.scope_name = context.fresh("lscope")
    body = walk.visit(tree.body)
    tree.body = load("function.scope_lambda")(body, walk.scope_name, context)
    name = context.namer.fresh("tf__lam")
    (assignment,) = quote("NAME = VALUE", at=tree, NAME=name, VALUE=tree)
    return assignment


def _erase_defaults(arguments: gast.arguments) -> None:
    """Defaults are those of the function object: their expressions may be unbound by now."""
    arguments.defaults = [constant(None, one) for one in arguments.defaults]
    arguments.kw_defaults = [
        one if one is None else constant(None, one) for one in arguments.kw_defaults
    ]
