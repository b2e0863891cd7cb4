"""GR507: a staged function returns what is no tensor."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Returned
from engine.inference.values import (
    ClassValue,
    Container,
    Function,
    Instance,
    Library,
    Symbol,
    Value,
)
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_OBJECTS = frozenset(
    ["tape", "optimizer", "layer", "model", "generator", "loss", "metric", "staged", "object"]
)
_ALLOWED = frozenset(["extension", "foreign", "namedtuple"])


@rule(
    "GR507",
    "non-tensor-result",
    "Staged functions can only return tensors and structures of them.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            return lambda y: x + y
        """,
        """
        class Result:
            def __init__(self, value):
                self.value = value

        @tf.function
        def f(x):
            return Result(x)
        """,
    ),
    good=(
        """
        import collections

        import tensorflow as tf

        Result = collections.namedtuple('Result', ['value', 'shape'])

        @tf.function
        def f(x):
            return Result(x, x.shape), {'name': 'x', 'none': None}
        """,
    ),
)
def non_tensor_result(facts: Facts) -> Iterator[Finding]:
    """The result comes out of a graph, which knows tensors only.

    Objects, functions and generators raise `TypeError: To be compatible with tf.function, Python
    functions must return zero or more Tensors`. Numbers, strings, None and
    structures of them are converted.

    Return the tensors, and make the object where the function is called.
    """
    for event in facts.staged(Returned):
        entry = event.context.entry
        if entry is None or entry.staging.kind != "function":
            continue
        if event.context.function is None or entry.outer is not None:
            continue
        what = _what(event.value)
        if what:
            message = f"{what} cannot come out of a staged function; calling it raises TypeError."
            yield Finding(event.node, event.context, message)


def _what(value: Value, depth: int = 0) -> str:
    if isinstance(value, Function):
        return "A function"
    if isinstance(value, (ClassValue, Symbol)):
        return "A class or function"
    if isinstance(value, Instance) and not value.cls.flavours & _ALLOWED:
        decorated = bool(value.cls.node.decorator_list)
        return "" if decorated or value.cls.lookup("__tf_tensor__") else f"A `{value.cls.qualname}`"
    if isinstance(value, Library) and (value.kind in _OBJECTS or value.kind == "partial"):
        return "An object"
    if isinstance(value, Container):
        if value.kind == "generator":
            return "A generator"
        if value.kind == "set":
            return "A set"
        if value.kind in ("list", "tuple", "dict") and value.items is not None and depth < 3:
            return next((what for item in value.items if (what := _what(item, depth + 1))), "")
    return ""
