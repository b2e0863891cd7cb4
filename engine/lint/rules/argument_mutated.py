"""GR105: a list or dict that came as an argument is changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.context import Context
from engine.inference.events import Called, Stored
from engine.inference.object_tables import MUTATORS
from engine.inference.values import Const, Container, Unknown, Value
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR105",
    "argument-mutated",
    "Staged functions may not change list or dict arguments; work on a copy.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function
            def f(batch):
                batch['x'] = tf.cast(batch['x'], tf.float32)
                return batch['x']

            f({'x': tf.constant(1)})
            """,
            fixed="""
            @tf.function
            def f(batch):
                batch = dict(batch)
                batch['x'] = tf.cast(batch['x'], tf.float32)
                return batch['x']

            f({'x': tf.constant(1)})
            """,
        ),
        """
        @tf.function
        def f(parts):
            parts.append(tf.constant(1))
            return tf.add_n(parts)

        f([tf.constant(2)])
        """,
    ),
    good=(
        """
        @tf.function
        def f(batch):
            batch = dict(batch)
            batch['x'] = tf.cast(batch['x'], tf.float32)
            return batch['x']

        f({'x': tf.constant(1)})
        """,
    ),
)
def argument_mutated(facts: Facts) -> Iterator[Finding]:
    """A traced function is called with its arguments or replaced by its graph; both must agree.

    After tracing, the arguments are compared with what they were, and a changed list or dict
    raises `ValueError: f(...) should not modify its Python input arguments`, also where
    a function that is called changes it.

    Copy the argument first: `batch = dict(batch)`.
    """
    for event in facts.staged(Stored):
        if event.kind == "item" and _is_function(event.context):
            name = _argument(event.target)
            if not name and _is_dict_argument(event):
                name = event.target.argument  # type: ignore[union-attr]
            if name:
                yield _finding(facts, event.node, event.context, name, event.target)
    for call in facts.staged(Called):
        receiver = call.receiver
        if isinstance(receiver, Container) and receiver.argument and _is_function(call.context):
            method = call.name.rsplit(".", 1)[-1]
            if method in MUTATORS.get(receiver.kind, frozenset()):
                yield _finding(facts, call.node, call.context, receiver.argument, receiver)


def _is_function(context: Context) -> bool:
    return context.entry is not None and context.entry.staging.kind == "function"


def _argument(value: Value | None) -> str:
    return value.argument if isinstance(value, Container) else ""


def _is_dict_argument(event: Stored) -> bool:
    """Whether a parameter of the traced function itself is indexed by a string."""
    target, index = event.target, event.index
    if not isinstance(target, Unknown) or not isinstance(index, Const):
        return False
    if not isinstance(index.value, str):
        return False
    function = event.context.entry.function if event.context.entry else None
    args = function.node.args if function is not None else None
    names = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)} if args else set()
    return target.argument in names


def _finding(
    facts: Facts, node: ast.AST, context: Context, name: str, target: Value | None
) -> Finding:
    message = (
        f"`{name}` is an argument of {facts.entry_word(context.entry)}, which may not change it; "
        "tracing raises. Work on a copy."
    )
    owner = node.value if isinstance(node, ast.Subscript) else node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
    inner = isinstance(owner, (ast.Subscript, ast.Attribute))
    # A copy of the outer collection holds the very same inner one.
    fix = None if inner else _fix(facts, context, name, target)
    return Finding(node, context, message, fix=fix)


_COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef)


def _fix(facts: Facts, context: Context, name: str, target: Value | None) -> Fix | None:
    function = context.function
    entry = context.entry.function if context.entry else None
    if function is None or entry is None or function.node is not entry.node:
        return None
    if not isinstance(function.node, ast.FunctionDef):
        return None
    if not any(arg.arg == name for arg in function.node.args.args):
        return None
    kind = target.kind if isinstance(target, Container) else "dict"
    if kind not in ("dict", "list"):
        return None
    first = function.node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        if len(function.node.body) < 2:
            return None
        first = function.node.body[1]
    source = facts.source
    decorators: list[ast.expr] = getattr(first, "decorator_list", [])
    at = facts.span(decorators[0] if decorators else first).start
    top = source.line_start(source.position(at)[0])
    indent = source.text[top:at].rstrip("@ \t")
    if indent:  # on the line of the `def`, or behind another statement
        text = f"{name} = {kind}({name}); "
        if decorators or isinstance(first, _COMPOUND):
            return None
    else:
        at -= len(source.text[top:at]) - len(source.text[top:at].rstrip("@"))
        text = f"{name} = {kind}({name})\n{source.text[top:at]}"
    return Fix(f"Copy `{name}` first", (Edit(Span(at, at), text),))
