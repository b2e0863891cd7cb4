"""The hyperbolic tangent as TensorFlow computes it, digit by digit, for arrays that people read.

Array libraries round the last digit in their own ways, and differently from machine to machine.
TensorFlow divides two polynomials in single precision; doing the same gives the same digits. It
takes a dozen passes where the library takes one, so it is left to short arrays.
"""

from __future__ import annotations

import math
from typing import Any

SHORT = 32
"""Arrays of up to so many elements are computed as TensorFlow does."""

_BOUND = 7.907389  # beyond, the result is 1 in single precision
_ODD = (1.394553628e-8, 2.102733560e-5, 3.520756727e-3, 1.340216100e-1)
_EVEN = (8.015776984e-7, 3.326951409e-4, 2.597254514e-2, 4.673548340e-1, 1.0)


def tanh(xp: Any, x: Any) -> Any:
    """The hyperbolic tangent of an array or a number."""
    shape = getattr(x, "shape", ())
    if type(x) is xp.float32:  # rounded once, and no slower than an array library
        return xp.float32(math.tanh(x))
    if not shape or x.size > SHORT or x.dtype.name != "float32":
        return xp.tanh(x)
    square = x * x
    odd = _polynomial(xp, square, _ODD) * (square * x) + x
    ratio = odd / _polynomial(xp, square, _EVEN)
    return xp.where(xp.abs(x) > _BOUND, xp.sign(x), ratio)


def _polynomial(xp: Any, x: Any, coefficients: tuple[float, ...]) -> Any:
    """Horner's scheme in single precision, the highest power first."""
    total = xp.float32(coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + xp.float32(coefficient)
    return total
