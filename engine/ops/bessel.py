"""Bessel functions of the orders 0 and 1, the Fresnel integrals, Dawson's, Ei and Spence's.

All are computed in double precision; see `special.py` for the sources.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ops import special_tables as tables
from engine.ops.special import chebyshev, special_unary

_PI = 3.141592653589793
_EULER = 0.5772156649015329


# -- modified functions (DLMF 10.25)


def _i0e(xp: Any, x: Any) -> Any:
    size = abs(x)
    near = chebyshev(xp.minimum(size, 8.0) / 4 - 1, tables.I0E_SMALL)
    far = xp.maximum(size, 8.0)
    return xp.where(size <= 8, near, chebyshev(16 / far - 1, tables.I0E_LARGE) / xp.sqrt(far))


def _i1e(xp: Any, x: Any) -> Any:
    size = abs(x)
    near = x * chebyshev(xp.minimum(size, 8.0) / 4 - 1, tables.I1E_SMALL)
    far = xp.maximum(size, 8.0)
    large = xp.copysign(chebyshev(16 / far - 1, tables.I1E_LARGE) / xp.sqrt(far), x)
    return xp.where(size <= 8, near, large)


def _unscaled(scaled: Callable[..., Any]) -> Callable[..., Any]:
    def compute(xp: Any, x: Any) -> Any:
        half = xp.exp(abs(x) / 2)  # in two steps, so that it overflows only where the result does
        return scaled(xp, x) * half * half

    return compute


_i0, _i1 = _unscaled(_i0e), _unscaled(_i1e)


def _k(order: int, scaled: bool) -> Callable[..., Any]:
    small_table = tables.K1_SMALL if order else tables.K0_SMALL
    large_table = tables.K1E_LARGE if order else tables.K0E_LARGE

    def compute(xp: Any, x: Any) -> Any:
        near = xp.clip(x, 1e-300, 2.0)
        smooth = chebyshev(near * near / 2 - 1, small_table)
        logs = xp.log(near / 2)
        if order:
            small = smooth / near + logs * _i1(xp, near)
        else:
            small = smooth - logs * _i0(xp, near)
        small = small * xp.exp(near) if scaled else small
        far = xp.maximum(x, 2.0)
        large = chebyshev(4 / far - 1, large_table) / xp.sqrt(far)
        large = large if scaled else large * xp.exp(-far)
        found = xp.where(x <= 2, small, large)
        return xp.where(x <= 0, xp.inf, found)

    return compute


# -- ordinary functions (DLMF 10.2): series in x**2 up to 8, amplitude and phase above


def _waves(xp: Any, x: Any, order: int) -> Any:
    """P and Q of DLMF 10.17.3, the phase, and the amplitude, for x >= 8."""
    far = xp.maximum(x, 8.0)
    t = 128 / (far * far) - 1
    p = chebyshev(t, tables.P1 if order else tables.P0)
    q = chebyshev(t, tables.Q1 if order else tables.Q0) / far
    return p, q, far, xp.sqrt(2 / (_PI * far))


def _phase(xp: Any, x: Any, order: int) -> Any:
    """Cosine and sine of x - (2 order + 1) pi / 4, from those of x."""
    c, s = xp.cos(x), xp.sin(x)
    root = 0.7071067811865476
    if order:
        return root * (s - c), -root * (s + c)
    return root * (c + s), root * (s - c)


def _j(order: int) -> Callable[..., Any]:
    table = tables.J1_SMALL if order else tables.J0_SMALL

    def compute(xp: Any, x: Any) -> Any:
        size = abs(x)
        near = xp.minimum(size, 8.0)
        small = chebyshev(near * near / 32 - 1, table)
        p, q, far, amplitude = _waves(xp, size, order)
        c, s = _phase(xp, far, order)
        large = amplitude * (p * c - q * s)
        if order:
            small, large = small * x, xp.copysign(1.0, x) * large
        return xp.where(size <= 8, small, large)

    return compute


_j0, _j1 = _j(0), _j(1)


def _y(order: int) -> Callable[..., Any]:
    table = tables.Y1_SMALL if order else tables.Y0_SMALL

    def compute(xp: Any, x: Any) -> Any:
        near = xp.clip(x, 1e-300, 8.0)
        smooth = chebyshev(near * near / 32 - 1, table)
        logs = 2 / _PI * xp.log(near / 2)
        if order:
            small = smooth / near + logs * _j1(xp, near)
        else:
            small = smooth + logs * _j0(xp, near)
        p, q, far, amplitude = _waves(xp, x, order)
        c, s = _phase(xp, far, order)
        large = amplitude * (p * s + q * c)
        return xp.where(x <= 0, -xp.inf, xp.where(x <= 8, small, large))

    return compute


def _over(tf: Any, y: Any, x: Any) -> Any:
    return tf.math.divide_no_nan(y, x)


def _i1_slope(tf: Any, x: Any, y: Any) -> Any:
    at_zero = tf.equal(x, tf.zeros_like(x))
    safe = tf.where(at_zero, tf.ones_like(x), x)
    slope = tf.math.special.bessel_i0(safe) - y / safe
    return tf.where(at_zero, tf.constant(0.5, x.dtype), slope)


def _i1e_slope(tf: Any, x: Any, y: Any) -> Any:
    at_zero = tf.equal(x, tf.zeros_like(x))
    safe = tf.where(at_zero, tf.ones_like(x), x)
    slope = tf.math.special.bessel_i0e(safe) - y * (tf.sign(safe) + 1 / safe)
    return tf.where(at_zero, tf.constant(0.5, x.dtype), slope)


def _j1_slope(tf: Any, x: Any, y: Any) -> Any:
    at_zero = tf.equal(x, tf.zeros_like(x))
    safe = tf.where(at_zero, tf.ones_like(x), x)
    slope = tf.math.special.bessel_j0(safe) - y / safe
    return tf.where(at_zero, tf.constant(0.5, x.dtype), slope)


def _k1e_slope(tf: Any, x: Any, y: Any) -> Any:
    return y * (1 - tf.math.reciprocal(x)) - tf.math.special.bessel_k0e(x)


def _declare() -> None:
    kinds: list[tuple[str, str, str, Any, Any, str]] = [
        ("i0", "I0", "modified, first kind, order 0", _i0,
         lambda tf, x, y: tf.math.special.bessel_i1(x), ""),
        ("i0e", "I0e", "exp(-|x|) times bessel_i0", _i0e,
         lambda tf, x, y: tf.math.special.bessel_i1e(x) - tf.sign(x) * y, ""),
        ("i1", "I1", "modified, first kind, order 1", _i1, _i1_slope, ""),
        ("i1e", "I1e", "exp(-|x|) times bessel_i1", _i1e, _i1e_slope, ""),
        ("k0", "K0", "modified, second kind, order 0", _k(0, False),
         lambda tf, x, y: -tf.math.special.bessel_k1(x), "(0.2,3)"),
        ("k0e", "K0e", "exp(x) times bessel_k0", _k(0, True),
         lambda tf, x, y: y - tf.math.special.bessel_k1e(x), "(0.2,3)"),
        ("k1", "K1", "modified, second kind, order 1", _k(1, False),
         lambda tf, x, y: -tf.math.special.bessel_k0(x) - _over(tf, y, x), "(0.2,3)"),
        ("k1e", "K1e", "exp(x) times bessel_k1", _k(1, True), _k1e_slope, "(0.2,3)"),
        ("j0", "J0", "first kind, order 0", _j0,
         lambda tf, x, y: -tf.math.special.bessel_j1(x), ""),
        ("j1", "J1", "first kind, order 1", _j1, _j1_slope, ""),
        ("y0", "Y0", "second kind, order 0", _y(0),
         lambda tf, x, y: -tf.math.special.bessel_y1(x), "(0.2,3)"),
        ("y1", "Y1", "second kind, order 1", _y(1),
         lambda tf, x, y: tf.math.special.bessel_y0(x) - _over(tf, y, x), "(0.2,3)"),
    ]  # fmt: skip
    for name, type, doc, compute, derivative, near in kinds:
        names = [f"math.special.bessel_{name}"]
        if name[0] == "i":
            names.insert(0, f"math.bessel_{name}")
        special_unary(*names, type=f"Bessel{type}", doc=f"The Bessel function: {doc}.",
                      compute=compute, derivative=derivative, near=near)  # fmt: skip


_declare()


# -- integrals


def _fresnel(sine: bool) -> Callable[..., Any]:
    """Power series (DLMF 7.6.4, 7.6.6) up to 1.5, auxiliary functions (7.5.3, 7.5.4) above."""

    def compute(xp: Any, x: Any) -> Any:
        size = abs(x)
        near = xp.minimum(size, 1.5)
        angle = _PI / 2 * near * near
        square = angle * angle
        term = near * (angle if sine else 1.0)
        start = 3 if sine else 1
        total = term / start
        for k in range(1, 16):
            low = 2 * k + (1 if sine else 0)
            term = -term * square / (low * (low - 1))
            total = total + term / (start + 4 * k)
        far = xp.clip(size, 1.5, 1e150)
        t = 4.5 / (far * far) - 1
        f = chebyshev(t, tables.FRESNEL_F) / (_PI * far)
        g = chebyshev(t, tables.FRESNEL_G) / (_PI * _PI * far**3)
        turn = far * far / 2  # in units of pi; whole turns taken out before multiplying
        reduced = _PI * (turn - 2 * xp.floor(turn / 2))
        c, s = xp.cos(reduced), xp.sin(reduced)
        large = 0.5 - f * c - g * s if sine else 0.5 + f * s - g * c
        found = xp.copysign(xp.where(size < 1.5, total, large), x)
        return xp.where(xp.isnan(x), x, found)

    return compute


fresnel_sin = special_unary(
    "math.special.fresnel_sin", type="FresnelSin", compute=_fresnel(True),
    doc="The integral of sin(pi t**2 / 2) from 0 to x (DLMF 7.2.8).",
    derivative=lambda tf, x, y: tf.sin((_PI / 2) * tf.square(x)),
)  # fmt: skip
fresnel_cos = special_unary(
    "math.special.fresnel_cos", type="FresnelCos", compute=_fresnel(False),
    doc="The integral of cos(pi t**2 / 2) from 0 to x (DLMF 7.2.7).",
    derivative=lambda tf, x, y: tf.cos((_PI / 2) * tf.square(x)),
)  # fmt: skip


def _dawsn(xp: Any, x: Any) -> Any:
    """Rybicki's sum of Gaussians (1989) between a power series (DLMF 7.6.2) and 7.12."""
    size = abs(x)
    square = xp.minimum(size, 0.3) ** 2
    term = total = xp.ones_like(x)
    for k in range(1, 14):
        term = term * (-2 * square / (2 * k + 1))
        total = total + term
    step = 0.25
    middle = xp.clip(size, 0.3, 20.0)
    even = 2 * xp.rint(middle / (2 * step))
    offset = middle - even * step
    gauss = xp.zeros_like(x)
    for k in range(-27, 28, 2):
        gauss = gauss + xp.exp(-((offset - k * step) ** 2)) / (even + k)
    far = xp.maximum(size, 20.0)
    inverse = 1 / (2 * far * far)
    series = xp.ones_like(x)
    for k in (9, 7, 5, 3, 1):
        series = 1 + k * inverse * series
    tail = series / (2 * far)
    near = size * total
    found = xp.where(size < 0.3, near, xp.where(size < 20, gauss / 1.772453850905516, tail))
    return xp.copysign(found, x)


dawsn = special_unary(
    "math.special.dawsn", type="Dawsn", compute=_dawsn,
    doc="Dawson's integral exp(-x**2) times the integral of exp(t**2) from 0 to x (DLMF 7.2.5).",
    derivative=lambda tf, x, y: 1.0 - 2 * x * y,
)  # fmt: skip


def _expint(xp: Any, x: Any) -> Any:
    """Power series (DLMF 6.6.1) up to 40, asymptotic series (6.12.2) above."""
    near = xp.clip(x, 1e-300, 40.0)
    term = xp.ones_like(x)
    total = xp.zeros_like(x)
    for k in range(1, 140):
        term = term * (near / k)
        total = total + term / k
    small = _EULER + xp.log(near) + total
    far = xp.maximum(x, 40.0)
    term = series = xp.ones_like(x)
    for k in range(1, 38):
        term = term * (k / far)
        series = series + term
    large = xp.exp(far - xp.log(far)) * series
    found = xp.where(x <= 40, small, large)
    return xp.where(x == 0, -xp.inf, xp.where(x < 0, xp.nan, found))


expint = special_unary(
    "math.special.expint", type="Expint", compute=_expint, near="(0.2,3)",
    doc="The exponential integral Ei(x) for x >= 0; nan below (DLMF 6.2.5).",
    derivative=lambda tf, x, y: tf.exp(x) / x,
)  # fmt: skip

_DEBYE = (
    1 / 36, -1 / 3600, 1 / 211680, -1 / 10886400, 5 / 2634508800, -691 / 16999766784000,
    7 / 7846046208000,
)  # fmt: skip
"""Bernoulli numbers B(2k) / (2k + 1)!, k = 1, 2, ..."""


def _dilogarithm(xp: Any, z: Any) -> Any:
    """Li2 for z in [-1, 1/2], by Bernoulli numbers in -log(1 - z)."""
    u = -xp.log1p(-z)
    square = u * u
    total = 0.0 * u + _DEBYE[-1]
    for c in reversed(_DEBYE[:-1]):
        total = total * square + c
    return u - square / 4 + u * square * total


def _spence(xp: Any, x: Any) -> Any:
    """Li2(1 - x), reduced to [-1, 1/2] by DLMF 25.12.4 and 25.12.6."""
    inner = xp.where((x > 0) & xp.isfinite(x), x, 1.0)
    logs = xp.log(inner)
    low = xp.minimum(inner, 0.5)
    reflected = _PI * _PI / 6 - xp.log(low) * xp.log1p(-low) - _dilogarithm(xp, low)
    direct = _dilogarithm(xp, 1 - xp.clip(inner, 0.5, 2.0))
    inverse = 1 / xp.maximum(inner, 2.0)  # Spence(x) = -Spence(1 / x) - log(x)**2 / 2
    turned = _PI * _PI / 6 - xp.log(inverse) * xp.log1p(-inverse) - _dilogarithm(xp, inverse)
    inverted = -turned - logs * logs / 2
    found = xp.where(inner < 0.5, reflected, xp.where(inner <= 2, direct, inverted))
    found = xp.where(x == 0, _PI * _PI / 6, found)
    return xp.where((x >= 0) & xp.isfinite(x), found, xp.nan)


def _spence_slope(tf: Any, x: Any, y: Any) -> Any:
    at_one = tf.equal(x, tf.ones_like(x))
    safe = tf.where(at_one, tf.constant(2.0, x.dtype), x)
    return tf.where(at_one, tf.constant(-1.0, x.dtype), tf.math.log(safe) / (1 - safe))


spence = special_unary(
    "math.special.spence", type="Spence", compute=_spence, near="(0.2,3)",
    doc="Spence's integral: the dilogarithm Li2(1 - x) (DLMF 25.12.2).",
    derivative=_spence_slope,
)  # fmt: skip
