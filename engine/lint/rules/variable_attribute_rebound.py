"""GR102: an attribute that holds a variable is given a tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Note, Severity
from engine.base.source import Span
from engine.inference.events import Computed, Stored
from engine.inference.values import Instance, Library, Tensor, Union, Unknown, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_METHODS = {"Add": "assign_add", "Sub": "assign_sub"}


@rule(
    "GR102",
    "variable-attribute-rebound",
    "`self.v = ...` replaces the variable by a traced tensor; use `self.v.assign(...)`.",
    Severity.WARNING,
    bad=(
        Example(
            """
            class Counter(tf.Module):
                def __init__(self):
                    self.total = tf.Variable(0.0)

                @tf.function
                def add(self, x):
                    self.total = self.total + x
                    return self.total
            """,
            fixed="""
            class Counter(tf.Module):
                def __init__(self):
                    self.total = tf.Variable(0.0)

                @tf.function
                def add(self, x):
                    self.total.assign(self.total + x)
                    return self.total
            """,
        ),
        Example(
            """
            class Counter(tf.Module):
                def __init__(self):
                    self.total = tf.Variable(0.0)

                @tf.function
                def add(self, x):
                    self.total += x
                    return self.total
            """,
            fixed="""
            class Counter(tf.Module):
                def __init__(self):
                    self.total = tf.Variable(0.0)

                @tf.function
                def add(self, x):
                    self.total.assign_add(x)
                    return self.total
            """,
        ),
    ),
    good=(
        """
        class Counter(tf.Module):
            def __init__(self):
                self.total = tf.Variable(0.0)

            @tf.function
            def add(self, x):
                self.total.assign_add(x)
                return self.total
        """,
    ),
)
def variable_attribute_rebound(facts: Facts) -> Iterator[Finding]:
    """The attribute holds a variable, and the assignment puts a traced tensor in its place.

    The variable keeps its first value for ever, and a symbolic tensor that means nothing outside
    the trace is left on the object. `+=` raises `RuntimeError` on a variable.

    Use `assign`, `assign_add` or `assign_sub`.
    """
    for event in facts.staged(Stored):
        if event.kind == "attribute" and _holds_variable(event.old) and not event.context.guard:
            if _is_other(event.value) and isinstance(event.target, Instance):
                if not _has_another_name(event.target, event.name, event.old):
                    yield _finding(facts, event)
        elif event.kind in ("global", "nonlocal") and event.outlives and not event.context.guard:
            if _holds_variable(event.old) and isinstance(event.value, Tensor):
                yield _finding(facts, event)
    for computed in facts.staged(Computed):
        node = computed.node
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            if _is_captured(facts, computed, node.target.id):
                yield _captured(facts, computed, node)


def _holds_variable(value: Value | None) -> bool:
    if isinstance(value, Union):
        return any(_holds_variable(option) for option in value.options)
    return isinstance(value, Library) and value.kind == "variable"


def _has_another_name(owner: Instance, name: str, value: Value | None) -> bool:
    """Whether another attribute holds the variable too: then nothing is lost."""
    variables = [option for option in _options(value) if _holds_variable(option)]
    return any(
        other != name and any(option is v for option in _options(held) for v in variables)
        for other, held in owner.attributes.items()
    )


def _options(value: Value | None) -> tuple[Value | None, ...]:
    return value.options if isinstance(value, Union) else (value,)


def _is_other(value: Value) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, Unknown) and bool(value.argument))


def _finding(facts: Facts, event: Stored) -> Finding:
    statement = facts.statement_of(event.node)
    name = facts.text(event.node)
    if event.augmented:
        message = f"`{name}` is a variable: this operator raises on it while tracing; use `assign`."
    else:
        message = (
            f"`{name}` holds a variable, and this puts a traced tensor in its place: the variable "
            f"never changes; use `{name}.assign(...)`."
        )
    severity = Severity.ERROR if event.augmented else Severity.WARNING
    fix, notes = _fix(facts, statement, event), _made_here(facts, event.old)
    return Finding(statement or event.node, event.context, message, severity, fix, notes)


def _made_here(facts: Facts, value: Value | None) -> tuple[Note, ...]:
    """A note at the place where the variable is made."""
    options = value.options if isinstance(value, Union) else (value,)
    for option in options:
        born = option.born if isinstance(option, Library) else None
        if born is not None and born.node is not None and born.context.module is facts.module:
            return (Note("the variable is made here", facts.span(born.node), facts.source.path),)
    return ()


def _fix(facts: Facts, statement: ast.stmt | None, event: Stored) -> Fix | None:
    name = facts.text(event.node)
    if isinstance(statement, ast.AugAssign):
        method = _METHODS.get(type(statement.op).__name__)
        value = statement.value
    elif isinstance(statement, ast.Assign) and statement.targets == [event.node]:
        method, value = "assign", statement.value
    else:
        return None
    if method is None:
        return None
    whole, inner = facts.span(statement), facts.span(value)
    edits = (
        Edit(Span(whole.start, inner.start), f"{name}.{method}("),
        Edit(Span(inner.end, inner.end), ")"),
    )
    return Fix(f"Use `{name}.{method}`", edits)


def _is_captured(facts: Facts, event: Computed, name: str) -> bool:
    if not _holds_variable(event.left) or not facts.is_local(name, event.context):
        return False
    function = event.context.function
    if function is None:
        return False
    before = [
        child
        for child in ast.walk(function.node)
        if (isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store) and child.id == name)
        or (isinstance(child, ast.arg) and child.arg == name)
    ]
    return len(before) == 1


def _captured(facts: Facts, event: Computed, node: ast.AugAssign) -> Finding:
    name = facts.text(node.target)
    message = (
        f"This makes `{name}` a local name, which is not bound yet: `UnboundLocalError`; "
        f"use `{name}.assign_add(...)` on the variable outside."
    )
    method = _METHODS.get(type(node.op).__name__)
    fix = None
    if method is not None:
        inner = facts.span(node.value)
        edits = (
            Edit(Span(facts.span(node).start, inner.start), f"{name}.{method}("),
            Edit(Span(inner.end, inner.end), ")"),
        )
        fix = Fix(f"Use `{name}.{method}`", edits)
    return Finding(node, event.context, message, Severity.ERROR, fix)
