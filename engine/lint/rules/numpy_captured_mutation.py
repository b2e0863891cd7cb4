"""GR207: a NumPy array from outside is changed while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Computed, Stored
from engine.inference.values import Python, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Finding, rule

_IN_PLACE = frozenset(["fill", "sort", "resize", "put", "itemset", "partition"])


@rule(
    "GR207",
    "numpy-captured-mutation",
    "In-place change of a captured NumPy array happens once, while tracing.",
    Severity.WARNING,
    bad=(
        """
        import numpy as np
        import tensorflow as tf

        counts = np.zeros(3)

        @tf.function
        def f(x):
            counts[0] += 1
            return x + counts
        """,
    ),
    good=(
        """
        import numpy as np
        import tensorflow as tf

        @tf.function
        def f(x):
            mask = np.zeros(3)
            mask[0] = 1
            return x * mask
        """,
    ),
)
def numpy_captured_mutation(facts: Facts) -> Iterator[Finding]:
    """An array from outside is copied into the graph as a constant while the function is traced.

    The change happens once, and later calls neither make it nor see others.

    Keep the numbers in a `tf.Variable`.
    """
    for event in facts.staged(Stored):
        if event.kind == "item" and _is_array(event.target) and not is_staged(event.value):
            yield from _check(facts, event, getattr(event.node, "value", None))
        elif event.kind in ("global", "nonlocal") and event.augmented and _is_array(event.old):
            message = f"`{event.name}` is a NumPy array from outside; it changes once per trace."
            yield Finding(event.node, event.context, message)
    for computed in facts.staged(Computed):
        node = computed.node
        if isinstance(node, ast.AugAssign) and _is_array(computed.left):
            if isinstance(node.target, ast.Attribute):
                yield from _check(facts, computed, node.target)
    for call in facts.staged(Called):
        if call.name.startswith("ndarray.") and call.name[8:] in _IN_PLACE:
            owner = call.node.func
            if isinstance(owner, ast.Attribute):
                yield from _check(facts, call, owner.value)


def _is_array(value: Value | None) -> bool:
    return isinstance(value, Python) and value.type == "ndarray"


def _check(
    facts: Facts, event: Stored | Computed | Called, owner: ast.AST | None
) -> Iterator[Finding]:
    if isinstance(owner, ast.Name) and facts.is_local(owner.id, event.context):
        return
    if not isinstance(owner, (ast.Name, ast.Attribute)) or event.context.guard:
        return
    message = (
        f"`{facts.text(owner)}` is a NumPy array from outside; it changes once per trace of "
        f"{facts.entry_word(event.context.entry)}, not once per call. Use a `tf.Variable`."
    )
    yield Finding(event.node, event.context, message)
