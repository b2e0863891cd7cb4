"""Changes of variables in their own memory, where nobody else can see it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np


class _Probe:
    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = np.zeros(1)


def _count(storage: Any) -> int:
    value = storage.value
    return sys.getrefcount(value)


_ALONE = _count(_Probe())
"""What `_count` answers (it depends on the interpreter) where only the storage holds the value."""


def _changer(ufunc: Any, combine: Callable[[Any, Any], Any]) -> Callable[[Any, Any], None]:
    def change(storage: Any, delta: Any) -> None:
        value = storage.value
        if (
            type(value) is np.ndarray
            and sys.getrefcount(value) <= _ALONE
            and value.base is None
            and value.flags.writeable
            and value.dtype == getattr(delta, "dtype", None)
            and value.dtype != object
            and _fits(value.shape, delta.shape)
        ):
            ufunc(value, delta, value)
        else:
            storage.value = combine(storage.read(), delta)

    return change


def _fits(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Does the result of both have the shape of the first?"""
    return shape == other or np.broadcast_shapes(shape, other) == shape


assign_add = _changer(np.add, lambda x, y: x + y)
assign_sub = _changer(np.subtract, lambda x, y: x - y)


def own_value(storage: Any) -> Any:
    """The array that a variable holds: a copy from now on, if others hold it too.

    Args:
        storage: a variable's; it holds an array.
    """
    value = storage.value
    if (
        type(value) is np.ndarray
        and sys.getrefcount(value) <= _ALONE
        and value.base is None
        and value.flags.writeable
    ):
        return value
    value = storage.value = np.array(storage.read())
    return value
