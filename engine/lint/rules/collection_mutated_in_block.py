"""GR308: a Python collection is changed inside a staged block."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.context import Context, Region
from engine.inference.events import Called, Stored
from engine.inference.object_tables import MUTATORS
from engine.inference.values import Container, Instance
from engine.lint.facts import Facts, has_staged
from engine.lint.rule import Finding, rule


@rule(
    "GR308",
    "collection-mutated-in-staged-block",
    "List, dict or set mutation inside a staged loop or branch happens once, while tracing.",
    Severity.WARNING,
    bad=(
        """
        @tf.function
        def f(n):
            found = []
            for i in tf.range(n):
                found.append(i)
            return tf.stack(found)
        """,
        """
        @tf.function
        def f(x):
            names = []
            if tf.reduce_sum(x) > 0:
                names.append('positive')
            return x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            found = []
            for i in range(3):
                found.append(x * i)
            return tf.stack(found)
        """,
        """
        @tf.function
        def f(n):
            found = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
            for i in tf.range(n):
                parts = []
                parts.append(i)
                found = found.write(i, parts[0])
            return found.stack()
        """,
    ),
)
def collection_mutated_in_block(facts: Facts) -> Iterator[Finding]:
    """The body of a staged loop is traced once, and both arms of a staged `if` are.

    So a list grows by one element however often the loop turns, whichever arm is taken, and
    the element is a tensor of an inner graph: using it outside raises `InaccessibleTensorError`.

    Use a `tf.TensorArray`: `a = a.write(i, value)` in the loop and `a.stack()` after it.
    """
    for event in facts.staged(Called):
        receiver = event.receiver
        region = event.context.region
        if not isinstance(receiver, Container) or region is None or receiver.argument:
            continue
        method = event.name.rsplit(".", 1)[-1]
        if method not in MUTATORS.get(receiver.kind, frozenset()):
            continue
        crossed = _crossed(receiver, event.context)
        if crossed is None:
            continue
        staged = any(has_staged(value) for value in (*event.args, *event.kwargs.values()))
        what = {"if": "branch", "function": "branch function"}.get(crossed.kind, "loop")
        owner = event.node.func if isinstance(event.node, ast.Call) else event.node
        name = facts.text(owner.value) if isinstance(owner, ast.Attribute) else "the list"
        used = staged and _is_used_after(facts, crossed, owner)
        message = (
            f"`{name}` is changed once, while this staged {what} is traced"
            + ("; using the tensor outside raises. " if used else ", not when it runs. ")
            + "Use a `tf.TensorArray`."
        )
        severity = Severity.ERROR if used else Severity.WARNING
        yield Finding(event.node, event.context, message, severity)
    yield from _set_by_callees(facts)


def _set_by_callees(facts: Facts) -> Iterator[Finding]:
    """Attributes and outer names that a function called in a staged block sets."""
    for event in facts.staged(Stored):
        context = event.context
        if context.function is None or context.region is None:
            continue
        if event.kind == "nonlocal" and not event.outlives:
            crossed: Region | None = context.region
        elif event.kind == "attribute" and isinstance(event.target, Instance):
            crossed = _crossed(event.target, context)
        else:
            continue
        if crossed is None or not isinstance(crossed.node, (ast.If, ast.For, ast.While)):
            continue
        if any(node is crossed.node for node in ast.walk(context.function.node)):
            continue
        message = (
            f"`{facts.text(event.node)}` is set once, while the staged block that calls "
            f"`{context.function.qualname}` is traced, not when it runs. Return the value."
        )
        yield Finding(event.node, context, message, Severity.WARNING)


def _is_used_after(facts: Facts, region: Region, owner: ast.AST) -> bool:
    """Whether the collection is looked at behind the staged block."""
    value = owner.value if isinstance(owner, ast.Attribute) else None
    if not isinstance(value, ast.Name) or not isinstance(region.node, ast.stmt):
        return True
    end = facts.span(region.node).end
    function = next((p for p in facts.ancestors(value) if isinstance(p, _FUNCTIONS)), None)
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Name) and node.id == value.id and isinstance(node.ctx, ast.Load):
            parent = facts.parents.get(node)
            grows = isinstance(parent, ast.Attribute) and parent.attr in _GROWING
            if not grows and facts.span(node).start >= end:
                return True
    return False


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_GROWING = MUTATORS["list"] | MUTATORS["set"] | frozenset(["update", "setdefault"])


def _crossed(receiver: Container | Instance, context: Context) -> Region | None:
    """The innermost staged block that the collection was made outside of."""
    born = receiver.born
    if born is None or born.context.trace != context.trace:
        return None
    around = {(id(region.node), region.arm) for region in born.context.regions()}
    for region in context.regions():
        if (id(region.node), region.arm) not in around:
            return region
    return None
