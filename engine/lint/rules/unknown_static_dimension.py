"""GR701: a dimension that is None while tracing is used as a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.context import Context
from engine.inference.events import Called, Computed
from engine.inference.values import NO_SIZE, Const, Container, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_ARITHMETIC = frozenset(
    ["Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow", "Lt", "LtE", "Gt", "GtE"]
)
_SHAPED = frozenset(["tf.zeros", "tf.ones", "tf.fill", "tf.reshape", "tf.broadcast_to", "tf.tile",
                     "tf.random.normal", "tf.random.uniform", "tf.range"])  # fmt: skip


@rule(
    "GR701",
    "unknown-static-dimension",
    "`x.shape[i]` is None here; use `tf.shape(x)[i]`.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
            def f(x):
                return x + tf.zeros([x.shape[0], 3])
            """,
            fixed="""
            @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
            def f(x):
                return x + tf.zeros([tf.shape(x)[0], 3])
            """,
        ),
    ),
    good=(
        """
        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
        def f(x):
            size = x.shape[0] or tf.shape(x)[0]
            return tf.zeros([size, x.shape[1] * 2])
        """,
    ),
)
def unknown_static_dimension(facts: Facts) -> Iterator[Finding]:
    """The signature, or the Keras input that a layer is called on, says that the dimension may have
    any size, so its static size is None.

    Arithmetic, `range` and shapes raise `TypeError` on None; comparing it is silently false.

    `tf.shape(x)[i]` is the size when the graph runs.
    """
    for event in facts.staged(Computed):
        node = event.node
        if event.operator in ("Eq", "NotEq"):
            numbers = [v for v in (event.left, event.right) if isinstance(v, Const)]
            compared = any(type(v.value) is int for v in numbers)
        else:
            compared = event.operator in _ARITHMETIC
        if not compared or not isinstance(node, (ast.BinOp, ast.Compare)):
            continue
        sides = (node.left, node.right if isinstance(node, ast.BinOp) else node.comparators[0])
        for side, value in zip(sides, (event.left, event.right)):
            if _is_none(value) and _is_dimension(side):
                yield _finding(facts, side, event)
    for call in facts.happened(Called):
        if call.name in _SHAPED or call.name == "builtins.range":
            for index, value in enumerate(call.args):
                if index < len(call.node.args):
                    yield from _in_shape(facts, call, call.node.args[index], value)


def _in_shape(facts: Facts, call: Called, node: ast.expr, value: Value) -> Iterator[Finding]:
    if isinstance(value, Container) and value.kind == "shape" and isinstance(node, ast.Attribute):
        if any(map(_is_none, value.items or ())):
            yield _whole(facts, node, call)
        return
    if _is_none(value) and _is_dimension(node):
        yield _finding(facts, node, call)
    elif isinstance(value, Container) and value.items and isinstance(node, (ast.List, ast.Tuple)):
        for part, item in zip(node.elts, value.items):
            if _is_none(item) and _is_dimension(part):
                yield _finding(facts, part, call)


def _whole(facts: Facts, node: ast.Attribute, call: Called) -> Finding:
    message = (
        f"A size in `{facts.text(node)}` is None while tracing, as {_who(call.context)} says; "
        "this raises. Use `tf.shape`."
    )
    fix = None
    if facts.alias is not None:
        text = f"{facts.alias}.shape({facts.text(node.value)})"
        fix = Fix(f"Use `{text}`", (Edit(facts.span(node), text),))
    return Finding(node, call.context, message, fix=fix)


def _who(context: Context) -> str:
    """Who leaves the size open."""
    is_keras = context.entry is None or context.entry.staging.kind == "keras"
    return "the Keras input" if is_keras else "the signature"


def _is_none(value: Value) -> bool:
    return value is NO_SIZE


def _is_dimension(node: ast.AST) -> bool:
    if not isinstance(node, ast.Subscript):
        return isinstance(node, ast.Name)
    return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"


def _finding(facts: Facts, node: ast.AST, event: Computed | Called) -> Finding:
    fix = None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and facts.alias:
        text = f"{facts.alias}.shape({facts.text(node.value.value)})[{facts.text(node.slice)}]"
        fix = Fix(f"Use `{text}`", (Edit(facts.span(node), text),))
    message = (
        f"`{facts.text(node)}` is None while tracing, as {_who(event.context)} says; this raises. "
        "Use `tf.shape`."
    )
    return Finding(node, event.context, message, fix=fix)
