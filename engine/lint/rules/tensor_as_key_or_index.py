"""GR505: a Python container is indexed or keyed by a staged tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Called, Computed, Subscripted
from engine.inference.values import Const, Container, Python, Tensor, Value
from engine.lint.facts import Facts, has_staged, is_staged
from engine.lint.rule import Example, Finding, rule


@rule(
    "GR505",
    "tensor-as-key-or-index",
    "Python containers cannot be indexed or keyed by a staged tensor.",
    Severity.ERROR,
    bad=(
        Example(
            """
            @tf.function
            def f(x, i):
                parts = [tf.square(x), tf.sqrt(x)]
                return parts[tf.argmax(x)]
            """,
            fixed="""
            @tf.function
            def f(x, i):
                parts = [tf.square(x), tf.sqrt(x)]
                return tf.gather(parts, tf.argmax(x))
            """,
        ),
        """
        @tf.function
        def f(x):
            seen = {}
            seen[tf.reduce_sum(x)] = 1
            return x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            parts = [tf.square(x), tf.sqrt(x)]
            return parts[0][tf.argmax(x)]
        """,
    ),
)
def tensor_as_key_or_index(facts: Facts) -> Iterator[Finding]:
    """Python needs the number or a hash to find the element, and a staged tensor has neither yet.

    `TypeError: Tensor is unhashable`, `list indices must be integers or slices`, or, for a NumPy
    array, `NotImplementedError: Cannot convert a symbolic tf.Tensor`.

    Use `tf.gather` for lists of tensors, `t.ref()` for keys.
    """
    for event in facts.staged(Subscripted):
        if (
            not isinstance(event.index, Tensor)
            or not is_staged(event.index)
            or event.context.caught
        ):
            continue
        value = event.value
        is_array = isinstance(value, Python) and value.type == "ndarray"
        if _is_text(value):
            message = "A string cannot be indexed by a staged tensor; tracing raises."
            yield Finding(event.node, event.context, message)
            continue
        if not is_array and not (isinstance(value, Container) and value.kind in _KINDS):
            continue
        what = "A NumPy array" if is_array else f"A Python {getattr(value, 'kind', 'list')}"
        message = f"{what} cannot be indexed by a staged tensor; tracing raises. Use `tf.gather`."
        if isinstance(value, Container) and value.kind == "dict":
            message = "A staged tensor cannot be a key: it has no hash. Use `t.ref()`."
        yield Finding(event.node, event.context, message, fix=_fix(facts, event))
    yield from _looked_up(facts)
    yield from _sliced(facts)


def _sliced(facts: Facts) -> Iterator[Finding]:
    """Python lists, tuples and strings whose slice has a staged tensor as an end."""
    for event in facts.staged(Subscripted):
        value, index = event.value, event.index
        is_plain = isinstance(value, Container) and value.kind in ("list", "tuple", "range")
        if event.context.caught or not (is_plain or _is_text(value)):
            continue
        if not isinstance(index, Container) or index.kind != "slice":
            continue
        if any(isinstance(end, Tensor) and is_staged(end) for end in index.items or ()):
            message = "A Python sequence cannot be sliced by a staged tensor; tracing raises."
            yield Finding(event.node, event.context, message)


def _is_text(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Python) and value.type == "str"


def _looked_up(facts: Facts) -> Iterator[Finding]:
    """Tensors that a dict is asked for by a method, or a dict or set by `in`."""
    message = "A staged tensor cannot be a key: it has no hash. Use `t.ref()`."
    for call in facts.staged(Called):
        if call.name in _LOOKUPS and call.args and not call.context.caught:
            if isinstance(call.args[0], Tensor) and is_staged(call.args[0]):
                yield Finding(call.node, call.context, message)
    for event in facts.staged(Computed):
        if event.operator not in ("In", "NotIn") or event.context.caught:
            continue
        if isinstance(event.left, Tensor) and is_staged(event.left):
            if isinstance(event.right, Container) and event.right.kind in ("dict", "set"):
                yield Finding(event.node, event.context, message)


_LOOKUPS = ("dict.get", "dict.pop", "dict.setdefault", "set.add", "set.discard", "set.remove")
_KINDS = ("list", "tuple", "dict", "range", "shape")


def _fix(facts: Facts, event: Subscripted) -> Fix | None:
    node, value = event.node, event.value
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return None
    if not isinstance(value, Container) or value.kind not in ("list", "tuple") or not facts.alias:
        return None
    if not has_staged(value):
        return None
    text = f"{facts.alias}.gather({facts.text(node.value)}, {facts.text(node.slice)})"
    return Fix(f"Use `{facts.alias}.gather`", (Edit(facts.span(node), text),))
