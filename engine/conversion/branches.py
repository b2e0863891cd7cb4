"""Do the two branches of a conditional agree? Messages name the user's variable."""

from __future__ import annotations

from typing import Any

from engine.conversion.constructs.return_ import UndefinedReturnValue
from engine.conversion.constructs.variable import Undefined
from engine.conversion.staging import is_scalar, is_tensor, shown

__all__ = ["check_assigned", "check_pair", "check_same"]


def check_assigned(values: tuple[Any, ...], names: tuple[str, ...], branch: str) -> None:
    """Every variable has a value at the end of a branch.

    Args:
        values: The variables' values.
        names: Their names.
        branch: `main` or `else`.

    Raises:
        ValueError: Where one has none.
    """
    for name, value in zip(names, values):
        if value.__class__ is Undefined:
            raise ValueError(f"'{name}' must also be initialized in the {branch} branch")
        if value.__class__ is UndefinedReturnValue:
            raise ValueError(f"the {branch} branch must also have a return statement.")


def check_same(main: tuple[Any, ...], other: tuple[Any, ...], names: tuple[str, ...]) -> None:
    """Every variable has the same structure and dtypes at the end of both branches.

    Raises:
        TypeError: Where structures or dtypes differ.
        ValueError: Where a value is None.
    """
    from engine.ir.structure import assert_same_structure, flatten

    for name, left, right in zip(names, main, other):
        try:
            assert_same_structure(left, right)
        except (ValueError, TypeError) as error:
            raise TypeError(
                f"{shown(name)} must have the same nested structure in the main and else "
                f"branches:\n\n{error}"
            ) from error
        for one, two in zip(flatten(left), flatten(right)):
            check_pair(shown(name), one, two)


def check_pair(name: str, main: Any, other: Any) -> None:
    """One value of each branch.

    Raises:
        TypeError: If the dtypes differ.
        ValueError: If one is None.
    """
    from engine.ir.convert import convert_to_tensor

    if main is None:
        raise ValueError(f"{name} is None at the end of the main branch.")
    if other is None:
        raise ValueError(f"{name} is None at the end of the else branch.")
    main = convert_to_tensor(main) if is_scalar(main) else main
    other = convert_to_tensor(other) if is_scalar(other) else other
    if not is_tensor(main) or not is_tensor(other):
        return
    if main.dtype != other.dtype:
        raise TypeError(
            f"{name} has dtype {main.dtype.name} in the main branch, but dtype "
            f"{other.dtype.name} in the else branch"
        )
