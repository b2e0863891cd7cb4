"""GR403: a fresh object or function as argument starts a new trace."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Function, Instance, Library, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR403",
    "object-argument",
    "A fresh object, lambda or partial as argument starts a new trace.",
    Severity.PERF,
    bad=(
        """
        @tf.function
        def apply(f, x):
            return f(x)

        for i in range(10):
            apply(lambda y: y * 2, tf.constant(i))
        """,
    ),
    good=(
        """
        @tf.function
        def apply(f, x):
            return f(x)

        double = lambda y: y * 2
        for i in range(10):
            apply(double, tf.constant(i))
        """,
    ),
)
def object_argument(facts: Facts) -> Iterator[Finding]:
    """An object is told apart by identity, so a new one at every call means a new trace.

    Make the object, lambda or partial once, before the loop.
    """
    for event in facts.happened(Entered):
        loop = event.context.loop
        if event.context.staged or loop is None or not isinstance(event.node, ast.Call):
            continue
        for index, value in enumerate(event.args):
            if index < len(event.node.args) and _is_fresh(value, loop.node, event.node.args[index]):
                node = event.node.args[index]
                message = (
                    f"A new object at every call: `{event.function.qualname}` is traced anew each "
                    "time. Make it once, before the loop."
                )
                notes = facts.staged_here(event.function)
                yield Finding(node, event.context, message, notes=notes)


_OBJECTS = ("optimizer", "loss", "metric", "layer", "model", "object")


def _is_fresh(value: Value, loop: ast.AST, node: ast.AST) -> bool:
    if isinstance(value, Library):
        if value.kind in _OBJECTS and isinstance(node, ast.Call):
            return True
        if value.kind != "partial":
            return False
    elif not isinstance(value, (Function, Instance)):
        return False
    if isinstance(value, Instance) and value.cls.flavours & {"namedtuple", "enum", "extension"}:
        return False
    if isinstance(node, ast.Lambda):
        return True
    if isinstance(value, Function):
        if isinstance(node, ast.Call) and value.fixed is not None:
            return True
        if isinstance(node, ast.Attribute) and isinstance(value.receiver, Instance):
            # A method is bound anew each time it is looked up.
            return value.staging is None
    born = value.born
    return born is not None and born.context.loop is not None and born.context.loop.node is loop
