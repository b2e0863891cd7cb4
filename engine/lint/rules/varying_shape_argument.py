"""GR404: arguments of ever another shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.context import Loop
from engine.inference.events import Entered
from engine.inference.values import Container, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR404",
    "varying-shape-argument",
    "Inputs of different shape or list length retrace.",
    Severity.PERF,
    bad=(
        Example(
            """
            @tf.function
            def total(x):
                return tf.reduce_sum(x)

            data = tf.range(100)
            for i in range(1, 100):
                total(data[:i])
            """,
            fixed="""
            @tf.function(reduce_retracing=True)
            def total(x):
                return tf.reduce_sum(x)

            data = tf.range(100)
            for i in range(1, 100):
                total(data[:i])
            """,
        ),
    ),
    good=(
        """
        @tf.function(reduce_retracing=True)
        def total(x):
            return tf.reduce_sum(x)

        data = tf.range(100)
        for i in range(1, 100):
            total(data[:i])
        """,
        """
        @tf.function
        def total(x):
            return tf.reduce_sum(x)

        data = tf.range(100)
        for i in range(0, 100, 10):
            total(data[i : i + 10])
        """,
    ),
)
def varying_shape_argument(facts: Facts) -> Iterator[Finding]:
    """A trace is for one shape: five shapes, five traces.

    `reduce_retracing=True` makes dimensions that vary unknown after the second trace; an
    `input_signature` with `None` dimensions does so from the start.
    """
    for event in facts.happened(Entered):
        if (
            event.context.staged
            or event.context.loop is None
            or not isinstance(event.node, ast.Call)
        ):
            continue
        staging = event.function.staging
        if staging is None or staging.options.keys() & _RELAXED:
            continue
        for index, node in enumerate(event.node.args):
            value = event.args[index] if index < len(event.args) else None
            if (
                _is_growing(node, event, facts)
                or _is_growing_list(value, node, event)
                or _has_varying_size(node, event)
            ):
                message = (
                    f"This has another shape in every turn: `{event.function.qualname}` is traced "
                    "anew. Use `reduce_retracing=True`, or an `input_signature` with None."
                )
                notes = facts.staged_here(event.function)
                fix = _fix(facts, staging.node)
                yield Finding(node, event.context, message, fix=fix, notes=notes)


_RELAXED = frozenset(["input_signature", "reduce_retracing", "experimental_relax_shapes"])


def _is_growing(node: ast.AST, event: Entered, facts: Facts) -> bool:
    """Whether a node is `x[:i]` or `x[i:]` with the loop's own variable."""
    if not isinstance(node, ast.Subscript):
        return False
    index = (
        node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    )
    if not isinstance(index, ast.Slice) or index.step is not None:
        return False
    bounds = [bound for bound in (index.lower, index.upper) if bound is not None]
    loop = event.context.loop
    if len(bounds) != 1 or loop is None or not isinstance(loop.node, ast.For):
        return False
    names = {n.id for n in ast.walk(loop.node.target) if isinstance(n, ast.Name)}
    bound = bounds[0]
    if not isinstance(loop.over, Container) or loop.over.kind != "range":
        return False
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(bound))


_MAKERS = frozenset(["zeros", "ones", "fill", "uniform", "normal", "range", "random", "rand"])


def _has_varying_size(node: ast.AST, event: Entered) -> bool:
    """Whether a node is `tf.zeros([n])` and the like with the loop's own variable."""
    loop = event.context.loop
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and loop is not None:
        return _repeats_by(node, loop)
    if not isinstance(node, ast.Call) or not node.args or loop is None:
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name not in _MAKERS or not isinstance(loop.node, ast.For):
        return False
    names = {n.id for n in ast.walk(loop.node.target) if isinstance(n, ast.Name)}
    shape = node.args[0]
    if name != "range" and not isinstance(shape, (ast.List, ast.Tuple, ast.Name)):
        return False
    if not isinstance(loop.over, Container) or loop.over.kind not in ("range", "list", "tuple"):
        return False
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(shape))


def _repeats_by(node: ast.BinOp, loop: Loop) -> bool:
    """Whether a node is `[x] * n` with the loop's own variable."""
    if not isinstance(node.left, ast.List) or not isinstance(loop.node, ast.For):
        return False
    names = {n.id for n in ast.walk(loop.node.target) if isinstance(n, ast.Name)}
    return isinstance(node.right, ast.Name) and node.right.id in names


def _is_growing_list(value: Value | None, node: ast.AST, event: Entered) -> bool:
    if not isinstance(value, Container) or value.kind != "list" or value.items is not None:
        return False
    loop = event.context.loop
    if value.born is None or (loop is not None and not _grows_in(loop.node, node)):
        return False
    return loop is not None and value.born.context.loop is None and value.length is None


def _grows_in(loop: ast.AST, node: ast.AST) -> bool:
    name = ast.unparse(node)
    return any(
        isinstance(child, ast.Call)
        and isinstance(child.func, ast.Attribute)
        and child.func.attr in ("append", "extend", "insert")
        and ast.unparse(child.func.value) == name
        for child in ast.walk(loop)
    )


def _fix(facts: Facts, node: ast.AST) -> Fix | None:
    if isinstance(node, (ast.Name, ast.Attribute)):
        end = facts.span(node).end
        edit = Edit(Span(end, end), "(reduce_retracing=True)")
    elif isinstance(node, ast.Call) and facts.text(node).endswith(")"):
        end = facts.span(node).end - 1
        has_arguments = bool(node.args or node.keywords)
        edit = Edit(
            Span(end, end), ", reduce_retracing=True" if has_arguments else "reduce_retracing=True"
        )
    else:
        return None
    return Fix("Add `reduce_retracing=True`", (edit,))
