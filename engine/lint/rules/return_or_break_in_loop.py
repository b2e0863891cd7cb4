"""GR306: `return` in a staged loop, or a staged `break` in a Python loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Jumped
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR306",
    "return-or-break-in-loop",
    "`return` in a staged loop, or a staged `break` in a Python loop, cannot be converted.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            for i in tf.range(10):
                if x[i] > 0:
                    return x[i]
            return x[0]
        """,
        Example(
            """
            @tf.function
            def f(x):
                for i in range(10):
                    if tf.reduce_sum(x) > 100:
                        break
                    x = x * 2
                return x
            """,
            fixed="""
            @tf.function
            def f(x):
                for i in tf.range(10):
                    if tf.reduce_sum(x) > 100:
                        break
                    x = x * 2
                return x
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def f(x):
            for i in tf.range(10):
                if tf.reduce_sum(x) > 100:
                    break
                x = x * 2
            for j in range(3):
                if j == 2:
                    break
                x = x + 1
            return x
        """,
    ),
)
def return_or_break_in_loop(facts: Facts) -> Iterator[Finding]:
    """A graph loop ends when its test says so, and cannot leave the function from within.

    `return` in a staged `for` or `while` raises `NotImplementedError`. A `break` or `return` under
    a staged condition in a loop that Python runs raises too: Python cannot know when to stop.

    Keep the result in a variable and `break`; loop over `tf.range` or `while tf.constant(True)`.
    """
    for event in facts.staged(Jumped):
        if event.kind == "continue" or not event.context.converted or event.loop is None:
            continue
        if event.kind == "condition":
            message = (
                "This condition is a Python value at first and staged after a turn: Python runs the "
                "loop and cannot ask a tensor. Make it staged from the start: `tf.constant(...)`."
            )
            yield Finding(facts.header(event.node), event.context, message)
            continue
        if event.kind == "return" and event.staged_loop:
            if not _is_conditional(facts, event):
                continue
            message = (
                "`return` cannot leave a staged loop; tracing raises. Keep the result in a variable "
                "bound before the loop, and `break`."
            )
            yield Finding(event.node, event.context, message)
        elif not event.staged_loop and event.staged_if and _inside(facts, event):
            message = (
                f"This `{event.kind}` depends on a staged tensor, but Python itself runs the loop; "
                "tracing raises. Make it a loop over `tf.range` or a staged condition."
            )
            yield Finding(event.node, event.context, message, fix=_fix(facts, event))


def _is_conditional(facts: Facts, event: Jumped) -> bool:
    """Whether some turn may go on: a loop that returns in its first turn is no loop."""
    for parent in facts.ancestors(event.node):
        if isinstance(parent, (ast.If, ast.Try)):
            return True
        if parent is event.loop:
            return False
    return True


def _inside(facts: Facts, event: Jumped) -> bool:
    """Whether the staged `if` is within the loop, and not the loop within the `if`."""
    ifs = {region.node for region in event.context.regions() if region.kind == "if"}
    for parent in facts.ancestors(event.node):
        if parent in ifs:
            return True
        if parent is event.loop:
            return False
    return False


def _fix(facts: Facts, event: Jumped) -> Fix | None:
    loop, alias = event.loop, facts.alias
    if event.kind != "break" or alias is None:
        return None
    if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call):
        name = loop.iter.func
        if isinstance(name, ast.Name) and name.id == "range":
            return Fix(f"Loop over `{alias}.range`", (Edit(facts.span(name), f"{alias}.range"),))
    if (
        isinstance(loop, ast.While)
        and isinstance(loop.test, ast.Constant)
        and loop.test.value is True
    ):
        edit = Edit(facts.span(loop.test), f"{alias}.constant(True)")
        return Fix("Make the condition a tensor", (edit,))
    return None
