"""GR402: a varying Python number starts a new trace for every value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.binding import parameters
from engine.inference.context import Loop
from engine.inference.events import Entered
from engine.inference.values import Const, Container, Function, Python, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR402",
    "python-number-argument",
    "A varying Python number starts a new trace for every value.",
    Severity.PERF,
    bad=(
        Example(
            """
            @tf.function
            def step(x, epoch):
                return x * epoch

            for epoch in range(100):
                step(tf.constant(1), epoch)
            """,
            fixed="""
            @tf.function
            def step(x, epoch):
                return x * epoch

            for epoch in range(100):
                step(tf.constant(1), tf.constant(epoch))
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def step(x, scale):
            return x * scale

        for epoch in tf.range(100):
            step(tf.constant(1), epoch)
        for _ in range(100):
            step(tf.constant(1), 2)
        """,
    ),
)
def python_number_argument(facts: Facts) -> Iterator[Finding]:
    """A Python number is a part of the trace's signature: each new value is traced anew.

    Tensors are told apart by dtype and shape only.

    Pass `tf.constant(value)`, unless the function needs a Python number (for `range`, a shape, a
    Python `if`).
    """
    for event in facts.happened(Entered):
        if event.context.staged or not isinstance(event.node, ast.Call):
            continue
        if _loop_of(event) is None:
            continue
        covered = _covered(event.function)
        for index, value in enumerate(event.args):
            if index < len(event.node.args) and index >= covered and _varies(value, event):
                yield _finding(facts, event, event.node.args[index], value)
        for keyword in event.node.keywords:
            given = event.kwargs.get(keyword.arg or "")
            if given is not None and _varies(given, event) and not covered:
                yield _finding(facts, event, keyword.value, given)
    yield from _literals(facts)


_SERIES = 3


def _literals(facts: Facts) -> Iterator[Finding]:
    """Calls one after the other with other numbers each: `f(1)`, `f(2)`, `f(3)`."""
    calls: dict[tuple[int, int, type], dict[object, tuple[Entered, ast.expr]]] = {}
    for event in facts.happened(Entered):
        if event.context.staged or not isinstance(event.node, ast.Call):
            continue
        function = event.context.function
        if function is not None and function.qualname.rsplit(".", 1)[-1].startswith("test"):
            continue
        covered = _covered(event.function)
        for index, (value, node) in enumerate(zip(event.args, event.node.args)):
            if index < covered or not isinstance(value, Const):
                continue
            if type(value.value) in (int, float) and not isinstance(node, ast.Starred):
                key = (id(event.function.node), index, type(value.value))
                calls.setdefault(key, {}).setdefault(value.value, (event, node))
    for series in calls.values():
        if len(series) >= _SERIES:
            event, node = list(series.values())[1]
            yield _finding(facts, event, node, Python(type(next(iter(series))).__name__))


def _covered(function: Function) -> int:
    """How many arguments an input signature makes tensors of."""
    given = function.staging.options.get("input_signature") if function.staging else None
    if isinstance(given, Container) and given.items is not None:
        return len(given.items)
    return 0 if given is None else len(parameters(function.node))


def _loop_of(event: Entered) -> Loop | None:
    """The loop that the call is in, or a call that leads to it."""
    contexts = (event.context, *event.context.callers())
    return next((context.loop for context in contexts if context.loop is not None), None)


def _varies(value: Value, event: Entered) -> bool:
    if isinstance(value, Container) and value.kind in ("tuple", "dict", "list"):
        return any(_varies(item, event) for item in value.items or ())
    if not isinstance(value, Python) or value.type not in ("int", "float") or not value.varying:
        return False
    loop = _loop_of(event)
    return loop is None or loop.count is None or loop.count > 2


def _finding(facts: Facts, event: Entered, node: ast.AST, value: Value) -> Finding:
    message = (
        f"`{facts.text(node)}` is a Python number that changes: "
        f"`{event.function.qualname}` is traced anew for every value. Pass a tensor."
    )
    fix = None
    if facts.alias is not None and isinstance(value, Python) and not isinstance(node, ast.Starred):
        text = f"{facts.alias}.constant({facts.text(node)})"
        fix = Fix("Pass a tensor", (Edit(facts.span(node), text),), safe=_only_in_ops(event, value))
    notes = facts.staged_here(event.function)
    return Finding(node, event.context, message, fix=fix, notes=notes)


def _only_in_ops(event: Entered, value: Value) -> bool:
    """Whether the function uses none of its parameters where Python wants a number."""
    is_int = not (isinstance(value, Python) and value.type == "float")
    for node in ast.walk(event.function.node):
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            return False
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "range"
        ):
            return False
        if isinstance(node, (ast.List, ast.Subscript)):
            return False
        if is_int and (isinstance(node, ast.BinOp) or _computes(node)):
            # A Python int fits any dtype, a tensor does not.
            return False
    return True


def _computes(node: ast.AST) -> bool:
    """Whether it is a call that may put its arguments together."""
    return isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1
