"""Rounding, remainders, divisions that spare zero, neighbours, tests for nan and infinity."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InternalError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, FLOATING, REAL, bool_, float32, float64, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.tensor import EagerTensor, Tensor
from engine.ops.declare import binary, unary, unbroadcast
from engine.ops.namespace import tf


def _no_gradient(tf: Any, node: Any, grad: Tensor) -> None:
    return None


def _no_gradients(tf: Any, node: Any, grad: Tensor) -> tuple[None, None]:
    return None, None


floor = unary(
    "math.floor", "floor", type="Floor", doc="The largest integer not above x, as a float.",
    kernel=lambda xp, x: xp.floor(x), ufunc="floor", dtypes=FLOATING, gradient=_no_gradient,
)  # fmt: skip

ceil = unary(
    "math.ceil", type="Ceil", doc="The smallest integer not below x, as a float.",
    kernel=lambda xp, x: xp.ceil(x), ufunc="ceil", dtypes=FLOATING, gradient=_no_gradient,
)  # fmt: skip

rint = unary(
    "math.rint", type="Rint", doc="The nearest integer as a float; halves go to the even one.",
    kernel=lambda xp, x: xp.rint(x), ufunc="rint", dtypes=FLOATING, gradient=_no_gradient,
)  # fmt: skip

round_op = unary(
    "raw.round", type="Round", doc="The nearest integer as a float; halves go to the even one.",
    kernel=lambda xp, x: xp.rint(x), ufunc="rint", dtypes=FLOATING, gradient=_no_gradient,
)  # fmt: skip


@public("math.round", "round")
def round(x: Any, name: str | None = None) -> Tensor:
    """The nearest integer, element by element; halves go to the even one.

    Args:
        x: numeric tensor; integers are answered unchanged.
        name: of the node.

    Returns:
        A tensor of the same shape and dtype.
    """
    x = convert_to_tensor(x)
    return x if x.dtype.is_integer else round_op(x, name)


def _nonzero(y: Any) -> None:
    if y.dtype.kind in "iu" and not y.all():
        raise InternalError(None, None, "Unexpected error: integer division by zero")


def _truncate_div_kernel(xp: Any, x: Any, y: Any) -> Any:
    _nonzero(y)
    if x.dtype.kind in "fc":
        return xp.trunc(x / y)
    if x.dtype.kind == "u":
        return x // y
    quotient = x // y
    return (quotient + ((quotient < 0) & (quotient * y != x))).astype(x.dtype)


truncatediv = binary(
    "truncatediv", type="TruncateDiv", doc="x / y rounded towards zero, element by element.",
    kernel=_truncate_div_kernel, dtypes=REAL, gradient=_no_gradients,
    samples=[("int32[3,4]", "int32[4](0.2,3)"), ("float64[]", "float64[2](0.2,3)")],
)  # fmt: skip


def _truncate_mod_kernel(xp: Any, x: Any, y: Any) -> Any:
    _nonzero(y)
    return xp.fmod(x, y)


truncatemod = binary(
    "truncatemod", type="TruncateMod",
    doc="The remainder of `truncatediv`; it has the sign of x.",
    kernel=_truncate_mod_kernel,
    dtypes=FLOATING | {int32, int64},
    samples=[("int32[3,4]", "int32[4](0.2,3)"), ("float64[2]", "float64[2](0.2,3)")],
)  # fmt: skip


@public("realdiv")
def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X / y for real types, element by element.

    Args:
        x: tensor of floats or complex numbers.
        y: tensor of the same dtype; the shapes broadcast.
        name: of the node.
    """
    from engine.ops.math import real_divide

    return real_divide(x, y, name)


def _no_nan_kernel(xp: Any, x: Any, y: Any) -> Any:
    zero = y == 0
    return xp.where(zero, x.dtype.type(0), x / xp.where(zero, y.dtype.type(1), y))[()]


def _divide_no_nan_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    cx = tf.math.conj(x) if x.dtype.is_complex else x
    cy = tf.math.conj(y) if y.dtype.is_complex else y
    share = tf.math.divide_no_nan
    return (
        unbroadcast(tf, share(grad, cy), x),
        unbroadcast(tf, grad * share(share(tf.negative(cx), cy), cy), y),
    )


_div_no_nan = binary(
    "raw.div_no_nan", type="DivNoNan", hint="div_no_nan",
    doc="x / y, or 0 where y is zero, of two tensors of one inexact dtype.",
    kernel=_no_nan_kernel, gradient=_divide_no_nan_gradient, dtypes=FLOATING | COMPLEX,
)  # fmt: skip


@public("math.divide_no_nan")
def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X / y, or 0 where y is zero, element by element.

    Args:
        x: numeric tensor; integers become floats, as with `/`.
        y: tensor of the same dtype; the shapes broadcast.
        name: of the node.

    Raises:
        TypeError: if the dtypes differ, or are not numeric.
    """
    from engine.ops.math import real_operands

    if not isinstance(x, Tensor) and isinstance(y, Tensor):
        x = convert_to_tensor(x, y.dtype)
    return _div_no_nan(*real_operands(x, y, "tf.math.divide_no_nan"), name)


def _multiply_no_nan_kernel(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(y == 0, x.dtype.type(0), x * y)[()]


def _multiply_no_nan_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    return (
        unbroadcast(tf, _mul_no_nan(grad, y), x),
        unbroadcast(tf, _mul_no_nan(x, grad), y),
    )


_mul_no_nan = binary(
    "raw.mul_no_nan", type="MulNoNan", hint="multiply_no_nan",
    doc="x * y, or 0 where y is zero, even if x is infinite or nan.",
    kernel=_multiply_no_nan_kernel, gradient=_multiply_no_nan_gradient,
    dtypes=FLOATING | COMPLEX,
)  # fmt: skip


@public("math.multiply_no_nan")
def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X * y, or 0 where y is zero, even if x is infinite or nan.

    Args:
        x: tensor of floats or complex numbers.
        y: tensor of the same dtype; the shapes broadcast.
        name: of the node.

    Raises:
        ValueError: if the dtypes differ (TypeError for an eager `y` while tracing).
    """
    x = convert_to_tensor(x)
    if isinstance(y, EagerTensor) and y.dtype is not x.dtype and not current().eager:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}")
    return _mul_no_nan(x, convert_to_tensor(y, x.dtype), name)


@public("math.reciprocal_no_nan")
def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, or 0 where x is zero, element by element.

    Args:
        x: tensor of floats or complex numbers.
        name: of the node.
    """
    x = convert_to_tensor(x)
    return _div_no_nan(tf.constant(1, x.dtype), x, name or "reciprocal_no_nan")


def _nextafter_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x1, x2 = node.inputs
    return unbroadcast(tf, grad, x1), tf.zeros_like(x2)


nextafter = binary(
    "math.nextafter", type="NextAfter", arguments=("x1", "x2"),
    doc="The next float after x1 in the direction of x2.",
    kernel=lambda xp, x, y: xp.nextafter(x, y), ufunc="nextafter", dtypes={float32, float64},
    gradient=_nextafter_gradient,
)  # fmt: skip
nextafter.op.defaults = {"T": float32}

is_nan = unary(
    "math.is_nan", type="IsNan", doc="Which elements are nan?", result=bool_,
    kernel=lambda xp, x: xp.isnan(x), ufunc="isnan", dtypes=FLOATING,
)  # fmt: skip

is_inf = unary(
    "math.is_inf", type="IsInf", doc="Which elements are infinite?", result=bool_,
    kernel=lambda xp, x: xp.isinf(x), ufunc="isinf", dtypes=FLOATING,
)  # fmt: skip

is_finite = unary(
    "math.is_finite", type="IsFinite", doc="Which elements are neither infinite nor nan?",
    kernel=lambda xp, x: xp.isfinite(x), ufunc="isfinite", result=bool_, dtypes=FLOATING,
)  # fmt: skip
