"""GR408: a staged method of an object that nothing keeps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
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
        notes = facts.staged_here(event.function)
        yield Finding(made, event.context, message, fix=_fix(facts, made, receiver), notes=notes)


def _fix(facts: Facts, made: ast.Call, receiver: Instance) -> Fix | None:
    """Binds the object to a name in a line before the statement."""
    statement = facts.statement_of(made)
    if not isinstance(statement, (ast.Expr, ast.Assign, ast.Return, ast.AugAssign)):
        return None
    source, start = facts.source, facts.span(statement).start
    top = source.line_start(source.position(start)[0])
    indent = source.slice(Span(top, start))
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", receiver.cls.qualname.rsplit(".", 1)[-1]).lower()
    if indent.strip() or re.search(rf"\b{name}\b", source.text):
        return None
    line = f"{name} = {facts.text(made)}\n{indent}"
    edits = (Edit(Span(start, start), line), Edit(facts.span(made), name))
    return Fix(f"Give it the name `{name}`", edits)


def _uses_self(node: ast.AST) -> bool:
    args: ast.arguments = node.args  # type: ignore[attr-defined]
    first = args.args[0].arg if args.args else ""
    return any(
        isinstance(child, ast.Name) and child.id == first and isinstance(child.ctx, ast.Load)
        for child in ast.walk(node)
    ) or any(isinstance(c, ast.Name) and c.id == "super" for c in ast.walk(node))
