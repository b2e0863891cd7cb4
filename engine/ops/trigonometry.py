"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import COMPLEX, FLOATING
from engine.ir.op import OpFunction
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, unary, unbroadcast
from engine.ops.elementary import conj

INEXACT = FLOATING | COMPLEX
Derivative = Callable[[Any, Tensor], Tensor]


def _declare(
    name: str, type: str, ufunc: str, doc: str, derivative: Derivative, of_output: bool = False,
    near: str = "",
) -> OpFunction:  # fmt: skip
    """An op with a numpy ufunc, and its derivative from the input (or from the output)."""

    def gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
        argument = node.outputs[0] if of_output else node.inputs[0]
        return grad * derivative(tf, conj(tf, argument))

    def kernel(xp: Any, x: Any) -> Any:
        return getattr(xp, ufunc)(x)

    kernel.__module__ = __name__
    return unary(
        f"math.{name}", name, type=type, doc=doc, kernel=kernel, ufunc=ufunc, gradient=gradient,
        dtypes=INEXACT, samples=[(f"float32[3,4]{near}",), (f"float64[]{near}",)],
    )  # fmt: skip


sin = _declare("sin", "Sin", "sin", "The sine of x in radians.", lambda tf, x: tf.cos(x))
cos = _declare("cos", "Cos", "cos", "The cosine of x in radians.",
               lambda tf, x: tf.negative(tf.sin(x)))  # fmt: skip
tan = _declare("tan", "Tan", "tan", "The tangent of x in radians.",
               lambda tf, y: y * y + 1, of_output=True)  # fmt: skip
asin = _declare("asin", "Asin", "arcsin", "The angle whose sine is x; nan outside [-1, 1].",
                lambda tf, x: tf.math.rsqrt(1 - x * x), near="(-0.9,0.9)")  # fmt: skip
acos = _declare("acos", "Acos", "arccos", "The angle whose cosine is x; nan outside [-1, 1].",
                lambda tf, x: tf.negative(tf.math.rsqrt(1 - x * x)), near="(-0.9,0.9)")  # fmt: skip
atan = _declare("atan", "Atan", "arctan", "The angle in (-pi/2, pi/2) whose tangent is x.",
                lambda tf, x: tf.math.reciprocal(x * x + 1))  # fmt: skip
sinh = _declare("sinh", "Sinh", "sinh", "The hyperbolic sine.", lambda tf, x: tf.cosh(x))
cosh = _declare("cosh", "Cosh", "cosh", "The hyperbolic cosine.", lambda tf, x: tf.sinh(x))
asinh = _declare("asinh", "Asinh", "arcsinh", "The inverse of the hyperbolic sine.",
                 lambda tf, x: tf.math.rsqrt(x * x + 1))  # fmt: skip
acosh = _declare("acosh", "Acosh", "arccosh",
                 "The inverse of the hyperbolic cosine; nan below 1.",
                 lambda tf, x: tf.math.rsqrt((x - 1) * (x + 1)), near="(1.1,4)")  # fmt: skip
atanh = _declare("atanh", "Atanh", "arctanh",
                 "The inverse of the hyperbolic tangent; nan outside [-1, 1].",
                 lambda tf, x: tf.math.reciprocal(1 - x * x), near="(-0.9,0.9)")  # fmt: skip


def _atan2_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    y, x = node.inputs
    part = grad / (x * x + y * y)
    return unbroadcast(tf, x * part, y), unbroadcast(tf, tf.negative(y) * part, x)


atan2 = binary(
    "math.atan2", "atan2", type="Atan2", arguments=("y", "x"),
    doc="The angle in [-pi, pi] of the point (x, y), which also tells the quadrant.",
    kernel=lambda xp, y, x: xp.arctan2(y, x), ufunc="arctan2", gradient=_atan2_gradient,
    dtypes=FLOATING,
)  # fmt: skip
