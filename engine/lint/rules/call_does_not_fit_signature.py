"""GR603: an argument that cannot match the input signature."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Container, Library, Tensor, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR603",
    "call-does-not-fit-signature",
    "The argument's dtype or shape cannot match the input signature.",
    Severity.ERROR,
    bad=(
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([1, 2]))
        """,
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([[1.0, 2.0]]))
        """,
    ),
    good=(
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([1.0, 2.0]))
        """,
    ),
)
def call_does_not_fit_signature(facts: Facts) -> Iterator[Finding]:
    """A tensor is not cast to what the signature says: dtype and shape must fit.

    Otherwise the call raises `TypeError: Binding inputs to tf.function failed`.

    Cast or reshape the argument, or widen the signature (`None` for a dimension).
    """
    for event in facts.happened(Entered):
        function = event.function
        given = function.staging.options.get("input_signature") if function.staging else None
        if (
            not isinstance(given, Container)
            or given.items is None
            or not isinstance(event.node, ast.Call)
        ):
            continue
        for index, (spec, value) in enumerate(zip(given.items, event.args)):
            why = _why(spec, value)
            if why and index < len(event.node.args):
                message = f"This argument {why}; the call raises TypeError."
                yield Finding(event.node.args[index], event.context, message)


def _why(spec: Value, value: Value) -> str:
    if not isinstance(spec, Library) or spec.kind != "spec" or not isinstance(value, Tensor):
        return ""
    if spec.dtype and value.dtype and spec.dtype != value.dtype:
        return f"is {value.dtype} where the signature says {spec.dtype}"
    wanted, found = spec.dims, value.dims
    if wanted is None or found is None:
        return ""
    clash = len(wanted) != len(found) or any(
        a is not None and b is not None and a != b for a, b in zip(wanted, found)
    )
    return f"has shape {_shape(found)} where the signature says {_shape(wanted)}" if clash else ""


def _shape(dims: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("None" if size is None else str(size) for size in dims) + "]"
