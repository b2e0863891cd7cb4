"""GR506: an element of a tensor is assigned."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.events import Stored
from engine.inference.values import Container, Library, Python, Tensor, Unknown, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR506",
    "tensor-item-assignment",
    "Tensors cannot be changed in place.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            y = tf.square(x)
            y[0] = 0.0
            return y
        """,
        Example(
            """
            v = tf.Variable([1.0, 2.0])

            @tf.function
            def f(x):
                v[0] = x
                return v
            """,
            fixed="""
            v = tf.Variable([1.0, 2.0])

            @tf.function
            def f(x):
                v[0].assign(x)
                return v
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def f(x):
            y = tf.square(x)
            parts = {'y': y}
            parts['y'] = y + 1
            return tf.tensor_scatter_nd_update(y, [[0]], [0.0])
        """,
    ),
)
def tensor_item_assignment(facts: Facts) -> Iterator[Finding]:
    """A tensor is a value: it has no elements that could be replaced.

    `TypeError: 'SymbolicTensor' object does not support item assignment`; putting a staged tensor
    into a NumPy array raises too.

    Use `tf.tensor_scatter_nd_update`, `tf.where`, or `v[i].assign(...)` on a variable.
    """
    for event in facts.staged(Stored):
        if event.kind != "item" or event.context.caught:
            continue
        target = event.target
        if isinstance(target, Tensor) and is_staged(target):
            message = "A tensor has no item assignment; use `tf.tensor_scatter_nd_update`."
        elif isinstance(target, Library) and target.kind == "variable":
            message = "A variable has no item assignment; use `v[i].assign(...)`."
        elif isinstance(target, Python) and target.type == "ndarray" and is_staged(event.value):
            message = "A staged tensor cannot be put into a NumPy array; use ops."
        elif _is_argument(target) and _is_array_index(event.index):
            message = "A tensor has no item assignment; use `tf.tensor_scatter_nd_update`."
        else:
            continue
        yield Finding(event.node, event.context, message, fix=_fix(facts, event))


def _is_argument(value: Value | None) -> bool:
    return isinstance(value, Unknown) and value.argument not in ("", "derived", "element")


def _is_array_index(index: Value | None) -> bool:
    """Whether an index is one that only arrays and tensors have."""
    if isinstance(index, Container) and index.kind in ("slice", "tuple"):
        return index.kind == "tuple"
    return isinstance(index, Tensor)


def _fix(facts: Facts, event: Stored) -> Fix | None:
    statement = facts.parents.get(event.node)
    if not isinstance(event.target, Library) or not isinstance(statement, ast.Assign):
        return None
    whole, value = facts.span(statement), facts.span(statement.value)
    text = f"{facts.text(event.node)}.assign("
    edits = (Edit(Span(whole.start, value.start), text), Edit(Span(value.end, value.end), ")"))
    return Fix("Use `assign`", edits)
