"""GR503: `int`, `float`, `len` of a tensor where Python needs a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Computed
from engine.inference.values import Const, Container, Tensor, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Finding, rule
from engine.lint.rules.staged_condition_not_converted import reason_text

_NUMBERS = ("builtins.int", "builtins.float", "builtins.len", "builtins.range")
_NEVER = ("builtins.round", "builtins.complex", "builtins.hex", "builtins.bin", "builtins.chr")
_WANTING = ("math.", "time.sleep", "datetime.")


@rule(
    "GR503",
    "python-number-from-tensor",
    "`int()/float()/len()` of a staged tensor is not a Python number here.",
    Severity.ERROR,
    bad=(
        """
        import numpy as np
        import tensorflow as tf

        @tf.function
        def f(x):
            return np.zeros(int(tf.reduce_sum(x)))
        """,
        """
        @tf.function
        def f(x):
            return [0.0] * int(tf.reduce_sum(x))
        """,
        """
        @tf.function(autograph=False)
        def f(x):
            return x * float(tf.reduce_sum(x))
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            y = tf.square(x)
            size = int(y.shape[0]) * len(y.shape)
            return tf.zeros([size, len(y)]) + float(tf.reduce_sum(x))
        """,
    ),
)
def python_number_from_tensor(facts: Facts) -> Iterator[Finding]:
    """In converted code `int(t)`, `float(t)` and `len(t)` become ops: the result is a tensor.

    Ops take that; NumPy, list sizes and the `math` module do not. Where the code is not converted,
    `int(t)` itself raises `TypeError`; `round(t)` and `complex(t)` raise anywhere.

    Use the static shape (`x.shape[0]`), or stay with ops.
    """
    for event in facts.staged(Called):
        if event.context.caught or not event.args:
            continue
        first = event.args[0]
        if event.name in _NUMBERS and not event.context.converted and _is_tensor(first):
            shown = event.name.removeprefix("builtins.")
            why = reason_text(event.context)
            message = f"`{shown}()` wants a value, and a staged tensor has none here: {why}."
            yield Finding(event.node, event.context, message)
        elif event.name in _NEVER and _is_tensor(first):
            shown = event.name.removeprefix("builtins.")
            message = (
                f"`{shown}()` raises on a staged tensor; use the op (`tf.round`, `tf.complex`)."
            )
            yield Finding(event.node, event.context, message)
        elif event.name.startswith(_WANTING) and any(_is_tensor(value) for value in event.args):
            message = f"`{event.name}` wants a Python number and raises on a staged tensor."
            yield Finding(event.node, event.context, message)
        elif event.name.startswith("numpy.") and any(_comes_from_number(v) for v in event.args):
            message = "This is a tensor in converted code, not a Python number: NumPy raises on it."
            yield Finding(event.node, event.context, message)
    for computed in facts.staged(Computed):
        if computed.operator == "Mult" and _repeats(computed.left, computed.right):
            message = (
                "A list cannot be repeated a staged number of times; use `tf.fill` or `tf.tile`."
            )
            yield Finding(computed.node, computed.context, message)


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Tensor) and is_staged(value)


def _comes_from_number(value: Value) -> bool:
    node = getattr(value, "node", None)
    if not isinstance(value, Tensor) or not isinstance(node, ast.Call):
        return False
    return isinstance(node.func, ast.Name) and node.func.id in ("int", "float", "len")


def _repeats(left: Value, right: Value) -> bool:
    for whole, count in ((left, right), (right, left)):
        repeated = (isinstance(whole, Container) and whole.kind == "list") or (
            isinstance(whole, Const) and isinstance(whole.value, str)
        )
        if repeated and _comes_from_number(count):
            return True
    return False
