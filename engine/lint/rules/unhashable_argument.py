"""GR407: an argument that cannot be part of a trace."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Container, Instance, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR407",
    "unhashable-argument",
    "This argument type cannot be part of a trace.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x, names):
            return x

        f(tf.constant(1), {'a', 'b'})
        """,
    ),
    good=(
        """
        @tf.function
        def f(x, names):
            return x

        f(tf.constant(1), ('a', 'b'))
        """,
    ),
)
def unhashable_argument(facts: Facts) -> Iterator[Finding]:
    """A Python argument is compared with those of earlier calls to find the trace for it.

    Sets, and dataclasses that are not frozen, cannot be: calling raises
    `TypeError: Could not generate a generic TraceType`.

    Pass a tuple, a frozen dataclass or a named tuple.
    """
    for event in facts.happened(Entered):
        if not isinstance(event.node, ast.Call):
            continue
        for index, value in enumerate(event.args):
            why = _why(value)
            if why and index < len(event.node.args):
                message = f"{why} cannot be part of a trace: this call raises TypeError."
                notes = facts.staged_here(event.function)
                yield Finding(event.node.args[index], event.context, message, notes=notes)
        for keyword in event.node.keywords:
            given = event.kwargs.get(keyword.arg or "")
            why = _why(given) if given is not None else ""
            if why:
                message = f"{why} cannot be part of a trace: this call raises TypeError."
                notes = facts.staged_here(event.function)
                yield Finding(keyword.value, event.context, message, notes=notes)


def _why(value: Value, depth: int = 0) -> str:
    if isinstance(value, Container):
        if value.kind == "set":
            return "A set"
        if value.kind in ("list", "tuple", "dict") and depth < 3:
            return next((why for item in value.items or () if (why := _why(item, depth + 1))), "")
    if isinstance(value, Instance):
        for decorator in value.cls.node.decorator_list:
            text = ast.unparse(decorator)
            if "dataclass" in text and "frozen=True" not in text and "eq=False" not in text:
                return f"The dataclass `{value.cls.qualname}`, which is not frozen,"
    return ""
