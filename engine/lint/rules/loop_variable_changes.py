"""GR307: a variable of a staged loop changes dtype or shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.arithmetic import spec_of
from engine.inference.blocks import bound_names
from engine.inference.events import Computed, Handed, Looped
from engine.inference.values import Const, Container, Python, Tensor, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule
from engine.lint.rules.branch_type_mismatch import difference
from engine.lint.rules.mixed_dtypes import clash


@rule(
    "GR307",
    "loop-variable-changes",
    "A variable of this staged loop changes dtype or shape from one turn to the next.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                total = 0
                for i in tf.range(3):
                    total += 0.5
                return total
            """,
            fixed="""
            @tf.function
            def f(x):
                total = 0.0
                for i in tf.range(3):
                    total += 0.5
                return total
            """,
        ),
        """
        @tf.function
        def f():
            x = tf.zeros([1])
            while tf.size(x) < 5:
                x = tf.concat([x, tf.ones([1])], axis=0)
            return x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            total = 0.0
            for i in tf.range(3):
                total += tf.constant(0.5)
            return total
        """,
        """
        @tf.function
        def f():
            x = tf.zeros([1])
            while tf.size(x) < 5:
                tf.autograph.experimental.set_loop_options(
                    shape_invariants=[(x, tf.TensorShape([None]))])
                x = tf.concat([x, tf.ones([1])], axis=0)
            return x
        """,
    ),
)
def loop_variable_changes(facts: Facts) -> Iterator[Finding]:
    """A graph loop is one body for all turns, so what it carries must keep dtype and shape.

    Otherwise tracing raises `TypeError` (an int that becomes a float) or
    `ValueError: 'x' has shape (1,) before the loop, but shape (2,) after one iteration`.

    Start with the right type (`0.0` instead of `0`), or declare the changing dimension with
    `tf.autograph.experimental.set_loop_options(shape_invariants=...)`.
    """
    for event in facts.staged(Looped):
        node = event.node
        if not isinstance(node, (ast.For, ast.While)) or event.context.caught:
            continue
        invariant = "shape_invariants" in facts.text(node)
        for name in sorted(bound_names(node.body) & event.before.keys() & event.first.keys()):
            before, after = event.before[name], event.first[name]
            if before is after or name not in event.after:
                continue
            why = _change(before, after, invariant)
            if why and not _is_mixed(facts, node, name):
                message = f"`{name}` {why} of this staged loop; tracing raises."
                fix = _fix(facts, event, name, before, after)
                yield Finding(facts.header(node), event.context, message, fix=fix)

    yield from _of_functions(facts)


def _is_mixed(facts: Facts, loop: ast.For | ast.While, name: str) -> bool:
    """Whether dtypes that do not mix make the name in the loop: that is a finding of its own."""
    for event in facts.staged(Computed):
        statement = facts.statement_of(event.node)
        target = getattr(statement, "target", None) or (
            statement.targets[0] if isinstance(statement, ast.Assign) else None
        )
        if isinstance(target, ast.Name) and target.id == name and event.context.in_region(loop):
            if clash(event.left, event.right) is not None:
                return True
    return False


def _of_functions(facts: Facts) -> Iterator[Finding]:
    """The loop variables of a `tf.while_loop`."""
    for event in facts.staged(Handed):
        first, second = event.first, event.second
        if event.kind != "while_loop" or event.context.caught:
            continue
        if not isinstance(first, Container) or not isinstance(second, Container):
            continue
        if first.items is None or second.items is None or len(first.items) != len(second.items):
            continue
        for number, (before, after) in enumerate(zip(first.items, second.items)):
            why = _change(before, after, False) if isinstance(after, Tensor) else None
            if why:
                message = f"Loop variable {number} {why} of this `tf.while_loop`; tracing raises."
                yield Finding(event.node, event.context, message)


def _change(before: Value, after: Value, invariant: bool) -> str | None:
    first, second = _dtype(before), _dtype(after)
    if first and second and first != second:
        return f"changes from {first} to {second} in one turn"
    if isinstance(before, (Tensor, Const)) and not (first and second):
        if not (isinstance(before, Const) and before.value is None):
            changed = difference(before, after)
            if changed:
                return f"{changed[0]} before the loop but {changed[1]} after a turn"
    if isinstance(before, Container) and isinstance(after, Container):
        changed = difference(before, after)
        if changed:
            return f"{changed[0]} before the loop but {changed[1]} after a turn"
    if invariant or not isinstance(after, Tensor):
        return None
    if isinstance(before, Const) and before.value is None:
        # A name without a value before the loop takes its type from the body.
        return None
    old, new = spec_of(before)[1], after.dims
    if not isinstance(before, (Tensor, Const)) or old is None or new is None:
        return None
    if len(old) != len(new):
        return f"changes from shape {_shape(old)} to {_shape(new)} in one turn"
    if any(a is not None and b is not None and a != b for a, b in zip(old, new)):
        return f"changes from shape {_shape(old)} to {_shape(new)} in one turn"
    return None


def _shape(dims: tuple[int | None, ...]) -> str:
    inner = ", ".join("?" if size is None else str(size) for size in dims)
    return f"({inner},)" if len(dims) == 1 else f"({inner})"


def _dtype(value: Value) -> str | None:
    if isinstance(value, Tensor):
        return value.dtype
    if isinstance(value, Const) or (
        isinstance(value, Python) and value.type in ("int", "float", "bool")
    ):
        return spec_of(value)[0]
    return None


def _fix(facts: Facts, event: Looped, name: str, before: Value, after: Value) -> Fix | None:
    if not (isinstance(before, Const) and type(before.value) is int):
        return None
    if _dtype(after) not in ("float32", "float64", "float16"):
        return None
    function = event.context.function
    if function is None:
        return None
    for child in ast.walk(function.node):
        if isinstance(child, ast.Assign) and isinstance(child.value, ast.Constant):
            target = child.targets[0]
            if (
                isinstance(target, ast.Name)
                and target.id == name
                and child.value.value == before.value
            ):
                edit = Edit(facts.span(child.value), f"{before.value}.0")
                return Fix(f"Start `{name}` as a float", (edit,))
    return None
