"""Where Python meets the graph: what counts as a tensor, conditions, values with tensors inside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from engine.conversion.constructs.return_ import UndefinedReturnValue
from engine.conversion.constructs.variable import Undefined
from engine.ir.interpreter import current
from engine.ir.tensor import Tensor

__all__ = [
    "Layout", "as_branch_test", "choose", "condition", "is_missing", "is_scalar", "is_tensor",
    "operations", "shown", "tracing", "user_place",
]  # fmt: skip

_PACKAGE = __file__.rpartition("conversion")[0]


def with_tensors(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Variables of a loop over a tensor, outside of graphs: numbers become tensors, as there."""
    from engine.ir.convert import convert_to_tensor

    def one(value: Any) -> Any:
        if type(value) in (int, float, bool):
            return convert_to_tensor(value)
        if isinstance(value, tuple):
            made = [one(item) for item in value]
            return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
        return value

    return tuple([one(value) for value in values])


def is_tensor(value: object) -> bool:
    """Whether a value is a tensor or stands for one, as a variable does."""
    return isinstance(value, Tensor) or hasattr(type(value), "__tf_tensor__")


def is_scalar(value: object) -> bool:
    """Whether a value is a Python or numpy value that becomes a tensor by itself."""
    kind = type(value)
    return isinstance(value, (bool, int, float, str, bytes)) or kind.__module__ == "numpy"


def is_missing(value: object) -> bool:
    """Whether a variable has no value, or None."""
    return value is None or value.__class__ in (Undefined, UndefinedReturnValue)


def tracing() -> bool:
    """Whether op calls are written down at the moment."""
    return not current().eager


def operations() -> Any:
    """The public ops by name."""
    from engine.ops.namespace import tf

    return tf


def as_branch_test(value: Any) -> Any:
    """A tensor to branch on: one of the graph that is being written, if there is one."""
    from engine.ir.convert import convert_to_tensor

    tensor = convert_to_tensor(value)
    it: Any = current()
    return tensor if it.eager else it.own(tensor)


def condition(value: Any, what: str) -> Any:
    """Check the test of an `if` or a loop.

    Args:
        value: The test's value.
        what: `if statement` or `while loop`.

    Returns:
        A bool scalar.

    Raises:
        ValueError: If it is no bool, or not a scalar.
    """
    tensor = as_branch_test(value)
    hint = "to check for None, use `is not None`"
    if tensor.dtype.name != "bool":
        raise ValueError(
            f"condition of {what} expected to be `tf.bool` scalar, got {tensor}; to use as "
            f"boolean Tensor, use `tf.cast`; {hint}"
        )
    dims = tensor.dims
    if dims == ():
        return tensor
    size = 1
    for known in dims or ():
        size *= 1 if known is None else known
    if size > 1:
        raise ValueError(
            f"condition of {what} expected to be `tf.bool` scalar, got {tensor}; {hint}"
        )
    return operations().reshape(tensor, ())


def choose(test: Any, when_true: Callable[[], Any], when_false: Callable[[], Any]) -> Any:
    """`tf.cond` of a tensor; in a graph it must be a bool."""
    return operations().cond(as_branch_test(test), when_true, when_false)


def shown(name: str) -> str:
    """How messages call a variable: those that conversion made are called what they stand for."""
    stem = name.rstrip("0123456789").rstrip("_")
    if stem == "retval":
        return "the return value"
    if stem == "do_return":
        return "the return statement"
    if stem in ("break", "continue") and name not in ("break", "continue"):
        return f"the {stem} statement"
    return f"'{name}'"


class Layout:
    """Takes the tensors out of a value and puts others in.

    Lists, tuples and dicts are opened, and so are objects with tensors inside, such as
    `tf.TensorArray`.
    """

    __slots__ = ("counts", "leaves", "structure")

    def __init__(self, value: Any) -> None:
        from engine.ir.structure import flatten

        self.structure = value
        self.leaves: list[Any] = []
        self.counts: list[int] = []
        for leaf in flatten(value):
            parts = leaf.__composite_parts__() if _is_composite(leaf) else [leaf]
            self.leaves.extend(parts)
            self.counts.append(len(parts))

    def rebuild(self, leaves: Sequence[Any]) -> Any:
        """The same value around other leaves."""
        from engine.ir.structure import flatten, pack

        made: list[Any] = []
        position = 0
        for old, count in zip(flatten(self.structure), self.counts):
            parts = list(leaves[position : position + count])
            made.append(old.__composite_like__(parts) if _is_composite(old) else parts[0])
            position += count
        return pack(self.structure, made)


def _is_composite(value: object) -> bool:
    return hasattr(type(value), "__composite_parts__")


def user_place() -> str:
    """`file:line` of the user's code that runs now."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "<unknown>"
