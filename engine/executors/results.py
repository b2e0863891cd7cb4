"""Memory of large results, used again when nobody holds the result any more.

A fresh large array costs more than computing what goes into it: the system hands out its pages one
by one, and zeroed. Programs therefore take the arrays that they answer from here.
"""

from __future__ import annotations

import sys
from typing import Any
from weakref import getweakrefcount

import numpy as np

from engine.ir.tensor import LARGE, hand_out

__all__ = ["LARGE", "result_array"]

_KEPT_BYTES = 1 << 28
_KEPT_EACH = 3

Kind = tuple[tuple[int, ...], Any]

_kept: dict[Kind, list[Any]] = {}
_bytes = [0]


def _count_alone() -> int:
    """What `getrefcount` answers (it depends on the interpreter) for a list's former item."""
    items = [np.zeros(1)]
    array = items.pop()
    return sys.getrefcount(array)


_ALONE = _count_alone()


def result_array(dims: tuple[int, ...], dtype: Any) -> Any:
    """An array that nobody else holds; what is in it is anybody's guess.

    Args:
        dims: its shape.
        dtype: its numpy dtype.
    """
    kind = (dims, dtype)
    arrays = _kept.get(kind)
    if arrays is None:
        arrays = _kept.setdefault(kind, [])
    for _ in range(len(arrays)):
        try:
            array = arrays.pop()  # this thread's alone, until it is put back
        except IndexError:
            break
        held = sys.getrefcount(array) > _ALONE or getweakrefcount(array) > 0
        if held or array.shape != dims or array.dtype != dtype or not array.flags.writeable:
            arrays.insert(0, array)
            continue
        arrays.append(array)
        return array
    array = np.empty(dims, dtype)
    _keep(arrays, array)
    return array


def _keep(arrays: list[Any], array: Any) -> None:
    """Remember an array; forget the ones that were asked for least recently."""
    arrays.append(array)
    _bytes[0] += array.nbytes
    if len(arrays) > _KEPT_EACH:
        _bytes[0] -= arrays.pop(0).nbytes
    while _bytes[0] > _KEPT_BYTES and _kept:
        oldest = _kept.pop(next(iter(_kept)), [])
        _bytes[0] -= sum(one.nbytes for one in oldest)


def _hand_out(array: Any, dying: bool) -> Any:
    """An array for the user: a copy, or the array itself where its only holder ends now."""
    if array.dtype.kind not in "fiucb" or type(array) is not np.ndarray:
        return array.copy()
    if dying and array.base is None and array.flags.c_contiguous and array.flags.writeable:
        held = sys.getrefcount(array) - _ALONE - _HOLDERS
        if held <= (1 if _is_kept(array) else 0) and not getweakrefcount(array):
            return array
    made = result_array(array.shape, array.dtype)
    np.copyto(made, array)
    return made


def _is_kept(array: Any) -> bool:
    return any(one is array for one in _kept.get((array.shape, array.dtype), ()))


_HOLDERS = 2
"""The tensor, and the method of it that hands its value out."""

hand_out[0] = _hand_out
