"""GR309: `raise` in a staged branch fires while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Raised
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_BLOCKS = (ast.If, ast.For, ast.While, ast.Try, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@rule(
    "GR309",
    "raise-in-staged-branch",
    "This `raise` fires while tracing, whatever the condition.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                if tf.reduce_sum(x) < 0:
                    raise ValueError('negative')
                return tf.sqrt(x)
            """,
            fixed="""
            @tf.function
            def f(x):
                tf.debugging.Assert(tf.logical_not(tf.reduce_sum(x) < 0), ['negative'])
                return tf.sqrt(x)
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def f(x, mode='mean'):
            if mode not in ('mean', 'sum'):
                raise ValueError(mode)
            if x.shape.rank != 2:
                raise ValueError('matrix wanted')
            return x
        """,
    ),
)
def raise_in_staged_branch(facts: Facts) -> Iterator[Finding]:
    """Both arms of a staged `if` are traced, so the `raise` is reached in any case.

    Tracing fails with that error even where the condition is false; so it does in the body of a
    staged loop.

    Use `tf.debugging.Assert`, which looks at the condition when the graph runs.
    """
    for event in facts.staged(Raised):
        region = event.context.region
        if region is None or not isinstance(event.node, ast.Raise) or event.node.exc is None:
            continue
        block = next((p for p in facts.ancestors(event.node) if isinstance(p, _BLOCKS)), None)
        handed = region.kind in ("function", "body") and event.context.function is not None
        whole = handed and block is event.context.function.node  # type: ignore[union-attr]
        if (block is not region.node and not whole) or event.context.caught:
            continue
        if _is_abstract(event.node) or (whole and _may_return_before(block, event.node)):
            continue
        message = (
            "This `raise` is reached while tracing, whatever the staged condition is; use "
            "`tf.debugging.Assert`."
        )
        yield Finding(event.node, event.context, message, fix=_fix(facts, event.node, block))


def _may_return_before(block: ast.AST | None, node: ast.Raise) -> bool:
    """Whether a function may have returned by the time it comes to the `raise`."""
    body = getattr(block, "body", [])
    return any(
        isinstance(child, ast.Return) and child.lineno < node.lineno
        for statement in (body if isinstance(body, list) else [])
        for child in ast.walk(statement)
    )


def _is_abstract(node: ast.Raise) -> bool:
    """Whether it says that a subclass is to do it: the subclass is what is traced."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _fix(facts: Facts, node: ast.Raise, block: ast.AST | None) -> Fix | None:
    alias = facts.alias
    if not isinstance(block, ast.If) or block.orelse or len(block.body) != 1 or alias is None:
        return None
    parent = facts.parents.get(block)
    if isinstance(parent, ast.If) and parent.orelse and parent.orelse[0] is block:
        return None
    call = node.exc
    if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return None
    message = facts.text(call.args[0])
    text = f"{alias}.debugging.Assert({alias}.logical_not({facts.text(block.test)}), [{message}])"
    return Fix("Use `tf.debugging.Assert`", (Edit(facts.span(block), text),))
