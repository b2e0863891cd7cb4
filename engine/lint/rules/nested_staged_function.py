"""GR405: a staged function defined inside a staged function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.events import Staged
from engine.inference.values import Function, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule
from engine.lint.rules.function_staged_repeatedly import function_staged_repeatedly


@rule(
    "GR405",
    "nested-staged-function",
    "Staged function defined inside a staged function: rebuilt on every outer trace, with no gain.",
    Severity.INFO,
    bad=(
        Example(
            """
            @tf.function
            def outer(x):
                @tf.function
                def inner(y):
                    return y * 2
                return inner(x)
            """,
            fixed="""
            @tf.function
            def outer(x):
                def inner(y):
                    return y * 2
                return inner(x)
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def inner(y):
            return y * 2

        @tf.function
        def outer(x):
            return inner(x)
        """,
    ),
)
def nested_staged_function(facts: Facts) -> Iterator[Finding]:
    """What a traced function calls becomes a part of its graph anyway, converted as well.

    A staged function that is defined in the trace is a new one at every trace of the outer
    function, and its own traces are never used again.

    Leave the inner decorator out, or define the function outside.
    """
    repeated: set[ast.AST | Span] | None = None
    for event in facts.staged(Staged):
        if event.staging.kind != "function" or event.context.guard:
            continue
        entry = event.context.entry
        if entry is None or entry.staging.kind != "function" or _has_gain(event):
            continue
        message = (
            f"This is staged anew on every trace of {facts.entry_word(entry)}, with no gain: what a "
            "traced function calls is in its graph anyway."
        )
        place: ast.AST | Span = event.node
        if event.decorator and isinstance(event.value, Function):
            place = facts.name_span(event.value.node)
        if repeated is None:
            repeated = {finding.at for finding in function_staged_repeatedly(facts)}
        if place in repeated:
            # It is made anew outside of traces too, which costs more: that is said already.
            continue
        yield Finding(place, event.context, message, fix=_fix(facts, event))


def _has_gain(event: Staged) -> bool:
    """Whether an option does something for the inner function alone."""
    return bool(event.staging.options.keys() & _OWN_OPTIONS)


_OWN_OPTIONS = frozenset(["jit_compile", "experimental_compile", "experimental_implements"])


def _fix(facts: Facts, event: Staged) -> Fix | None:
    node = event.node
    if isinstance(node, ast.Call) and not event.decorator:
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            return None
        inner = facts.text(node.args[0])
        text = f"({inner})" if isinstance(node.args[0], ast.Lambda) else inner
        safe = not _changes_state(event.value)
        return Fix("Leave `tf.function` out", (Edit(facts.span(node), text),), safe=safe)
    if not event.decorator or (isinstance(node, ast.Call) and (node.args or node.keywords)):
        return None
    source = facts.source
    span = facts.span(node)
    first = source.position(span.start)[0]
    last = source.position(span.end)[0]
    whole = Span(source.line_start(first), source.line_start(last + 1))
    if not source.slice(whole).strip().startswith("@") or "#" in source.slice(whole):
        return None
    safe = not _changes_state(event.value)
    return Fix("Remove the inner decorator", (Edit(whole, ""),), safe=safe)


def _changes_state(function: Value) -> bool:
    """Whether the body changes what Python keeps: without a trace of its own, it may do so at
    other times.
    """
    if not isinstance(function, Function):
        return True
    for node in ast.walk(function.node):
        if isinstance(node, (ast.Nonlocal, ast.Global)):
            return True
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return True
    return False
