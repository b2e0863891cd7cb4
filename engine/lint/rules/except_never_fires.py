"""GR310: a `try` around what fails only when the graph runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Tried
from engine.inference.values import Library
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule
from engine.syntax.imports import resolve

_LATE = frozenset(
    f"tf.errors.{name}"
    for name in (
        "InvalidArgumentError", "OutOfRangeError", "OpError", "FailedPreconditionError", "AbortedError",
        "DataLossError", "ResourceExhaustedError", "InternalError", "CancelledError",
    )
)  # fmt: skip
_BROAD = ("ValueError", "TypeError", "Exception", "BaseException")


@rule(
    "GR310",
    "except-never-fires",
    "Errors of ops appear when the graph runs, outside this `try`.",
    Severity.WARNING,
    bad=(
        """
        @tf.function
        def f(x):
            try:
                return tf.debugging.check_numerics(x, 'bad')
            except tf.errors.InvalidArgumentError:
                return tf.zeros_like(x)
        """,
        """
        @tf.function
        def f(x):
            try:
                if tf.reduce_sum(x) > 0:
                    y = tf.square(x)
                else:
                    y = x
            except ValueError:
                y = x
            return y
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            try:
                rank = len(x.shape)
            except ValueError:
                rank = 0
            return x * rank
        """,
    ),
)
def except_never_fires(facts: Facts) -> Iterator[Finding]:
    """Python is in the `try` while the graph is made; ops fail later, when it runs.

    A handler for `tf.errors`, or for `StopIteration` around `next` of a dataset's iterator, never
    runs. A broad handler around staged control flow is worse: it swallows the complaint of the
    conversion itself and silently takes its own way.

    Put the `try` where the function is called, or use `get_next_as_optional`.
    """
    bindings = facts.module.index.imports
    for event in facts.staged(Tried):
        node = event.node
        entry = event.context.entry
        if not isinstance(node, ast.Try) or entry is None or entry.staging.kind == "keras":
            continue
        if _leaves_the_graph(node):
            continue
        for handler in node.handlers:
            names = _names(handler, bindings)
            if any(name in _LATE for name in names):
                message = "Ops fail when the graph runs, after this `try`: the handler never runs."
                yield Finding(handler_span(facts, handler), event.context, message)
            elif "StopIteration" in names and _takes_next(facts, node):
                message = "A dataset's end shows when the graph runs: this handler never runs."
                yield Finding(handler_span(facts, handler), event.context, message)
            elif event.staged and (not names or any(name in _BROAD for name in names)):
                message = (
                    "This handler also swallows what the conversion says of the staged control "
                    "flow in the `try`, and is then taken whatever the condition."
                )
                yield Finding(handler_span(facts, handler), event.context, message)
    for call in facts.staged(Called):
        if (
            call.name == "builtins.next"
            and len(call.args) == 2
            and isinstance(call.args[0], Library)
        ):
            message = "A dataset's end shows when the graph runs: this default is never taken."
            yield Finding(call.node, call.context, message)


def _leaves_the_graph(node: ast.Try) -> bool:
    """Whether the `try` is around code that runs at once: under `tf.init_scope`."""
    return any(
        isinstance(child, ast.Attribute) and child.attr == "init_scope"
        for statement in node.body
        for child in ast.walk(statement)
    )


def handler_span(facts: Facts, handler: ast.ExceptHandler) -> ast.AST:
    """What to point at: the type that is named, or the handler."""
    return handler.type or handler


def _names(handler: ast.ExceptHandler, bindings: dict[str, str]) -> list[str]:
    if handler.type is None:
        return []
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [resolve(part, bindings) or ast.unparse(part) for part in parts]


def _takes_next(facts: Facts, node: ast.Try) -> bool:
    inside = {id(child) for statement in node.body for child in ast.walk(statement)}
    for call in facts.staged(Called):
        if id(call.node) in inside and call.name in ("builtins.next", "iterator.get_next"):
            source = call.args[0] if call.args else call.receiver
            if isinstance(source, Library) and source.kind in ("iterator", "dataset"):
                return True
    return False
