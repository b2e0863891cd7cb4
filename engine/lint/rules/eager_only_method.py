"""GR501: methods that only eager tensors have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.events import Called
from engine.inference.values import Unknown, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule

_METHODS = frozenset(["numpy", "item", "tolist"])


@rule(
    "GR501",
    "eager-only-method",
    "`.numpy()` does not exist while tracing.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                return tf.reduce_sum(x).numpy() + 1.0
            """,
            fixed="""
            @tf.function
            def f(x):
                return tf.reduce_sum(x) + 1.0
            """,
        ),
    ),
    good=(
        """
        limit = tf.constant(3)

        @tf.function
        def f(x):
            return x + limit.numpy()

        print(f(1).numpy())
        """,
    ),
)
def eager_only_method(facts: Facts) -> Iterator[Finding]:
    """A staged tensor has no value yet, so it has no `numpy()`, `item()` or `tolist()`.

    Tracing raises `AttributeError: 'SymbolicTensor' object has no attribute 'numpy'`.

    Keep to ops and leave `.numpy()` out, or call it where the function's result arrives.
    """
    for event in facts.staged(Called):
        method = event.name.rsplit(".", 1)[-1]
        if method not in _METHODS or event.receiver is None or event.context.caught:
            continue
        if is_staged(event.receiver) or (method == "numpy" and _is_argument(event.receiver)):
            message = (
                f"`.{method}()` does not exist while tracing: the tensor has no value yet. Use ops, or "
                "call it on the function's result."
            )
            yield Finding(event.node, event.context, message, fix=_fix(facts, event, method))


def _is_argument(value: Value) -> bool:
    return isinstance(value, Unknown) and bool(value.argument)


def _fix(facts: Facts, event: Called, method: str) -> Fix | None:
    func = event.node.func
    if method != "numpy" or event.node.args or not isinstance(func, ast.Attribute):
        return None
    # From the dot on: a parenthesis around the value is no part of it.
    text, end = facts.source.text, facts.span(event.node).end
    dot = text.rindex(".", facts.span(func.value).end, facts.span(func).end)
    return Fix("Leave `.numpy()` out", (Edit(Span(dot, end), ""),), safe=False)
