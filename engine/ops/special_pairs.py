"""Special functions of two and three arguments: incomplete gamma and beta, zeta, x log y.

Computed in double precision; see `special.py` for the sources.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, FLOATING, float32, float64
from engine.ir.op import OpFunction, op, public
from engine.ir.shapes import broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, unbroadcast
from engine.ops.special import digamma_array, lgamma_array, widened

_INEXACT = FLOATING | COMPLEX
_PRECISE = {float32, float64}


# -- x log y and its kin


def _declare_log(
    name: str, type: str, doc: str, compute: Callable[..., Any], gradient: Callable[..., Any]
) -> OpFunction:
    def kernel(xp: Any, x: Any, y: Any) -> Any:
        zero = x == 0
        return xp.where(zero, x.dtype.type(0), compute(xp, xp.where(zero, 1, x), y))[()].astype(
            x.dtype
        )

    kernel.__module__ = __name__
    return binary(
        name,
        type=type,
        doc=doc,
        kernel=kernel,
        gradient=gradient,
        dtypes=_INEXACT,
        samples=[("float32[3,4]", "float32[4](0.2,3)"), ("float64[]", "float64[2](0.2,3)")],
    )


def _zero_where(tf: Any, x: Tensor) -> Any:
    return tf.cast(tf.not_equal(x, tf.zeros_like(x)), x.dtype)


def _xlogy_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    by_x = tf.math.xlogy(_zero_where(tf, x), y)
    return unbroadcast(tf, by_x * grad, x), unbroadcast(tf, tf.math.xdivy(x, y) * grad, y)


def _xlog1py_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    by_x = tf.math.xlog1py(_zero_where(tf, x), y)
    return unbroadcast(tf, by_x * grad, x), unbroadcast(tf, tf.math.xdivy(x, y + 1) * grad, y)


def _xdivy_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    by_x = tf.math.xdivy(_zero_where(tf, x), y)
    by_y = tf.math.xdivy(tf.negative(x), tf.square(y))
    return unbroadcast(tf, by_x * grad, x), unbroadcast(tf, by_y * grad, y)


xlogy = _declare_log("math.xlogy", "Xlogy", "x log(y), or 0 where x is zero.",
                     lambda xp, x, y: x * xp.log(y), _xlogy_gradient)  # fmt: skip
xlog1py = _declare_log("math.xlog1py", "Xlog1py", "x log(1 + y), or 0 where x is zero.",
                       lambda xp, x, y: x * xp.log1p(y), _xlog1py_gradient)  # fmt: skip
xdivy = _declare_log("math.xdivy", "Xdivy", "x / y, or 0 where x is zero.",
                     lambda xp, x, y: x / y, _xdivy_gradient)  # fmt: skip


# -- zeta and polygamma

_BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000, -174611 / 802857662698291200000,
)  # fmt: skip
"""B(2k) / (2k)!, k = 1, 2, ..."""


def zeta_array(xp: Any, x: Any, q: Any) -> Any:
    """The sum of (q + k)**-x over k >= 0, by Euler and Maclaurin (DLMF 25.11.28)."""
    x, q = xp.broadcast_arrays(x, q)
    usable = (x > 1) & ((q > 0) | ((q != xp.floor(q)) & (x == xp.floor(x))))
    usable &= (q > -xp.inf) & xp.isfinite(x)
    s, base = xp.where(usable, x, 2.0), xp.where(usable, q, 1.0)
    total = xp.zeros(s.shape)
    least = float(base.min()) if base.size else 0.0
    for _ in range(min(max(10, int(10 - least) + 1), 100000)):
        small = base < 10
        total = total + xp.where(small, base**-s, 0.0)
        base = xp.where(small, base + 1, base)
    power = base**-s
    total = total + power * base / (s - 1) + power / 2
    factor = s * power / base
    for k, coefficient in enumerate(_BERNOULLI):
        total = total + coefficient * factor
        factor = factor * (s + 2 * k + 1) * (s + 2 * k + 2) / (base * base)
    whole = (q <= 0) & (q == xp.floor(q)) & (x % 2 == 0)
    pole = (x == 1) | ((x > 1) & whole)
    found = xp.where(usable, total, xp.where(pole, xp.inf, xp.nan))
    return xp.where(xp.isinf(x) & xp.isinf(q) & (x > 0) & (q > 0), 0.0, found)


def _zeta_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, Tensor]:
    x, q = node.inputs
    return None, unbroadcast(tf, -grad * x * tf.math.zeta(x + 1, q), q)


zeta = binary(
    "math.zeta", type="Zeta", arguments=("x", "q"), dtypes=_PRECISE,
    doc="Hurwitz's zeta function: the sum of (q + k)**-x over k = 0, 1, ... (DLMF 25.11.1).",
    kernel=widened(zeta_array), gradient=_zeta_gradient,
    samples=[("float32[3](1.1,4)", "float32[3](0.2,3)"), ("float64[](1.1,4)", "float64[2](0.2,3)")],
)  # fmt: skip


def _polygamma_array(xp: Any, a: Any, x: Any) -> Any:
    a, x = xp.broadcast_arrays(a, x)
    order = xp.where((a >= 1) & (a == xp.floor(a)), a, 1.0)
    sign = xp.where(order % 2 == 1, 1.0, -1.0)
    found = sign * xp.exp(lgamma_array(xp, order + 1)) * zeta_array(xp, order + 1, x)
    found = xp.where(a == 0, digamma_array(xp, x), found)
    return xp.where((a >= 0) & (a == xp.floor(a)), found, xp.nan)


def _polygamma_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, Tensor]:
    a, x = node.inputs
    return None, unbroadcast(tf, grad * tf.math.polygamma(a + 1, x), x)


polygamma = binary(
    "math.polygamma", type="Polygamma", arguments=("a", "x"), dtypes=_PRECISE,
    doc="The derivative of order `a` of digamma; nan where `a` is no whole number (DLMF 5.15).",
    kernel=widened(_polygamma_array), gradient=_polygamma_gradient,
    samples=[("float64[](1,1)", "float64[3](0.2,3)"), ("float32[](2,2)", "float32[2](0.2,3)")],
)  # fmt: skip


# -- incomplete gamma functions (DLMF 8.2)


def _gamma_factor(xp: Any, a: Any, x: Any) -> Any:
    """x**a exp(-x) / gamma(a + 1), without large intermediate numbers."""
    ratio = (x - a) / a
    safe = xp.maximum(ratio, -1 + 1e-300)
    # near the maximum the exponent is a (log1p(r) - r) plus Stirling's correction
    correction = lgamma_array(xp, a + 1) - (a * xp.log(a) - a)
    large = xp.exp(a * (xp.log1p(safe) - safe) - correction)
    small = xp.exp(a * xp.log(xp.maximum(x, 1e-300)) - x - lgamma_array(xp, a + 1))
    return xp.where(a > 10, large, small)


def _series(xp: Any, a: Any, x: Any) -> Any:
    """The lower function by DLMF 8.7.1."""
    term = total = xp.ones_like(x)
    for n in range(1, 20000):
        term = term * (x / (a + n))
        total = total + term
        if bool((term <= 1e-17 * total).all()):
            break
    return total


def _fraction(xp: Any, a: Any, x: Any) -> Any:
    """The upper function over x**a exp(-x), by the continued fraction DLMF 8.9.2 (Lentz)."""
    tiny = 1e-300
    b = x + 1 - a
    b = xp.where(abs(b) < tiny, tiny, b)
    c, d = xp.full(x.shape, 1 / tiny), 1 / b
    total, done = d, xp.zeros(x.shape, bool)
    for n in range(1, 20000):
        an = -n * (n - a)
        b = b + 2
        d = an * d + b
        d = 1 / xp.where(abs(d) < tiny, tiny, d)
        c = b + an / c
        c = xp.where(abs(c) < tiny, tiny, c)
        total, done = _converging(xp, total, c * d, done)
        if bool(done.all()):
            break
    return total


def _converging(xp: Any, total: Any, change: Any, done: Any) -> tuple[Any, Any]:
    """One more factor of a product; where it has converged, further rounding stays out."""
    return xp.where(done, total, total * change), done | ~(abs(change - 1) > 3e-16)


def _igamma_pair(xp: Any, a: Any, x: Any) -> tuple[Any, Any]:
    """The regularised lower and upper functions."""
    a, x = xp.broadcast_arrays(a, x)
    valid = (a > 0) & (x >= 0)
    inner = valid & xp.isfinite(a) & xp.isfinite(x) & (x > 0)
    p, z = xp.where(inner, a, 1.0), xp.where(inner, x, 1.0)
    lower_side = z < p + 1
    factor = _gamma_factor(xp, p, z)
    series = _series(xp, p, xp.where(lower_side, z, p / 2))
    fraction = _fraction(xp, xp.where(lower_side, 1.0, p), xp.where(lower_side, 3.0, z))
    lower = xp.where(lower_side, factor * series, 1 - factor * p * fraction)
    upper = xp.where(lower_side, 1 - factor * series, factor * p * fraction)
    zero = valid & ((x == 0) | (xp.isinf(a) & xp.isfinite(x)))
    far = valid & xp.isinf(x) & xp.isfinite(a)
    lower = xp.where(inner, lower, xp.where(zero, 0.0, xp.where(far, 1.0, xp.nan)))
    upper = xp.where(inner, upper, xp.where(zero, 1.0, xp.where(far, 0.0, xp.nan)))
    return lower, upper


def _igamma_by_a(xp: Any, a: Any, x: Any) -> Any:
    """The derivative of the lower function by `a`: DLMF 8.7.1 term by term."""
    a, x = xp.broadcast_arrays(a, x)
    z = xp.maximum(x, 1e-300)
    term = _gamma_factor(xp, a, z)
    slope = xp.log(z) - digamma_array(xp, a + 1)
    total = term * slope
    for n in range(1, 20000):
        term = term * (z / (a + n))
        slope = slope - 1 / (a + n)
        part = term * slope
        total = total + part
        if bool(((abs(part) <= 1e-17 * abs(total)) & (a + n > z)).all()):
            break
    return xp.where((a > 0) & (x >= 0), xp.where(x == 0, 0.0, total), xp.nan)


_PAIR = [("float32[3](0.2,3)", "float32[3](0.2,3)"), ("float64[](0.2,3)", "float64[2](0.2,3)")]

igamma_grad_a = binary(
    "raw.igamma_grad_a", type="IgammaGradA", arguments=("a", "x"), dtypes=_PRECISE,
    doc="The derivative of `igamma` by its first argument.", kernel=widened(_igamma_by_a),
)  # fmt: skip


def _igamma_gradient(sign: float) -> Callable[..., Any]:
    def gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        a, x = node.inputs
        density = tf.exp(-x + (a - 1) * tf.math.log(x) - tf.math.lgamma(a))
        by_a = igamma_grad_a(a, x)
        return (
            unbroadcast(tf, sign * by_a * grad, a),
            unbroadcast(tf, sign * density * grad, x),
        )

    return gradient


igamma = binary(
    "math.igamma", type="Igamma", arguments=("a", "x"), dtypes=FLOATING, samples=_PAIR,
    doc="The lower regularised incomplete gamma function P(a, x) (DLMF 8.2.4).",
    kernel=widened(lambda xp, a, x: _igamma_pair(xp, a, x)[0]), gradient=_igamma_gradient(1.0),
)  # fmt: skip
igammac = binary(
    "math.igammac", type="Igammac", arguments=("a", "x"), dtypes=FLOATING, samples=_PAIR,
    doc="The upper regularised incomplete gamma function Q(a, x) = 1 - P(a, x) (DLMF 8.2.4).",
    kernel=widened(lambda xp, a, x: _igamma_pair(xp, a, x)[1]), gradient=_igamma_gradient(-1.0),
)  # fmt: skip


# -- incomplete beta function (DLMF 8.17)


def _beta_fraction(xp: Any, a: Any, b: Any, x: Any) -> Any:
    """The continued fraction DLMF 8.17.22, by Lentz's method."""
    tiny = 1e-300
    c = xp.ones_like(x)
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / xp.where(abs(d) < tiny, tiny, d)
    total, done = d, xp.zeros(x.shape, bool)
    for m in range(1, 20000):
        both = 1.0
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / xp.where(abs(d) < tiny, tiny, d)
            c = 1 + numerator / c
            c = xp.where(abs(c) < tiny, tiny, c)
            both = both * (c * d)
        total, done = _converging(xp, total, both, done)
        if bool(done.all()):
            break
    return total


def _betainc_array(xp: Any, a: Any, b: Any, x: Any) -> Any:
    a, b, x = xp.broadcast_arrays(a, b, x)
    valid = (a > 0) & (b > 0) & (x >= 0) & (x <= 1)
    inner = valid & (x > 0) & (x < 1)
    p, q, z = xp.where(inner, a, 1.0), xp.where(inner, b, 1.0), xp.where(inner, x, 0.5)
    swap = z > (p + 1) / (p + q + 2)
    p1, q1, z1 = xp.where(swap, q, p), xp.where(swap, p, q), xp.where(swap, 1 - z, z)
    logs = (
        p * xp.log(z)
        + q * xp.log1p(-z)
        - (lgamma_array(xp, p) + lgamma_array(xp, q) - lgamma_array(xp, p + q))
    )
    part = xp.exp(logs) * _beta_fraction(xp, p1, q1, z1) / p1
    found = xp.where(swap, 1 - part, part)
    return xp.where(inner, found, xp.where(valid, x, xp.nan))


@op("math.betainc", type="Betainc", dtypes={"T": _PRECISE},
    samples=[("float64[3](0.2,3)", "float64[3](0.2,3)", "float64[3](0.05,0.95)")])  # fmt: skip
def betainc(a: Tensor, b: Tensor, x: Tensor, name: str | None = None) -> TensorSpec:
    """The regularised incomplete beta function I_x(a, b) (DLMF 8.17.2).

    Args:
        a: tensor of float32 or float64, positive.
        b: tensor of the same dtype, positive.
        x: tensor of the same dtype, in [0, 1].
        name: of the node.

    Returns:
        A tensor of the common shape; nan where an argument is outside its range.
    """
    return spec(a.dtype, broadcast(broadcast(a.dims, b.dims), x.dims))


betainc.op.compute = widened(_betainc_array)


@betainc.gradient
def _betainc_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, None, Tensor]:
    a, b, x = node.inputs
    log_beta = tf.math.lgamma(a) + tf.math.lgamma(b) - tf.math.lgamma(a + b)
    logs = tf.math.xlog1py(b - 1, -x) + tf.math.xlogy(a - 1, x) - log_beta
    return None, None, unbroadcast(tf, tf.exp(logs) * grad, x)


@public("math.lbeta")
def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the multivariate beta function over the last axis.

    Args:
        x: tensor of floats [..., n].
        name: of the last node.

    Returns:
        A tensor [...]: the sum of lgamma minus lgamma of the sum.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    whole = tf.math.lgamma(tf.reduce_sum(x, axis=[-1]))
    return tf.subtract(tf.reduce_sum(tf.math.lgamma(x), axis=[-1]), whole, name=name)
