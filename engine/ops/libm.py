"""Single-precision functions exactly as the C library has them, element by element.

Random normal numbers are made with the C library's `logf`, `sinf` and `cosf`, whose last digit
now and then differs from that of the correctly rounded result. Rounding the double-precision
result is almost always the same; only where it lies near the middle between two floats the C
library is asked.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
from collections.abc import Callable
from typing import Any

_DOUBTFUL = 0.4
"""Distance from a float, in units of its last place, from which on the C library is asked."""

_SMALL_LOG = 0.04
"""Logarithms smaller than this are always asked for: there the relative error is larger."""


@functools.cache
def _function(name: str) -> Callable[[float], float] | None:
    """The C library's function, or None where it cannot be reached."""
    try:
        library = ctypes.CDLL(ctypes.util.find_library("m"))
        found = getattr(library, name)
    except (OSError, AttributeError, TypeError):
        return None
    found.restype = ctypes.c_float
    found.argtypes = [ctypes.c_float]
    return found


def single(xp: Any, name: str, arguments: Any, precise: Any) -> Any:
    """float32 results of `name` ("logf", "sinf", "cosf") for float32 `arguments`.

    Args:
        xp: array namespace.
        name: of the C function.
        arguments: float32 array.
        precise: its results in double precision.
    """
    rounded = precise.astype("float32")
    call = _function(name)
    if call is None or hasattr(rounded, "__cuda_array_interface__"):
        return rounded
    away = xp.abs(precise - rounded.astype("float64")) / xp.spacing(xp.abs(rounded))
    doubtful = away > _DOUBTFUL
    if name == "logf":
        doubtful |= xp.abs(rounded) < _SMALL_LOG
    if doubtful.any():
        values = [call(value) for value in arguments[doubtful].tolist()]
        rounded[doubtful] = xp.array(values, dtype="float32")
    return rounded
