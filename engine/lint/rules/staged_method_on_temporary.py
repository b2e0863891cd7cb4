"""GR408: a staged method of an object that nothing keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Instance
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR408",
    "staged-method-on-temporary",
    "The object dies before its staged method is traced.",
    Severity.ERROR,
    bad=(
        """
        class Scaler:
            def __init__(self):
                self.factor = 2.0

            @tf.function
            def scale(self, x):
                return x * self.factor

        Scaler().scale(tf.constant(1.0))
        """,
    ),
    good=(
        """
        class Scaler:
            def __init__(self):
                self.factor = 2.0

            @tf.function
            def scale(self, x):
                return x * self.factor

        scaler = Scaler()
        scaler.scale(tf.constant(1.0))
        """,
    ),
)
def staged_method_on_temporary(facts: Facts) -> Iterator[Finding]:
    """A staged method holds its object weakly, so that the object can be freed.

    Where the object has no name, it is gone before the method is traced, and `self` is None:
    `AttributeError: 'NoneType' object has no attribute ...`.

    Give the object a name first.
    """
    for event in facts.happened(Entered):
        node = event.node
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        made, receiver = node.func.value, event.function.receiver
        if not isinstance(made, ast.Call) or not isinstance(receiver, Instance):
            continue
        if receiver.born.node is not made or not _uses_self(event.function.node):
            continue
        message = (
            f"This `{receiver.cls.qualname}` is gone before `{node.func.attr}` is traced; give it a "
            "name first."
        )
        yield Finding(made, event.context, message)


def _uses_self(node: ast.AST) -> bool:
    args: ast.arguments = node.args  # type: ignore[attr-defined]
    first = args.args[0].arg if args.args else ""
    return any(
        isinstance(child, ast.Name) and child.id == first and isinstance(child.ctx, ast.Load)
        for child in ast.walk(node)
    ) or any(isinstance(c, ast.Name) and c.id == "super" for c in ast.walk(node))
