"""Do a loop's variables fit a loop in the graph? Messages name the user's variable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.conversion.constructs.return_ import UndefinedReturnValue
from engine.conversion.constructs.variable import Undefined
from engine.conversion.staging import is_missing, is_scalar, is_tensor, shown

__all__ = ["check_start", "check_turn"]

LEGAL_TYPES = "Tensor, int, float, bool or a list, tuple or dict thereof"


def check_start(
    values: tuple[Any, ...],
    names: tuple[str, ...],
    first: tuple[Any, ...] | None = None,
    note: str = "",
) -> None:
    """Every variable has a value before the loop.

    Args:
        values: The variables' values, perhaps filled in.
        names: Their names.
        first: Their values after one turn, if known.
        note: Why they could not be filled in.

    Raises:
        ValueError, NotImplementedError: Where one has no value.
    """
    for i, (name, value) in enumerate(zip(names, values)):
        if value.__class__ is UndefinedReturnValue:
            turn = first[i] if first is not None else None
            if turn is not None:
                what = "none in some turns" if is_missing(turn) else type(turn)
                raise ValueError(
                    f"the return value from a TensorFlow loop may only be a {LEGAL_TYPES}; got "
                    f"{what}"
                )
            raise NotImplementedError(
                "a return statement cannot be placed inside this TensorFlow loop; this may "
                "happen if a return statement depends on a static Python condition such as a "
                "hyperparameter"
            )
        if value is None:
            raise ValueError(f"{shown(name)} is not allowed to be None before the loop")
        if value.__class__ is Undefined:
            more = f"\n{note}" if note else ""
            raise ValueError(f"{shown(name)} must be defined before the loop{more}")


def check_turn(
    start: tuple[Any, ...],
    entry: tuple[Any, ...],
    after: tuple[Any, ...],
    names: tuple[str, ...],
    invariants: Sequence[Any] = (),
) -> None:
    """Every variable keeps its structure, dtypes and shapes in a turn.

    Raises:
        TypeError: Where the structure or a dtype changes.
        ValueError: Where a shape changes, or a value is None after the turn.
    """
    from engine.ir.structure import assert_same_structure, flatten

    for i, name in enumerate(names):
        try:
            assert_same_structure(start[i], entry[i])
            assert_same_structure(entry[i], after[i])
        except (ValueError, TypeError) as error:
            raise TypeError(
                f"{shown(name)} does not have the same nested structure after one iteration."
                f"\n\n{error}"
            ) from error
        invariant = invariants[i] if i < len(invariants) else None
        leaves = zip(flatten(start[i]), flatten(entry[i]), flatten(after[i]))
        shapes = _shapes_for(invariant, len(flatten(entry[i])), name)
        for (first, before, then), shape in zip(leaves, shapes):
            _check_leaf(shown(name), first, before, then, shape)


def _shapes_for(invariant: Any, count: int, name: str) -> list[Any]:
    from engine.ops.control import flatten_shapes

    if invariant is None:
        return [None] * count
    shapes = flatten_shapes(invariant)
    if len(shapes) != count:
        raise TypeError(
            f"{shown(name)} does not have the same nested structure as its corresponding shape "
            f"invariant: {count} values, {len(shapes)} shapes."
        )
    return shapes


def _check_leaf(name: str, first: Any, before: Any, then: Any, invariant: Any) -> None:
    from engine.ir.convert import convert_to_tensor
    from engine.ir.shapes import TensorShape, as_dims, at_least_as_specific

    if then is None:
        raise ValueError(f"{name} is None at the end of the iteration.")
    first, before, then = (
        convert_to_tensor(one) if is_scalar(one) else one for one in (first, before, then)
    )
    if hasattr(type(first), "__composite_invariants__"):
        before = first  # in the loop its shape is not known
    elif not is_tensor(before) or not is_tensor(then):
        return
    if before.dtype != then.dtype:
        raise TypeError(
            f"{name} has dtype {before.dtype.name} before the loop, but dtype "
            f"{then.dtype.name} after one iteration"
        )
    dims = then.shape._dims if hasattr(then.shape, "_dims") else as_dims(then.shape)
    if invariant is None:
        if not at_least_as_specific(dims, as_dims(before.shape)):
            raise ValueError(
                f"{name} has shape {before.shape} before the loop, but shape {then.shape} after "
                "one iteration. Use tf.autograph.experimental.set_loop_options to set shape "
                "invariants."
            )
        return
    wanted = as_dims(getattr(invariant, "shape", invariant))
    for value, when in ((first, "before the loop"), (then, "after one iteration")):
        if (is_tensor(value) or value is then) and not at_least_as_specific(
            as_dims(value.shape), wanted
        ):
            raise ValueError(
                f"{name} has shape {value.shape} {when}, which does not conform with the shape "
                f"invariant {TensorShape.of(wanted)}."
            )
