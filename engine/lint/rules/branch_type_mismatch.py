"""GR304: the arms of a staged `if` give a name different types."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.arithmetic import spec_of
from engine.inference.blocks import bound_names
from engine.inference.events import Branched, Handed
from engine.inference.values import (
    Const,
    Container,
    Function,
    Instance,
    Library,
    Python,
    Symbol,
    Tensor,
    Value,
)
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR304",
    "branch-type-mismatch",
    "The arms of this staged `if` give a name different types.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 0:
                y = 1
            else:
                y = 2.0
            return y
        """,
        """
        @tf.function
        def f(x):
            y = None
            if tf.reduce_sum(x) > 0:
                y = tf.square(x)
            return y
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 0:
                y = 1.0
            else:
                y = tf.constant(2.0)
            return y
        """,
    ),
)
def branch_type_mismatch(facts: Facts) -> Iterator[Finding]:
    """Both arms of a staged `if` are traced, and what comes out must have one dtype and structure.

    Otherwise tracing raises `TypeError: 'y' has dtype int32 in the main branch, but dtype float32
    in the else branch`. A number counts as int32 or float32; None in one arm only, lists
    of different lengths and Python objects cannot come out at all.

    Give both arms the same type: `1.0` instead of `1`, `tf.zeros_like(y)` instead of `None`.
    """
    for event in facts.staged(Branched):
        if len(event.arms) != 2 or event.ends != ["falls", "falls"] or event.context.caught:
            continue
        body, orelse = event.arms
        for name in sorted(body.keys() & orelse.keys() & event.after):
            main, other = body[name], orelse[name]
            if main is other or name in event.maybe:
                continue
            why = difference(main, other) or _none_at_the_end(event.node, name, main, other)
            if why:
                word = f"`{name}`" if name else "The result"
                message = (
                    f"{word} {why[0]} in the main branch but {why[1]} in the else branch of this "
                    "staged `if`; tracing raises. Give both the same type."
                )
                place = (
                    event.node if isinstance(event.node, ast.IfExp) else facts.header(event.node)
                )
                fix = _literal(facts, event.node, name, main, other)
                yield Finding(place, event.context, message, fix=fix)

    yield from _of_functions(facts)


def _of_functions(facts: Facts) -> Iterator[Finding]:
    """The two functions of a `tf.cond`."""
    for event in facts.staged(Handed):
        none = [isinstance(v, Const) and v.value is None for v in (event.first, event.second)]
        if event.kind != "cond" or event.context.caught or any(none):
            continue
        why = difference(event.first, event.second)
        if why:
            message = (
                f"What the first function gives {why[0]}, but what the second one gives {why[1]}; "
                "tracing raises. Give both the same type."
            )
            yield Finding(event.node, event.context, message)


def _literal(facts: Facts, node: ast.AST, name: str, main: Value, other: Value) -> Fix | None:
    """Writes the whole number in one arm as a float, where the other arm gives a float."""
    dtypes = (_dtype(main), _dtype(other))
    for arm, (value, wanted) in enumerate(((main, dtypes[1]), (other, dtypes[0]))):
        if not isinstance(value, Const) or type(value.value) is not int or wanted != "float32":
            continue
        literal = _assigned(node, name, arm)
        if isinstance(literal, ast.Constant) and type(literal.value) is int:
            edit = Edit(facts.span(literal), f"{facts.text(literal)}.0")
            return Fix("Make it a float", (edit,))
    return None


def _assigned(node: ast.AST, name: str, arm: int) -> ast.expr | None:
    """What an arm gives the name, or the conditional expression its value."""
    if isinstance(node, ast.IfExp):
        return (node.body, node.orelse)[arm]
    if not isinstance(node, ast.If):
        return None
    values = [
        statement.value
        for statement in (node.body, node.orelse)[arm]
        if isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == name
    ]
    return values[-1] if values else None


def _none_at_the_end(node: ast.AST, name: str, main: Value, other: Value) -> tuple[str, str] | None:
    """None is no value that can come out, not even from both arms."""
    if not isinstance(node, ast.If) or not name:
        return None
    if all(isinstance(v, Const) and v.value is None for v in (main, other)):
        if name in bound_names([*node.body, *node.orelse]):
            return "is None", "is None too"
    return None


def difference(main: Value, other: Value) -> tuple[str, str] | None:
    """What two values have that cannot come out of the same staged block, if anything."""
    none = [isinstance(v, Const) and v.value is None for v in (main, other)]
    if none[0] is not none[1]:
        known = main if none[1] else other
        if isinstance(known, (Tensor, Const)) or _is_structure(known):
            return ("is None", _word(other)) if none[0] else (_word(main), "is None")
        return ("is None", _word(other)) if _dtype(known) and none[0] else None
    first, second = _dtype(main), _dtype(other)
    if first and second:
        return (f"has dtype {first}", f"has dtype {second}") if first != second else None
    if _is_structure(main) and _is_structure(other):
        assert isinstance(main, Container)
        assert isinstance(other, Container)
        return _structures(main, other)
    if _is_structure(main) is not _is_structure(other):
        if all(_is_structure(v) or isinstance(v, Tensor) or _dtype(v) for v in (main, other)):
            return _word(main), _word(other)
    objects = (Function, Instance, Symbol)
    if _is_record(main) or _is_record(other):
        return None
    if isinstance(main, objects) and isinstance(other, objects) and main.key() != other.key():
        return "is a Python object", "is another one"
    return None


def _is_record(value: Value) -> bool:
    """Whether an object may be a structure of tensors: a named tuple, an `attrs` class."""
    return isinstance(value, Instance) and bool(
        value.cls.flavours & {"namedtuple", "extension", "foreign"} or value.cls.node.decorator_list
    )


def _is_structure(value: Value) -> bool:
    return isinstance(value, Container) and value.kind in ("list", "tuple", "dict")


def _structures(main: Container, other: Container) -> tuple[str, str] | None:
    if main.kind != other.kind:
        return f"is a {main.kind}", f"is a {other.kind}"
    if main.items is None or other.items is None:
        return None
    if main.kind not in ("list", "tuple", "dict"):
        return None
    if len(main.items) != len(other.items):
        return f"has {len(main.items)} elements", f"has {len(other.items)}"
    if main.kind == "dict" and main.keys is not None and other.keys is not None:
        if set(main.keys) != set(other.keys):
            return (
                f"has the keys {sorted(map(str, main.keys))}",
                f"has {sorted(map(str, other.keys))}",
            )
        return None
    for left, right in zip(main.items, other.items):
        found = difference(left, right)
        if found:
            return f"holds what {found[0]}", f"holds what {found[1]}"
    return None


def _dtype(value: Value) -> str | None:
    if isinstance(value, Tensor):
        return value.dtype
    if isinstance(value, Library) and value.kind == "variable":
        return value.dtype
    if isinstance(value, Const) or (
        isinstance(value, Python) and value.type in ("int", "float", "bool", "ndarray")
    ):
        return spec_of(value)[0]
    return None


def _word(value: Value) -> str:
    if isinstance(value, Container):
        return f"is a {value.kind}"
    dtype = _dtype(value)
    return f"has dtype {dtype}" if dtype else "is a tensor"
