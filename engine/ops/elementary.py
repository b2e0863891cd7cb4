"""Elementary functions: powers, roots, exponentials, logarithms, extremes, rounding."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import COMPLEX, FLOATING, NUMERIC, REAL, SIGNED, UNSIGNED, int32, int64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops import rational
from engine.ops.declare import binary, scalar, unary, unbroadcast

INEXACT = FLOATING | COMPLEX


def conj(tf: Any, x: Tensor) -> Tensor:
    """The complex conjugate; `x` itself where it is real."""
    return tf.math.conj(x) if x.dtype.is_complex else x


def _square_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x = conj(tf, node.inputs[0])
    return grad * (x + x)


square = unary(
    "math.square", "square", type="Square", doc="x * x, element by element.",
    kernel=lambda xp, x: x * x, expression="{0} * {0}", ufunc="square",
    gradient=_square_gradient, dtypes=NUMERIC,
)  # fmt: skip


def _sqrt_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return sqrt_grad(node.outputs[0], grad)


def _sqrt_grad_kernel(xp: Any, y: Any, grad: Any) -> Any:
    half = y.dtype.type(0.5)
    found = half * grad / (y.conj() if y.dtype.kind == "c" else y)
    # where nothing flows, nothing flows on: not 0 / 0
    return found if y.all() else xp.where(grad == 0, y.dtype.type(0), found)[()]


def _sqrt_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    share = grad / node.inputs[0]
    back = tf.negative(conj(tf, share)) * node.outputs[0]
    return back, share * 0.5


sqrt_grad = binary(
    "raw.sqrt_grad", type="SqrtGrad", arguments=("y", "dy"), dtypes=INEXACT,
    doc="dy / (2 y), or 0 where dy is zero.", kernel=_sqrt_grad_kernel,
    gradient=_sqrt_grad_gradient,
    samples=[("float32[3,4](0.2,3)", "float32[3,4]"), ("float64[](0.2,3)", "float64[]")],
)  # fmt: skip


sqrt = unary(
    "math.sqrt", "sqrt", type="Sqrt", doc="The square root; nan for negative numbers.",
    kernel=lambda xp, x: xp.sqrt(x), ufunc="sqrt", gradient=_sqrt_gradient, dtypes=INEXACT,
    samples=[("float32[3,4](0.2,3)",), ("float64[](0.2,3)",), ("complex128[3]",)],
)  # fmt: skip


def _rsqrt_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = conj(tf, node.outputs[0])
    return grad * -0.5 * (y * y * y)


rsqrt = unary(
    "math.rsqrt", type="Rsqrt", doc="1 / sqrt(x).",
    kernel=lambda xp, x: 1 / xp.sqrt(x), gradient=_rsqrt_gradient, dtypes=INEXACT,
    samples=[("float32[3,4](0.2,3)",), ("float64[](0.2,3)",)],
)  # fmt: skip


def _exp_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad * conj(tf, node.outputs[0])


exp = unary(
    "math.exp", "exp", type="Exp", doc="e to the power of x.",
    kernel=lambda xp, x: xp.exp(x), ufunc="exp", gradient=_exp_gradient, dtypes=INEXACT,
)  # fmt: skip


def _expm1_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad * (conj(tf, node.outputs[0]) + 1)


expm1 = unary(
    "math.expm1", type="Expm1", doc="exp(x) - 1, accurate for small x.",
    kernel=lambda xp, x: xp.expm1(x), ufunc="expm1", gradient=_expm1_gradient, dtypes=INEXACT,
)  # fmt: skip


def _log_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad / conj(tf, node.inputs[0])


log = unary(
    "math.log", type="Log", doc="The natural logarithm; nan for negative numbers, -inf for 0.",
    kernel=lambda xp, x: xp.log(x), ufunc="log", gradient=_log_gradient, dtypes=INEXACT,
    samples=[("float32[3,4](0.2,3)",), ("float64[](0.2,3)",), ("complex128[3]",)],
)  # fmt: skip


def _log1p_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad / (conj(tf, node.inputs[0]) + 1)


log1p = unary(
    "math.log1p", type="Log1p", doc="log(1 + x), accurate for small x.",
    kernel=lambda xp, x: xp.log1p(x), ufunc="log1p", gradient=_log1p_gradient, dtypes=INEXACT,
    samples=[("float32[3,4](0.2,3)",), ("float64[](0.2,3)",)],
)  # fmt: skip


def _reciprocal_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = conj(tf, node.outputs[0])
    return tf.negative(grad) * y * y


reciprocal = unary(
    "math.reciprocal", type="Reciprocal", doc="1 / x, element by element.",
    kernel=lambda xp, x: 1 / x,
    gradient=_reciprocal_gradient, dtypes=INEXACT,
    samples=[("float32[3,4](0.2,3)",), ("float64[](0.2,3)",)],
)  # fmt: skip


def _sign_kernel(xp: Any, x: Any) -> Any:
    return xp.sign(x)


sign = unary(
    "math.sign", "sign", type="Sign",
    doc="-1, 0 or 1 as x is negative, zero or positive; x / |x| for complex numbers.",
    kernel=_sign_kernel, ufunc="sign", dtypes=FLOATING | COMPLEX | SIGNED,
    gradient=lambda tf, node, grad: tf.zeros_like(grad),
)  # fmt: skip


def _abs_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad * tf.sign(node.inputs[0])


real_abs = unary(
    "raw.abs", type="Abs", doc="|x| of real numbers.", kernel=lambda xp, x: abs(x),
    expression="abs({0})", ufunc="absolute", gradient=_abs_gradient, dtypes=FLOATING | SIGNED,
)  # fmt: skip


@op("raw.complex_abs", type="ComplexAbs", dtypes={"T": COMPLEX}, samples=[("complex128[3]",)])
def complex_abs(x: Tensor, name: str | None = None) -> TensorSpec:
    """|x| of complex numbers, as real ones."""
    return spec(x.dtype.real_dtype, x.dims)


@complex_abs.kernel
def _complex_abs_kernel(xp: Any, x: Any) -> Any:
    return abs(x)


@complex_abs.gradient
def _complex_abs_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, size = node.inputs[0], node.outputs[0]
    zero = tf.zeros_like(grad)
    direction = tf.math.divide_no_nan(x, tf.complex(size, zero))
    return tf.complex(grad, zero) * direction


@public("math.abs", "abs")
def absolute(x: Any, name: str | None = None) -> Tensor:
    """The absolute value, element by element.

    Args:
        x: tensor of floats, signed integers or complex numbers.
        name: of the node.

    Returns:
        A tensor of the same shape; the dtype is that of `x`, or its real part's for complex `x`.
    """
    if not isinstance(x, Tensor) and not hasattr(type(x), "__op_fallback__"):
        from engine.ir.convert import convert_to_tensor

        x = convert_to_tensor(x)
    return complex_abs(x, name) if x.dtype.kind == "c" else real_abs(x, name)


absolute.__name__ = absolute.__qualname__ = "abs"


def _extreme_gradient(test: str) -> Any:
    def gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, y = node.inputs
        chosen = getattr(tf.math, test)(x, y)
        zero = tf.zeros_like(grad)
        return (
            unbroadcast(tf, tf.where(chosen, grad, zero), x),
            unbroadcast(tf, tf.where(chosen, zero, grad), y),
        )

    return gradient


maximum = binary(
    "math.maximum", "maximum", type="Maximum", doc="The larger of x and y, element by element.",
    kernel=lambda xp, x, y: xp.maximum(x, y), ufunc="maximum",
    gradient=_extreme_gradient("greater_equal"), dtypes=REAL,
)  # fmt: skip

minimum = binary(
    "math.minimum", "minimum", type="Minimum", doc="The smaller of x and y, element by element.",
    kernel=lambda xp, x, y: xp.minimum(x, y), ufunc="minimum",
    gradient=_extreme_gradient("less_equal"), dtypes=REAL,
)  # fmt: skip


def _pow_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    z = conj(tf, node.outputs[0])
    cx, cy = conj(tf, x), conj(tf, y)
    one = tf.ones_like(cx)
    usable = tf.not_equal(cx, tf.zeros_like(cx)) if x.dtype.is_complex else cx > 0
    log_x = tf.where(usable, tf.math.log(tf.where(usable, cx, one)), tf.zeros_like(cx))
    return (
        unbroadcast(tf, grad * cy * tf.pow(cx, cy - 1), x),
        unbroadcast(tf, grad * z * log_x, y),
    )


pow_op = binary(
    "math.pow", "pow", type="Pow", doc="x to the power of y, element by element.",
    kernel=lambda xp, x, y: x**y, expression="{0} ** {1}", ufunc="power",
    gradient=_pow_gradient, dtypes=NUMERIC - UNSIGNED,
    samples=[("float32[3,4](0.2,3)", "float32[4]"), ("float64[](0.2,3)", "float64[2]"),
             ("int32[3](0.2,3)", "int32[](0.2,3)")],
)  # fmt: skip


def _squared_difference_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    part = grad * 2 * (x - y)
    return unbroadcast(tf, part, x), unbroadcast(tf, tf.negative(part), y)


def _squared_difference_kernel(xp: Any, x: Any, y: Any) -> Any:
    difference = x - y
    if difference.dtype.kind == "c":
        return difference * difference.conj()
    return difference * difference


squared_difference = binary(
    "math.squared_difference", type="SquaredDifference",
    doc="(x - y) squared, element by element; times the conjugate for complex numbers.",
    kernel=_squared_difference_kernel, gradient=_squared_difference_gradient,
    dtypes=INEXACT | {int32, int64},
)  # fmt: skip


def _sigmoid_kernel(xp: Any, x: Any) -> Any:
    if not x.shape:
        return 1 / (1 + xp.exp(-x))
    one = scalar(xp, 1, x.dtype)
    return one / (one + xp.exp(-x))


def _sigmoid_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    exp, kind = xp.exp, inputs[0].dtype.as_numpy_dtype
    one = kind(1) if inputs[0].dims == () else xp.asarray(1, kind)
    return lambda x: one / (one + exp(-x))


def _sigmoid_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = conj(tf, node.outputs[0])
    return grad * (y * (1 - y))


sigmoid_op = unary(
    "raw.sigmoid", type="Sigmoid", doc="1 / (1 + exp(-x)).", kernel=_sigmoid_kernel,
    gradient=_sigmoid_gradient, dtypes=INEXACT,
)  # fmt: skip


sigmoid_op.op.bind = _sigmoid_binder


def _tanh_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = conj(tf, node.outputs[0])
    return grad * (1 - y * y)


tanh = unary(
    "math.tanh", "tanh", "nn.tanh", type="Tanh", doc="The hyperbolic tangent.",
    kernel=rational.tanh, ufunc="tanh", gradient=_tanh_gradient, dtypes=INEXACT,
)  # fmt: skip


@public("math.sigmoid", "sigmoid", "nn.sigmoid")
def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """1 / (1 + exp(-x)), element by element.

    Args:
        x: tensor of floats or complex numbers.
        name: of the node.
    """
    return sigmoid_op(x, name)
