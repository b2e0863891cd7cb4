"""GR703: tensors of different dtypes in one op."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.arithmetic import is_tensorlike, spec_of
from engine.inference.events import Called, Computed, Mismatched
from engine.inference.values import Const, Library, Python, Tensor, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_ARITHMETIC = frozenset(
    ["Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow", "MatMult", "Lt", "LtE", "Gt", "GtE"]
)


@rule(
    "GR703",
    "mixed-dtypes",
    "Tensors of different dtypes do not mix.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f():
            return tf.constant([1, 2]) * tf.constant([0.5, 0.5])
        """,
        """
        @tf.function
        def f(x):
            return tf.size(x) * 0.5
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            return tf.cast(tf.size(x), tf.float32) * 0.5 + tf.constant([1.0]) * 2
        """,
    ),
)
def mixed_dtypes(facts: Facts) -> Iterator[Finding]:
    """Nothing is cast by itself: both sides of an operator must have the same dtype.

    `TypeError: Input 'y' of 'Mul' Op has type int32 that does not match float32`. A Python int fits
    a float tensor; a Python float does not fit an int tensor.

    Use `tf.cast`.
    """
    for event in facts.staged(Computed):
        equality = event.operator in ("Eq", "NotEq")
        if (event.operator in _ARITHMETIC or equality) and not event.context.caught:
            why = clash(event.left, event.right)
            if why:
                message = (
                    f"{why[0]} and {why[1]} do not mix; tracing raises TypeError. Use `tf.cast`."
                )
                yield Finding(event.node, event.context, message)
    for call in facts.staged(Mismatched):
        if is_about_dtypes(call.reason) and not call.context.caught:
            reason = call.reason.rstrip(".")
            yield Finding(call.node, call.context, f"{reason}. Use `tf.cast`.")
    yield from _assigned(facts)


def _assigned(facts: Facts) -> Iterator[Finding]:
    """Variables that are assigned a tensor of another dtype."""
    for call in facts.staged(Called):
        variable = call.receiver
        if call.name not in _ASSIGNS or call.context.caught or not call.args:
            continue
        if not isinstance(variable, Library) or variable.kind != "variable":
            continue
        value = call.args[0]
        if isinstance(value, Tensor) and value.dtype and variable.dtype:
            if value.dtype != variable.dtype:
                message = (
                    f"The variable is {variable.dtype} and this is {value.dtype}; tracing raises. "
                    "Use `tf.cast`."
                )
                yield Finding(call.node, call.context, message)


_ASSIGNS = ("variable.assign", "variable.assign_add", "variable.assign_sub")


def is_about_dtypes(reason: str) -> bool:
    """Whether the engine complains of a dtype, and not of a shape."""
    return any(words in reason for words in _DTYPE_WORDS)


_DTYPE_WORDS = ("does not match type", "not in list of allowed values", "match expected type",
                "cannot convert")  # fmt: skip


def clash(left: Value, right: Value) -> tuple[str, str] | None:
    """What two sides of an operator are, where they do not mix."""
    if not (is_tensorlike(left) or is_tensorlike(right)):
        return None
    first, second = spec_of(left)[0], spec_of(right)[0]
    if first is None or second is None or first == second:
        return None
    if is_tensorlike(left) and is_tensorlike(right):
        return first, second
    tensor, number = (left, right) if is_tensorlike(left) else (right, left)
    if not isinstance(number, (Const, Python)) or getattr(number, "type", "") == "ndarray":
        return None
    wanted, given = spec_of(tensor)[0], spec_of(number)[0]
    if wanted is not None and wanted.startswith(("int", "uint")) and given == "float32":
        return wanted, "a Python float"
    return None
