"""GR312: `is True` on a staged tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Computed
from engine.inference.values import Const, Tensor
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR312",
    "staged-identity-test",
    "`is` on a staged tensor is decided while tracing.",
    Severity.WARNING,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                done = tf.reduce_all(x > 0)
                if done is True:
                    x = x * 2
                return x
            """,
            fixed="""
            @tf.function
            def f(x):
                done = tf.reduce_all(x > 0)
                if done:
                    x = x * 2
                return x
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def f(x, mask=None):
            if mask is not None:
                x = x * mask
            return x
        """,
    ),
)
def staged_identity_test(facts: Facts) -> Iterator[Finding]:
    """`b is True` asks whether the tensor object is the object `True`, which it never is.

    The answer is known while tracing, and the branch is taken or left for ever.

    Use the tensor itself as the condition.
    """
    for event in facts.staged(Computed):
        if event.operator not in ("Is", "IsNot") or not is_staged(event.left):
            continue
        is_bool = isinstance(event.right, Const) and isinstance(event.right.value, bool)
        if not is_bool and not isinstance(event.right, Tensor):
            continue
        message = "A staged tensor is never this object: the answer is fixed while tracing."
        fix = None
        node = event.node
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            if event.operator == "Is" and isinstance(event.right, Const) and event.right.value:
                fix = Fix("Use the tensor", (Edit(facts.span(node), facts.text(node.left)),))
        yield Finding(node, event.context, message, fix=fix)
