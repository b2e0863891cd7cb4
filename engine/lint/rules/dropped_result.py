"""GR702: the result of an op that does nothing else is not used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.events import Dropped
from engine.inference.library_tables import STATEFUL
from engine.inference.values import Library, Tensor
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_ARRAY = ("tensorarray.write", "tensorarray.unstack", "tensorarray.scatter", "tensorarray.split")


@rule(
    "GR702",
    "dropped-result",
    "The result of a pure op is unused: the op is pruned, with its errors.",
    Severity.WARNING,
    bad=(
        Example(
            """
            @tf.function
            def f(n):
                a = tf.TensorArray(tf.int32, size=3)
                for i in tf.range(3):
                    a.write(i, i)
                return a.stack()
            """,
            fixed="""
            @tf.function
            def f(n):
                a = tf.TensorArray(tf.int32, size=3)
                for i in tf.range(3):
                    a = a.write(i, i)
                return a.stack()
            """,
        ),
        """
        @tf.function
        def f(x):
            tf.clip_by_value(x, 0.0, 1.0)
            return x
        """,
    ),
    good=(
        """
        v = tf.Variable(0.0)

        @tf.function
        def f(x):
            tf.print(x)
            v.assign_add(x)
            tf.debugging.assert_positive(x)
            return x
        """,
    ),
)
def dropped_result(facts: Facts) -> Iterator[Finding]:
    """Ops without side effects give a new value and change nothing.

    Where nobody uses the value, the op is left out of the graph, and its errors with it.
    `array.write(i, v)` too gives a new array and leaves the old one alone.

    Bind the result: `a = a.write(i, v)`.
    """
    for event in facts.staged(Dropped):
        call = event.call
        if call is None:
            if isinstance(event.node, _OPERATORS) and isinstance(event.value, Tensor):
                message = (
                    "The value is not used, so the op is left out of the graph, errors and all."
                )
                yield Finding(event.node, event.context, message)
            continue
        if call.name in _ARRAY:
            message = (
                f"`{call.name.rsplit('.', 1)[-1]}` gives a new array; its result is dropped here."
            )
            yield Finding(event.node, event.context, message, fix=_rebind(facts, event.node))
        elif _is_pure(call.name) and isinstance(event.value, (Tensor, Library)):
            if isinstance(event.value, Library) and event.value.kind in ("op", "dataset"):
                continue
            shown = call.name
            message = (
                f"`{shown}` changes nothing and its result is dropped: it is left out of the graph."
            )
            yield Finding(event.node, event.context, message)


_OPERATORS = (ast.BinOp, ast.Compare, ast.UnaryOp, ast.Subscript)


def _is_pure(name: str) -> bool:
    if not name.startswith("tf.") or name.startswith(STATEFUL):
        return False
    last = name.rsplit(".", 1)[-1]
    return last[:1].islower() and not last.startswith(("assert", "set_", "enable_", "disable_"))


def _rebind(facts: Facts, node: ast.AST) -> Fix | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    owner = node.func.value
    if not isinstance(owner, (ast.Name, ast.Attribute)):
        return None
    start = facts.span(node).start
    name = facts.text(owner)
    return Fix(f"Bind it to `{name}`", (Edit(Span(start, start), f"{name} = "),))
