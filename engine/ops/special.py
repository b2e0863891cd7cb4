"""The error function and the gamma function with their relatives.

All are computed in double precision, whatever the dtype of the argument. Sources: DLMF (NIST
Digital Library of Mathematical Functions, dlmf.nist.gov) by number; Chebyshev coefficients are in
`special_tables.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING
from engine.ir.op import OpFunction, public
from engine.ir.tensor import Tensor
from engine.ops import special_tables as tables
from engine.ops.declare import unary

_PI = 3.141592653589793
_SQRT_PI = 1.772453850905516
_SQRT2 = 1.4142135623730951


def chebyshev(t: Any, coefficients: Sequence[float]) -> Any:
    """The sum of coefficients times Chebyshev polynomials at `t`, by Clenshaw's recurrence."""
    after = later = 0.0 * t
    double = t + t
    for c in reversed(coefficients[1:]):
        after, later = double * after - later + c, after
    return t * after - later + coefficients[0]


def widened(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel that computes with float64 arrays and answers in the dtype of its inputs."""

    def kernel(xp: Any, *arrays: Any) -> Any:
        wide = [xp.asarray(x, dtype=xp.float64) for x in arrays]
        return compute(xp, *wide).astype(arrays[0].dtype)[()]

    return kernel


def special_unary(
    *names: str, type: str, doc: str, compute: Callable[..., Any],
    derivative: Callable[[Any, Any, Any], Any] | None, near: str = "", allowed: Any = FLOATING,
) -> OpFunction:  # fmt: skip
    """Declare an op of one argument.

    Args:
        *names: public names.
        type: TensorFlow's op name.
        doc: docstring.
        compute: (xp, float64 array) -> array.
        derivative: (tf, x, y) -> derivative at x, where the value is y.
        near: where the test samples lie, such as "(0.2,3)".
        allowed: dtypes.
    """

    def gradient(tf: Any, node: Any, grad: Tensor) -> Any:
        assert derivative is not None
        return grad * derivative(tf, node.inputs[0], node.outputs[0])

    kernel = widened(compute)
    kernel.__module__ = __name__
    return unary(
        names[0], *names[1:], type=type, doc=doc, kernel=kernel, dtypes=allowed,
        gradient=gradient if derivative else None,
        samples=[(f"float32[3,4]{near}",), (f"float64[]{near}",)],
    )  # fmt: skip


# -- error function


def erf_array(xp: Any, x: Any) -> Any:
    """Erf of a float64 array: a series in x**2 below 1, one minus erfc above."""
    size = abs(x)
    inner = xp.minimum(size, 1.0)
    near = x * chebyshev(2 * inner * inner - 1, tables.ERF)
    far = xp.copysign(1 - _erfc_positive(xp, xp.maximum(size, 1.0)), x)
    return xp.where(size < 1, near, xp.where(xp.isnan(x), x, far))


_LOW = (0.5 - 4) / (0.5 + 4)


def _erfc_positive(xp: Any, x: Any) -> Any:
    """Erfc for x >= 1/2, from exp(x**2) erfc(x), which a map of [1/2, inf) to [-1, 1] tames."""
    far = xp.minimum(x, 1e3)
    u = (far - 4) / (far + 4)
    t = 2 * (u - _LOW) / (1 - _LOW) - 1
    # exp(-x**2) with the square's rounding error put back
    head = xp.rint(far * 256) / 256
    power = xp.exp(-head * head) * xp.exp(-(far - head) * (far + head))
    return power * chebyshev(t, tables.ERFCX) / (1 + 2 * far)


def erfc_array(xp: Any, x: Any) -> Any:
    """1 - erf, without cancellation for large x."""
    tail = _erfc_positive(xp, xp.maximum(abs(x), 0.5))
    large = xp.where(x < 0, 2 - tail, tail)
    return xp.where(abs(x) < 0.5, 1 - erf_array(xp, x), xp.where(xp.isnan(x), x, large))


def _erfc_inverse(xp: Any, p: Any) -> Any:
    """X > 0 with erfc(x) = p for 0 < p < 1: Winitzki's guess and four steps of Halley's method."""
    logs = xp.log(p * (2 - p))
    a = 2 / (_PI * 0.147) + logs / 2
    x = xp.sqrt(xp.maximum(xp.sqrt(xp.maximum(a * a - logs / 0.147, 0.0)) - a, 0.0))
    x = xp.minimum(x, 26.6)
    for _ in range(4):
        slope = -2 / _SQRT_PI * xp.exp(-x * x)
        step = (erfc_array(xp, x) - p) / slope
        x = x - step / (1 + x * step)
    return x


def erfinv_array(xp: Any, y: Any) -> Any:
    """The inverse of erf; for small y by Halley's method on erf itself."""
    size = abs(y)
    small = xp.minimum(size, 0.5)
    x = small * (_SQRT_PI / 2) * (1 + small * small * (_PI / 12))
    for _ in range(3):
        step = (erf_array(xp, x) - small) / (2 / _SQRT_PI * xp.exp(-x * x))
        x = x - step / (1 + x * step)
    tail = _erfc_inverse(xp, xp.clip(1 - size, 1e-17, 0.5))
    found = xp.copysign(xp.where(size <= 0.5, x, tail), y)
    found = xp.where(size == 1, xp.copysign(xp.inf, y), found)
    return xp.where(size <= 1, found, xp.nan)


def ndtri_array(xp: Any, p: Any) -> Any:
    """The inverse of the normal distribution function."""
    tail = xp.minimum(p, 1 - p)
    inner = xp.where((tail > 0.25) | ~(tail > 0), 0.25, tail)
    far = xp.copysign(_SQRT2 * _erfc_inverse(xp, 2 * inner), p - 0.5)
    near = _SQRT2 * erfinv_array(xp, xp.clip(2 * p - 1, -0.75, 0.75))
    found = xp.where(tail > 0.25, near, far)
    found = xp.where(p == 0, -xp.inf, xp.where(p == 1, xp.inf, found))
    return xp.where((p >= 0) & (p <= 1), found, xp.nan)


def _gauss(tf: Any, x: Any) -> Any:
    return (2 / _SQRT_PI) * tf.exp(-tf.square(x))


erf = special_unary(
    "math.erf", type="Erf", compute=erf_array,
    doc="The error function: the integral of 2 / sqrt(pi) exp(-t**2) from 0 to x (DLMF 7.2.1).",
    derivative=lambda tf, x, y: _gauss(tf, x),
)  # fmt: skip
erfc = special_unary(
    "math.erfc", type="Erfc", compute=erfc_array, doc="1 - erf(x) (DLMF 7.2.2).",
    derivative=lambda tf, x, y: -_gauss(tf, x),
)  # fmt: skip
erfinv = special_unary(
    "math.erfinv", type="Erfinv", compute=erfinv_array, near="(-0.9,0.9)",
    doc="The inverse of the error function; nan outside [-1, 1] (DLMF 7.17).",
    derivative=lambda tf, x, y: (_SQRT_PI / 2) * tf.exp(tf.square(y)),
)  # fmt: skip
ndtri = special_unary(
    "math.ndtri", type="Ndtri", compute=ndtri_array, near="(0.05,0.95)",
    doc="The point below which a standard normal variable stays with probability x.",
    derivative=lambda tf, x, y: (_SQRT2 * _SQRT_PI) * tf.exp(tf.square(y) / 2),
)  # fmt: skip


def _erfcinv_kernel(xp: Any, x: Any) -> Any:
    return -ndtri_array(xp, x / 2) / _SQRT2


erfcinv_op = special_unary(
    "raw.erfcinv", type="Ndtri", compute=_erfcinv_kernel, near="(0.05,0.95)",
    doc="The inverse of erfc; nan outside [0, 2].",
    derivative=lambda tf, x, y: (-_SQRT_PI / 2) * tf.exp(tf.square(y)),
)  # fmt: skip


@public("math.erfcinv")
def erfcinv(x: Any, name: str | None = None) -> Tensor:
    """The inverse of erfc; nan outside [0, 2].

    Args:
        x: tensor of floats.
        name: of the node.

    Raises:
        TypeError: for another dtype.
    """
    x = convert_to_tensor(x)
    convert_to_tensor(0.5, x.dtype)
    return erfcinv_op(x, name=name)


# -- gamma function

_STIRLING = (
    1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400,
)  # fmt: skip
_DIGAMMA_TAIL = (
    1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160,
)  # fmt: skip


def _powers(x: Any, coefficients: Sequence[float]) -> Any:
    """Horner's rule, lowest power first."""
    total = 0.0 * x + coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


def _lgamma_positive(xp: Any, x: Any) -> Any:
    """log(gamma(x)) for x >= 1/2."""
    # 1/2 to 5/2: z (z - 1) times a smooth function (DLMF 5.2), which keeps the zeros at 1 and 2
    steps = xp.clip(xp.ceil(x - 2.5), 0, 8)
    low = xp.where(x < 10, x - steps, 1.5)
    product = xp.ones_like(x)
    for k in range(8):
        product = xp.where(k < steps, product * (low + k), product)
    z = low - 1
    small = z * (z - 1) * chebyshev(xp.clip(z - 0.5, -1, 1), tables.LGAMMA) + xp.log(product)
    large = xp.maximum(x, 10.0)  # Stirling's series (DLMF 5.11.1)
    inverse = 1 / large
    series = _powers(inverse * inverse, _STIRLING) * inverse
    far = (large - 0.5) * xp.log(large) - large + 0.9189385332046727 + series
    return xp.where(x < 10, small, xp.where(xp.isinf(x), xp.inf, far))


def _sin_pi(xp: Any, x: Any) -> Any:
    """|sin(pi x)|, exact at integers."""
    part = abs(x - xp.rint(x))
    return xp.sin(_PI * part)


def lgamma_array(xp: Any, x: Any) -> Any:
    """log(|gamma(x)|); below 1/2 by reflection (DLMF 5.5.3)."""
    right = _lgamma_positive(xp, xp.where(x < 0.5, 1 - x, x))
    left = xp.log(_PI / _sin_pi(xp, xp.where(x < 0.5, x, 0.25))) - right
    found = xp.where(x < 0.5, left, right)
    tiny = abs(x) < 1e-300
    found = xp.where(tiny, -xp.log(xp.maximum(abs(x), 0.0)), found)
    found = xp.where((x <= 0) & (x == xp.floor(x)), xp.inf, found)
    return xp.where(xp.isnan(x), x, xp.where(xp.isinf(x), xp.inf, found))


def digamma_array(xp: Any, x: Any) -> Any:
    """The derivative of lgamma: recurrence up to 10, then DLMF 5.11.2; reflection below 0."""
    flip = x < 0.5
    y = xp.where(flip, 1 - x, x)
    shift = xp.zeros_like(y)
    for _ in range(10):
        small = y < 10
        shift = xp.where(small, shift + 1 / y, shift)
        y = xp.where(small, y + 1, y)
    inverse = 1 / (y * y)
    found = xp.log(y) - 0.5 / y - inverse * _powers(inverse, _DIGAMMA_TAIL) - shift
    part = x - xp.rint(x)
    half = part == -0.5
    cotangent = _PI / xp.tan(_PI * xp.where((part == 0) | half, 0.25, part))
    found = xp.where(flip, found - xp.where(half | (part == 0.5), 0.0, cotangent), found)
    pole = (x <= 0) & (x == xp.floor(x))
    return xp.where(pole | (x == -xp.inf), xp.nan, xp.where(x == xp.inf, xp.inf, found))


lgamma = special_unary(
    "math.lgamma", type="Lgamma", compute=lgamma_array, near="(0.2,3)",
    doc="The logarithm of the absolute value of the gamma function (DLMF 5.2.1).",
    derivative=lambda tf, x, y: tf.math.digamma(x),
)  # fmt: skip
digamma = special_unary(
    "math.digamma", type="Digamma", compute=digamma_array, near="(0.2,3)",
    doc="The derivative of lgamma (DLMF 5.2.2).",
    derivative=lambda tf, x, y: tf.math.polygamma(tf.ones((), x.dtype), x),
)  # fmt: skip
