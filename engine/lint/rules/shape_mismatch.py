"""GR705: shapes that cannot work together."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Mismatched
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
