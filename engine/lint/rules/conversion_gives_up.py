"""GR311: syntax that keeps AutoGraph from converting a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.blocks import own_nodes
from engine.inference.conversion import construct_that_gives_up
from engine.inference.events import GivenUp, Iterated, Tested
from engine.inference.values import Function
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Finding, rule

_WORDS = {
    "yield": "`yield`",
    "async": "`async`",
    "walrus": "`:=`",
    "match": "`match`",
    "else": "a loop with `else`",
    "mangled": "a name with two leading underscores",
    "lambdas": "several lambdas on one line",
}


@rule(
    "GR311",
    "conversion-gives-up",
    "AutoGraph cannot convert a function with this syntax and runs it unchanged.",
    Severity.WARNING,
    bad=(
        """
        @tf.function
        def f(x):
            if (total := tf.reduce_sum(x)) > 0:
                return total
            return x
        """,
        """
        @tf.function
        def f(x):
            while tf.reduce_sum(x) > 1:
                x = x / 2
            else:
                x = x + 1
            return x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            total = tf.reduce_sum(x)
            if total > 0:
                return total
            return total * 2
        """,
        """
        def layers():
            yield tf.nn.relu
            yield tf.nn.tanh

        @tf.function
        def f(x):
            for layer in layers():
                x = layer(x)
            return x
        """,
    ),
)
def conversion_gives_up(facts: Facts) -> Iterator[Finding]:
    """`:=`, `match`, `for`/`while` ... `else`, `yield` and `async` are not converted.

    Nor are lambdas that share a line. AutoGraph then writes one line to the log and runs the function
    as it is: a staged `if`, `while` or `for` in it raises.

    Write the statement in another way, or move the control flow into a function of its own.
    """
    staged = _staged_nodes(facts)
    for event in facts.staged(GivenUp):
        function = event.function
        if function.module is not facts.module:
            continue
        construct = construct_that_gives_up(function) or function.node
        grave = any(child in staged for child in own_nodes(_body(function)))
        entry = event.context.entry
        is_entry = entry is not None and entry.function is not None
        if is_entry and entry.function.node is function.node and event.why in ("yield", "async"):  # type: ignore[union-attr]
            grave = True
        if not grave and (event.why in ("yield", "async", "lambdas") or _is_harmless(event)):
            continue
        word = _WORDS.get(event.why, event.why)
        rest = "its staged control flow raises" if grave else "it runs as plain Python"
        name = function.qualname if function.qualname != "<lambda>" else "the lambda"
        message = f"{word} keeps AutoGraph from converting `{name}`: {rest}. Write it another way."
        severity = Severity.ERROR if grave else Severity.WARNING
        yield Finding(_place(construct), event.context, message, severity)


def _body(function: Function) -> list[ast.AST]:
    body = function.node.body
    return list(body) if isinstance(body, list) else [body]


def _staged_nodes(facts: Facts) -> set[ast.AST]:
    found: set[ast.AST] = set()
    for event in facts.staged(Tested):
        if not event.converted and event.kind in ("if", "while", "ifexp", "and", "or", "not"):
            if is_staged(event.value):
                found.add(event.node)
    for loop in facts.staged(Iterated):
        if loop.kind == "for" and not loop.converted and is_staged(loop.value):
            found.add(loop.node)
    return found


def _is_harmless(event: GivenUp) -> bool:
    """Whether nothing in the function would have been converted, and nobody looks for it there."""
    return event.why == "mangled" and not _has_flow(event.function)


def _has_flow(function: Function) -> bool:
    flow = (ast.If, ast.While, ast.For, ast.IfExp)
    return any(isinstance(child, flow) for child in own_nodes(_body(function)))


def _place(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.For):
        return node.target
    if isinstance(node, ast.While):
        return node.test
    return getattr(node, "subject", node)
