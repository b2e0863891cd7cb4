"""GR313: a staged condition that is no scalar bool."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Tested
from engine.inference.values import Const, Library, Tensor
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_SCALAR = ("if", "while", "ifexp")
_BOOL = ("not", "and", "or")


@rule(
    "GR313",
    "non-bool-condition",
    "A staged condition must be a scalar bool.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            if tf.constant([1.0, 2.0]) > 0:
                return x
            return -x
        """,
        """
        @tf.function
        def f(x):
            while tf.size(x):
                x = x[1:]
            return x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            if tf.reduce_any(tf.constant([1.0, 2.0]) > 0):
                return x
            return -x
        """,
    ),
)
def non_bool_condition(facts: Facts) -> Iterator[Finding]:
    """A graph conditional takes one boolean; numbers and arrays have no truth there.

    Tracing raises `ValueError: condition of if statement expected to be tf.bool scalar`.

    Compare (`tf.size(x) > 0`), or reduce with `tf.reduce_any` or `tf.reduce_all`.
    """
    for event in facts.staged(Tested):
        value = event.value
        if not event.converted:
            continue
        if event.kind in ("and", "or") and isinstance(value, Const):
            is_number = isinstance(value.value, (int, float)) and type(value.value) is not bool
            if is_number and _is_last(facts, event):
                message = "A number has no truth in the graph: a bool is wanted; tracing raises."
                yield Finding(event.node, event.context, message)
            continue
        is_variable = isinstance(value, Library) and value.kind == "variable"
        if not is_variable and not (isinstance(value, Tensor) and value.symbolic):
            continue
        assert isinstance(value, (Tensor, Library))
        if event.kind not in _SCALAR and event.kind not in _BOOL:
            continue
        if value.dtype is not None and value.dtype != "bool":
            what = f"has dtype {value.dtype}"
        elif event.kind in _SCALAR and any(size not in (None, 1) for size in value.dims or ()):
            dims = ", ".join("?" if size is None else str(size) for size in value.dims or ())
            what = f"has shape [{dims}]"
        else:
            continue
        message = (
            f"This staged condition {what}, and a scalar bool is wanted; tracing raises. Compare "
            "it with something, or use `tf.reduce_any` or `tf.reduce_all`."
        )
        yield Finding(event.node, event.context, message)


def _is_last(facts: Facts, event: Tested) -> bool:
    """Whether an operand is the last one: only there has a staged one come before for sure."""
    parent = facts.parents.get(event.node)
    return isinstance(parent, ast.BoolOp) and parent.values[-1] is event.node
