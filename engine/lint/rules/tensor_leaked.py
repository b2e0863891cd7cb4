"""GR504: a staged tensor is stored where it outlives the trace."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Note, Severity
from engine.inference.containers import comes_from_tensors
from engine.inference.context import Context
from engine.inference.events import Called, Stored
from engine.inference.object_tables import MUTATORS
from engine.inference.values import (
    ClassValue,
    Container,
    Function,
    Instance,
    Library,
    ModuleValue,
    Symbol,
    Unknown,
    Value,
)
from engine.lint.facts import Facts, has_staged, is_likely_staged
from engine.lint.rule import Finding, rule


@rule(
    "GR504",
    "tensor-leaked",
    "A staged tensor is stored on something that outlives the trace.",
    Severity.WARNING,
    bad=(
        """
        class Model(tf.Module):
            @tf.function
            def step(self, x):
                self.last = tf.square(x)
                return self.last

        model = Model()
        model.step(tf.constant(2.0))
        print(model.last + 1)
        """,
        """
        losses = []

        @tf.function
        def f(x):
            loss = tf.reduce_sum(x)
            losses.append(loss)
            return loss
        """,
    ),
    good=(
        """
        class Model(tf.Module):
            def __init__(self):
                self.last = tf.Variable(0.0)

            @tf.function
            def step(self, x):
                self.last.assign(tf.square(x))
                parts = []
                parts.append(x)
                return parts
        """,
    ),
)
def tensor_leaked(facts: Facts) -> Iterator[Finding]:
    """The tensor belongs to the graph of this trace, and means nothing outside it.

    Storing it on an object, in a global or in a list from outside is silent; any later use raises
    `TypeError: <tf.Tensor ...> is out of scope and cannot be used here`.

    Return the value, or assign it to a `tf.Variable`.
    """
    for event in facts.staged(Stored):
        if not _counts(event.context) and not _is_kept_by_keras(facts, event):
            continue
        likely = comes_from_tensors(event.value) or _is_asked_for_its_value(facts, event)
        if event.kind in ("global", "nonlocal"):
            likely = is_likely_staged(event.value)
        if not _is_staged(event.value, event.context) and not likely:
            continue
        if event.kind in ("global", "nonlocal") and event.outlives:
            if not isinstance(event.old, Library):
                yield _finding(facts, event.node, event.context, f"`{event.name}`", None)
        elif event.kind == "attribute" and _outlives(facts, event.target, event.context):
            if not _holds_variable(event.old):
                yield from _attribute(facts, event)
        elif event.kind == "item" and isinstance(event.target, Container):
            if facts.is_outer(event.target, event.context) and not event.target.argument:
                yield _finding(
                    facts, event.node, event.context, f"`{facts.text(event.node)}`", None
                )
    yield from _appended(facts)


def _is_staged(value: Value, context: Context) -> bool:
    """Whether a value is staged, holds what is, or is an object made in the trace that does."""
    if isinstance(value, Instance) and value.born.context.trace == context.trace:
        return any(has_staged(part) for part in value.attributes.values())
    return has_staged(value)


def _counts(context: Context) -> bool:
    return context.entry is not None and context.entry.staging.kind in ("function", "map")


def _is_kept_by_keras(facts: Facts, event: Stored) -> bool:
    """Whether a layer or model keeps it in its `call`, and something reads it after `fit` or
    `predict`, which trace that method; called eagerly the method keeps a value.
    """
    entry = event.context.entry
    if entry is None or entry.staging.kind != "keras" or event.kind != "attribute":
        return False
    if event.context.function is None or event.context.function is not entry.function:
        return False
    used = facts.module.index.attributes
    if not any(name in used for name in ("fit", "predict", "train_on_batch")):
        return False
    return _reads(facts, event.name, event.node)[1] is not None


def _is_asked_for_its_value(facts: Facts, event: Stored) -> bool:
    """Whether an argument that is kept is a tensor: something outside calls its `numpy`."""
    if event.kind != "attribute" or not is_likely_staged(event.value):
        return False
    for node in facts.module.index.attributes.get(event.name, ()):
        parent = facts.parents.get(node)
        if isinstance(parent, ast.Attribute) and parent.attr == "numpy":
            return True
    return False


def _outlives(facts: Facts, target: Value | None, context: Context) -> bool:
    if isinstance(target, (Instance, Library)):
        return facts.is_outer(target, context)
    if isinstance(target, (ClassValue, ModuleValue, Symbol)):
        return True
    if isinstance(target, Function):
        return target.staging is not None or not target.born.context.staged
    return isinstance(target, Unknown) and target.argument not in ("", "derived", "element")


def _holds_variable(value: Value | None) -> bool:
    return isinstance(value, Library) and value.kind == "variable"


def _attribute(facts: Facts, event: Stored) -> Iterator[Finding]:
    inside, outside = _reads(facts, event.name, event.node)
    function = event.context.function
    if getattr(getattr(function, "node", None), "name", "").startswith(("set_", "_set_")):
        # A setter that the traced code calls anew in every trace.
        return
    if isinstance(event.value, Instance) and outside is None:
        return
    if inside and outside is None and not event.context.guard:
        if not _is_read_first(facts, event):
            # Stored anew in every trace and read there only.
            return
    statement = facts.statement_of(event.node)
    place = event.node if statement is None or not isinstance(statement, ast.Assign) else statement
    yield _finding(facts, place, event.context, f"`{facts.text(event.node)}`", outside)


def _is_read_first(facts: Facts, event: Stored) -> bool:
    """Whether a trace reads what an earlier one has left: the function that stores the attribute
    reads it before, and nothing else in the graph stores it.
    """
    function, entry = event.context.function, event.context.entry
    if function is None or entry is None or entry.function is None:
        return False
    stores = [other for other in facts.staged(Stored) if other.name == event.name]
    makers = {id(other.context.function and other.context.function.node) for other in stores}
    if entry.function.node is not function.node or makers != {id(function.node)}:
        return False
    first = min(_statement_end(facts, other.node) for other in stores)
    return any(
        isinstance(node.ctx, ast.Load)
        and facts.span(node).start < first
        and any(parent is function.node for parent in facts.ancestors(node))
        and isinstance(node.value, ast.Name)
        for node in facts.module.index.attributes.get(event.name, ())
    )


def _statement_end(facts: Facts, node: ast.AST) -> int:
    """Where the statement of a store ends: its right side is read before it."""
    statement = facts.statement_of(node)
    return facts.span(statement if statement is not None else node).end


def _reads(facts: Facts, name: str, stored: ast.AST) -> tuple[bool, ast.AST | None]:
    """Whether staged code reads an attribute of this name, and a place outside that does."""
    inside = False
    outside: ast.AST | None = None
    for node in facts.module.index.attributes.get(name, ()):
        if not isinstance(node.ctx, ast.Load) or node is stored:
            continue
        function = next(
            (p for p in facts.ancestors(node) if isinstance(p, (ast.FunctionDef, ast.Lambda))), None
        )
        if function is not None and id(function) in facts.machine.visited_staged:
            inside = True
        elif function is not None and id(function) not in facts.machine.visited:
            inside = True  # of another file, and nobody knows who calls it
        elif function is not None and _goes_together(facts, function, stored):
            inside = True
        elif outside is None:
            outside = node
    return inside, outside


def _goes_together(facts: Facts, function: ast.AST, stored: ast.AST) -> bool:
    """Whether who calls the method that stores calls the one that reads, too."""
    storing = next((p for p in facts.ancestors(stored) if isinstance(p, ast.FunctionDef)), None)
    names = [getattr(each, "name", "") for each in (function, storing)]
    callers = []
    for name in names:
        uses = facts.module.index.attributes.get(name, ())
        callers.append(
            {id(p) for use in uses for p in facts.ancestors(use) if isinstance(p, ast.FunctionDef)}
        )
    return storing is not function and bool(callers[0] & callers[1])


def _appended(facts: Facts) -> Iterator[Finding]:
    for event in facts.staged(Called):
        receiver = event.receiver
        if not isinstance(receiver, Container) or receiver.argument or not _counts(event.context):
            continue
        if event.name.rsplit(".", 1)[-1] not in MUTATORS.get(receiver.kind, frozenset()):
            continue
        if not facts.is_outer(receiver, event.context):
            continue
        values = (*event.args, *event.kwargs.values())
        if any(has_staged(value) or is_likely_staged(value) for value in values):
            owner = event.node.func if isinstance(event.node, ast.Call) else event.node
            name = facts.text(owner.value) if isinstance(owner, ast.Attribute) else "a list"
            yield _finding(facts, event.node, event.context, f"`{name}`", None)


def _finding(
    facts: Facts, node: ast.AST, context: Context, where: str, outside: ast.AST | None
) -> Finding:
    message = (
        f"A staged tensor is kept in {where}, which outlives the trace of "
        f"{facts.entry_word(context.entry)}: using it later raises. Return it, or assign it to a "
        "`tf.Variable`."
    )
    notes: tuple[Note, ...] = ()
    severity = Severity.WARNING
    if outside is not None:
        severity = Severity.ERROR
        notes = (
            Note("it is read here, outside the trace", facts.span(outside), facts.source.path),
        )
    return Finding(node, context, message, severity, notes=notes)
