"""GR705: shapes that cannot work together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Mismatched
from engine.inference.values import Library, Tensor
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule
from engine.lint.rules.mixed_dtypes import is_about_dtypes


@rule(
    "GR705",
    "shape-mismatch",
    "These shapes cannot work together.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f():
            return tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]))
        """,
        """
        @tf.function
        def f():
            return tf.zeros([2, 3]) + tf.zeros([4])
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            return tf.matmul(tf.zeros([2, 3]), tf.zeros([3, 5])) + tf.zeros([5]) + x
        """,
    ),
)
def shape_mismatch(facts: Facts) -> Iterator[Finding]:
    """The static shapes already show that the op raises, whatever the values.

    This is found with the inference that tracing itself uses: `matmul`, `concat`, `reshape`,
    broadcasting and the rest.
    """
    for event in facts.staged(Mismatched):
        if is_about_dtypes(event.reason) or event.context.caught:
            continue
        reason = event.reason.rstrip(".")
        yield Finding(event.node, event.context, f"This cannot work: {reason}.")
    yield from _assigned(facts)


def _assigned(facts: Facts) -> Iterator[Finding]:
    """Variables that are assigned a tensor of another shape."""
    for call in facts.staged(Called):
        variable = call.receiver
        if call.name != "variable.assign" or call.context.caught or not call.args:
            continue
        value = call.args[0]
        if not isinstance(variable, Library) or not isinstance(value, Tensor):
            continue
        wanted, given = variable.dims, value.dims
        if wanted is None or given is None or _is_open(variable):
            continue
        fits = len(wanted) == len(given) and all(
            a == b or a is None or b is None for a, b in zip(wanted, given)
        )
        if not fits:
            message = (
                f"The variable has the shape {list(wanted)} and this {list(given)}; it raises."
            ).replace("None", "?")
            yield Finding(call.node, call.context, message)


def _is_open(variable: Library) -> bool:
    """Whether the variable was made with a shape of its own, which may leave sizes open."""
    node = variable.born.node if variable.born is not None else None
    return not isinstance(node, ast.Call) or any(
        key.arg in ("shape", None) for key in node.keywords
    )
