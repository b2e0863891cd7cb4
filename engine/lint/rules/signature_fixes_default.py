"""GR602: a parameter outside the input signature is given another value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Const, Container, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR602",
    "signature-fixes-default",
    "A parameter outside the signature keeps its default for ever.",
    Severity.ERROR,
    bad=(
        """
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def f(x, training=False):
            return x

        f(tf.constant(1.0), training=True)
        """,
    ),
    good=(
        """
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def f(x, training=False):
            return x

        f(tf.constant(1.0), training=False)
        """,
    ),
)
def signature_fixes_default(facts: Facts) -> Iterator[Finding]:
    """With an `input_signature` there is one trace, made with the defaults of the other parameters.

    Passing another value raises `TypeError: Can not cast True to Literal[False]`.

    Make one staged function for each value, or leave the signature out.
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
        names = [arg.arg for arg in (*function.node.args.posonlyargs, *function.node.args.args)]
        names = names[1:] if function.receiver is not None else names
        first = len(names) - len(function.defaults)
        for index, name in enumerate(names):
            if index < len(given.items) or index < first:
                continue
            value = event.kwargs.get(name) or (
                event.args[index] if index < len(event.args) else None
            )
            default = function.defaults[index - first]
            if value is not None and _differs(value, default):
                message = (
                    f"`{name}` is outside the `input_signature` and keeps its default "
                    f"`{default!r}`: passing `{value!r}` raises TypeError."
                )
                notes = facts.staged_here(event.function)
                yield Finding(event.node, event.context, message, notes=notes)


def _differs(value: Value, default: Value) -> bool:
    return isinstance(value, Const) and isinstance(default, Const) and value.key() != default.key()
