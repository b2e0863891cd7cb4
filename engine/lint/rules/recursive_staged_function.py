"""GR316: recursion on a staged value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.context import Context
from engine.inference.events import Recursed
from engine.inference.values import Const, Python, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Finding, rule


@rule(
    "GR316",
    "recursive-staged-function",
    "Recursion on a staged value never reaches its base case.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def factorial(n):
            if n <= 1:
                return n
            return n * factorial(n - 1)

        factorial(tf.constant(5))
        """,
    ),
    good=(
        """
        def depth(x, levels):
            if levels == 0:
                return x
            return depth(tf.square(x), levels - 1)

        @tf.function
        def f(x):
            return depth(x, 3)
        """,
    ),
)
def recursive_staged_function(facts: Facts) -> Iterator[Finding]:
    """Both arms of a staged `if` are traced, also the one that calls the function again.

    So the recursion goes on until `RecursionError`. On a Python number it ends, with one trace for
    each depth.

    Write a loop: `while n > 1:`.
    """
    for event in facts.staged(Recursed):
        staged = any(is_staged(value) for value in event.args)
        if staged and _under_staged_choice(event.context, event):
            message = (
                f"`{event.function.qualname}` calls itself under a staged condition: tracing never "
                "comes to the base case. Write a loop."
            )
            yield Finding(event.node, event.context, message)
        elif event.function.staging is not None and _on_numbers(event):
            message = f"`{event.function.qualname}` is traced anew for each depth of the recursion."
            yield Finding(event.node, event.context, message, Severity.PERF)


def _under_staged_choice(context: Context, event: Recursed) -> bool:
    if any(region.kind == "if" for region in context.regions()):
        return True
    # After `if n <= 1: return n` the rest of the function is the other arm.
    function = context.function
    return function is not None and _tests_parameter(event)


def _tests_parameter(event: Recursed) -> bool:
    node = event.function.node
    if isinstance(node, ast.Lambda) or not node.body:
        return False
    names = {arg.arg for arg, value in zip(node.args.args, event.args) if is_staged(value)}
    for statement in node.body:
        if isinstance(statement, ast.If):
            used = {n.id for n in ast.walk(statement.test) if isinstance(n, ast.Name)}
            attributes = any(
                isinstance(n, (ast.Attribute, ast.Call, ast.Is, ast.IsNot))
                for n in ast.walk(statement.test)
            )
            return bool(used) and used <= names and not attributes
    return False


def _on_numbers(event: Recursed) -> bool:
    """Whether the recursion counts with a Python number, whatever tensors it carries along."""
    numbers = [_is_number(value) for value in event.args]
    if not any(numbers):
        return False
    return all(number or is_staged(value) for number, value in zip(numbers, event.args))


def _is_number(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
    return isinstance(value, Python) and value.type in ("int", "float")
