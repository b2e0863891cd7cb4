"""Special functions against Python's own, and against identities that hold exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

import engine as tf

POINTS = np.concatenate([
    np.linspace(-8, 8, 321), np.linspace(8, 150, 143), [1e-300, 1e-20, 1e-8, 1e4, 1e10],
])  # fmt: skip
POSITIVE = POINTS[POINTS > 0]


def values(function, points):
    return function(tf.constant(points, tf.float64)).numpy()


@pytest.mark.parametrize(
    ("function", "expected", "points"),
    [
        (tf.math.erf, math.erf, POINTS),
        (tf.math.erfc, math.erfc, POINTS[POINTS < 26]),
        (tf.math.expm1, math.expm1, POINTS[POINTS < 700]),
        (tf.math.log1p, math.log1p, POSITIVE),
    ],
)
def test_as_python(function, expected, points):
    wanted = np.array([expected(point) for point in points])
    np.testing.assert_allclose(values(function, points), wanted, rtol=2e-15, atol=1e-300)


def test_lgamma_above_zero():
    wanted = [math.lgamma(point) for point in POSITIVE]  # itself off by some last places
    np.testing.assert_allclose(values(tf.math.lgamma, POSITIVE), wanted, rtol=2e-15, atol=2e-15)
    factorials = [math.log(math.factorial(n - 1)) for n in range(1, 30)]
    found = values(tf.math.lgamma, np.arange(1.0, 30.0))
    np.testing.assert_allclose(found, factorials, rtol=4e-16)


def test_lgamma_below_zero():
    points = np.linspace(-20.3, -0.1, 101)
    points = points[np.abs(points - np.rint(points)) > 1e-3]
    wanted = [math.lgamma(point) for point in points]
    np.testing.assert_allclose(values(tf.math.lgamma, points), wanted, rtol=1e-12, atol=1e-13)
    assert np.isposinf(values(tf.math.lgamma, np.array([0.0, -1.0, -7.0]))).all()


def test_digamma_recurrence():
    x = np.linspace(0.05, 30, 200)
    step = values(tf.math.digamma, x + 1) - values(tf.math.digamma, x)
    np.testing.assert_allclose(step, 1 / x, rtol=1e-12, atol=1e-13)
    assert float(tf.math.digamma(tf.constant(1.0, tf.float64))) == pytest.approx(
        -0.5772156649015329, rel=1e-15
    )


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0, 7.0])
def test_polygamma_recurrence(order):
    x = np.linspace(0.2, 20, 60)
    a = tf.constant(order, tf.float64)
    step = (tf.math.polygamma(a, tf.constant(x + 1)) - tf.math.polygamma(a, tf.constant(x))).numpy()
    wanted = (-1) ** order * math.factorial(int(order)) / x ** (order + 1)
    np.testing.assert_allclose(step, wanted, rtol=1e-10)


def test_zeta():
    known = {2.0: math.pi**2 / 6, 4.0: math.pi**4 / 90, 6.0: math.pi**6 / 945}
    for x, wanted in known.items():
        found = tf.math.zeta(tf.constant(x, tf.float64), tf.constant(1.0, tf.float64))
        assert float(found) == pytest.approx(wanted, rel=1e-15)


def test_inverses():
    y = np.linspace(-0.999999, 0.999999, 401)
    np.testing.assert_allclose(
        values(tf.math.erf, values(tf.math.erfinv, y)), y, rtol=1e-15, atol=1e-16
    )
    p = np.concatenate([np.linspace(0.001, 0.999, 301), 10.0 ** np.arange(-300, -3, 7)])
    back = 0.5 * values(tf.math.erfc, -values(tf.math.ndtri, p) / math.sqrt(2))
    np.testing.assert_allclose(back, p, rtol=2e-12)


@pytest.mark.parametrize("a", [0.3, 1.0, 2.5, 30.0, 400.0])
def test_incomplete_gamma(a):
    x = tf.constant(np.linspace(0.01, 3, 50) * a)
    shape = tf.constant(a, tf.float64)
    lower, upper = tf.math.igamma(shape, x).numpy(), tf.math.igammac(shape, x).numpy()
    np.testing.assert_allclose(lower + upper, 1, rtol=1e-13)
    if a == 1.0:
        np.testing.assert_allclose(lower, 1 - np.exp(-x.numpy()), rtol=1e-13)
    next_lower = tf.math.igamma(shape + 1, x).numpy()  # DLMF 8.8.5
    difference = np.exp(a * np.log(x.numpy()) - x.numpy() - math.lgamma(a + 1))
    np.testing.assert_allclose(lower - next_lower, difference, rtol=1e-9, atol=1e-13)


def test_incomplete_beta():
    a, b = tf.constant(2.5, tf.float64), tf.constant(0.7, tf.float64)
    x = tf.constant(np.linspace(0.01, 0.99, 50))
    total = tf.math.betainc(a, b, x) + tf.math.betainc(b, a, 1 - x)
    np.testing.assert_allclose(total.numpy(), 1, rtol=1e-13)
    power = tf.math.betainc(a, tf.ones_like(a), x)
    np.testing.assert_allclose(power.numpy(), x.numpy() ** 2.5, rtol=1e-13)


def test_bessel_wronskians():
    """DLMF 10.5.2 and 10.28.2: products of neighbouring orders."""
    special = tf.math.special
    x = np.linspace(0.05, 60, 400)
    j0, j1, y0, y1 = (
        values(function, x)
        for function in (special.bessel_j0, special.bessel_j1, special.bessel_y0,
                         special.bessel_y1)
    )  # fmt: skip
    np.testing.assert_allclose(j1 * y0 - j0 * y1, 2 / (math.pi * x), rtol=1e-11)
    i0, i1, k0, k1 = (
        values(function, x)
        for function in (special.bessel_i0e, special.bessel_i1e, special.bessel_k0e,
                         special.bessel_k1e)
    )  # fmt: skip
    np.testing.assert_allclose(i0 * k1 + i1 * k0, 1 / x, rtol=1e-13)


def test_dilogarithm():
    x = np.linspace(0.02, 0.98, 60)
    total = values(tf.math.special.spence, x) + values(tf.math.special.spence, 1 - x)
    np.testing.assert_allclose(total, math.pi**2 / 6 - np.log(x) * np.log1p(-x), rtol=1e-14)


@pytest.mark.parametrize(
    "function",
    [
        tf.math.erf,
        tf.math.lgamma,
        tf.math.digamma,
        tf.math.special.bessel_j0,
        tf.math.special.dawsn,
    ],
)
def test_float32_is_the_rounded_float64(function):
    x = np.linspace(0.1, 20, 200).astype(np.float32)
    found = function(tf.constant(x))
    assert found.dtype == tf.float32
    wanted = values(function, x.astype(np.float64)).astype(np.float32)
    np.testing.assert_array_equal(found.numpy(), wanted)


def test_results_at_the_ends():
    ends = tf.constant([-1.0, 1.0, 2.0], tf.float64)
    np.testing.assert_array_equal(tf.math.erfinv(ends).numpy(), [-np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(
        tf.math.ndtri(tf.constant([0.0, 0.5, 1.0], tf.float64)).numpy(), [-np.inf, 0, np.inf]
    )
