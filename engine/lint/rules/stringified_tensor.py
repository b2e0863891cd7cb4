"""GR208: a staged tensor becomes text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Formatted
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule
from engine.lint.rules.python_print import split_f_string

_REPORTED_THERE = (
    "print",
    "log",
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "exception",
    "critical",
)


@rule(
    "GR208",
    "stringified-tensor",
    "Formatting a staged tensor gives its description, not its value.",
    Severity.WARNING,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                loss = tf.reduce_sum(x)
                tf.print(f'loss {loss}')
                return loss
            """,
            fixed="""
            @tf.function
            def f(x):
                loss = tf.reduce_sum(x)
                tf.print('loss ', loss, sep='')
                return loss
            """,
        ),
        """
        @tf.function
        def f(x):
            return '%.2f' % tf.reduce_sum(x)
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            y = tf.square(x)
            tf.print(f'shape {y.shape} of {y.dtype}', y)
            return y
        """,
    ),
)
def stringified_tensor(facts: Facts) -> Iterator[Finding]:
    """Python makes the text while tracing, when a tensor has no value yet.

    An f-string, `str()`, `format` or `%s` gives `Tensor("x:0", shape=(), dtype=float32)`, also
    within `tf.print`; a format such as `:.2f` raises `TypeError`.

    Give the tensor to `tf.print` as an argument of its own, or use `tf.strings.format`.
    """
    seen: set[ast.AST] = set()
    for event in facts.staged(Formatted):
        if not is_staged(event.value) or event.context.caught:
            continue
        call = _call_around(facts, event.node)
        if call is not None and _is_reported_there(call) and not event.spec:
            continue
        if any(
            isinstance(parent, (ast.Raise, ast.Assert)) for parent in facts.ancestors(event.node)
        ):
            continue
        if not event.spec and _goes_to_error(facts, event.node):
            continue
        place = _text_around(facts, event.node)
        if place in seen and not event.spec:
            continue
        seen.add(place)
        if event.spec:
            message = (
                "A staged tensor has no value to format yet; this format raises while tracing."
            )
            severity = Severity.ERROR
        else:
            message = (
                "This text holds a description of the staged tensor, not its value; give the tensor "
                "to `tf.print` by itself, or use `tf.strings.format`."
            )
            severity = Severity.WARNING
        yield Finding(place, event.context, message, severity, _fix(facts, event, call))


def _goes_to_error(facts: Facts, node: ast.AST) -> bool:
    """Whether the text is kept in a name that an error or a log call is made with."""
    statement = facts.statement_of(node)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    name = statement.targets[0].id
    function = next((p for p in facts.ancestors(node) if isinstance(p, ast.FunctionDef)), None)
    for child in ast.walk(function) if function is not None else ():
        if isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Load):
            around = facts.statement_of(child)
            if isinstance(around, (ast.Raise, ast.Assert)):
                return True
            call = _call_around(facts, child)
            if call is not None and _is_reported_there(call):
                return True
    return False


def _text_around(facts: Facts, node: ast.AST) -> ast.AST:
    """The f-string that a value is in; the value itself for other ways of formatting."""
    for parent in facts.ancestors(node):
        if isinstance(parent, ast.JoinedStr):
            return parent
        if isinstance(parent, ast.stmt):
            break
    return node


def _call_around(facts: Facts, node: ast.AST) -> ast.Call | None:
    for parent in facts.ancestors(node):
        if isinstance(parent, ast.stmt):
            return None
        if isinstance(parent, ast.Call) and not _is_formatting(parent):
            return parent
    return None


def _is_formatting(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("format", "str", "repr")


def _is_reported_there(call: ast.Call) -> bool:
    """Whether the text goes to Python's own print or log: those have a finding of their own."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "print"
    if isinstance(call.func, ast.Attribute) and call.func.attr in _REPORTED_THERE:
        owner = call.func.value
        return isinstance(owner, ast.Name) and "log" in owner.id.lower()
    return False


def _fix(facts: Facts, event: Formatted, call: ast.Call | None) -> Fix | None:
    alias = facts.alias
    if event.how != "f-string" or call is None or alias is None or event.spec:
        return None
    if facts.text(call.func) != f"{alias}.print" or len(call.args) != 1 or call.keywords:
        return None
    formatted = call.args[0]
    if not isinstance(formatted, ast.JoinedStr):
        return None
    parts = split_f_string(facts, formatted)
    if parts is None:
        return None
    edit = Edit(facts.span(formatted), ", ".join([*parts, "sep=''"]))
    return Fix("Give the parts to `tf.print`", (edit,))
