"""Activation functions of neural networks."""

from __future__ import annotations

import struct
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, FLOATING, REAL, float32
from engine.ir.op import op, public
from engine.ir.shapes import merge
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, last_derivative, scalar, unary
from engine.ops.elementary import sigmoid_op
from engine.ops.scope import scoped

INEXACT = FLOATING | COMPLEX
_ROOT_HALF = 0.7071067690849304
_CUBIC = 0.044714998453855515
"""Constants of `gelu`, rounded to float32 as in TensorFlow, whatever the dtype."""


def _zeros(tf: Any, x: Tensor) -> Tensor:
    return tf.zeros_like(x)


# -- rectifiers


def _relu_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return relu_grad(grad, node.outputs[0])


def _relu_kernel(xp: Any, x: Any) -> Any:
    return xp.maximum(x, scalar(xp, 0, x.dtype))


def _relu_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    kind = inputs[0].dtype.as_numpy_dtype
    if inputs[0].dims == ():
        nothing = kind(0)
        return lambda x: nothing if x <= nothing else x
    maximum, zero = xp.maximum, xp.asarray(0, kind)
    return lambda x: maximum(x, zero)


relu = unary(
    "nn.relu", type="Relu", argument="features", doc="max(features, 0), element by element.",
    kernel=_relu_kernel, gradient=_relu_gradient, dtypes=REAL,
)  # fmt: skip


relu.op.bind = _relu_binder


def _relu_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    features = node.inputs[1]
    return relu_grad(grad, features), _zeros(tf, features)


relu_grad = binary(
    "raw.relu_grad", type="ReluGrad", arguments=("gradients", "features"),
    doc="The gradient where the features are positive, 0 elsewhere.",
    kernel=lambda xp, grad, features: grad * (features > 0),
    gradient=_relu_grad_gradient, dtypes=REAL,
    samples=[("float32[3,4]", "float32[3,4]"), ("float64[3]", "float64[3]")],
)  # fmt: skip


def _relu6_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return relu6_grad(grad, node.outputs[0])


relu6 = unary(
    "nn.relu6", type="Relu6", argument="features",
    doc="min(max(features, 0), 6), element by element.",
    kernel=lambda xp, x: xp.minimum(xp.maximum(x, x.dtype.type(0)), x.dtype.type(6)),
    gradient=_relu6_gradient, dtypes=REAL,
)  # fmt: skip


def _relu6_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    features = node.inputs[1]
    return relu6_grad(grad, features), _zeros(tf, features)


relu6_grad = binary(
    "raw.relu6_grad", type="Relu6Grad", arguments=("gradients", "features"),
    doc="The gradient where the features are between 0 and 6, 0 elsewhere.",
    kernel=lambda xp, grad, features: grad * ((features > 0) & (features < 6)),
    gradient=_relu6_grad_gradient, dtypes=REAL,
    samples=[("float32[3,4]", "float32[3,4]"), ("float64[3]", "float64[3]")],
)  # fmt: skip


@op("raw.leaky_relu", type="LeakyRelu", dtypes={"T": FLOATING},
    samples=[("float32[3,4]", 0.2), ("float64[]", 1.5)])  # fmt: skip
def leaky_relu_op(features: Tensor, alpha: float = 0.2, name: str | None = None) -> TensorSpec:
    """The features where positive, alpha times them elsewhere."""
    return spec(features.dtype, features.dims)


@leaky_relu_op.kernel
def _leaky_relu_kernel(xp: Any, x: Any, alpha: float = 0.2) -> Any:
    scaled = x * x.dtype.type(alpha)
    return xp.maximum(x, scaled) if alpha <= 1 else xp.minimum(x, scaled)


@leaky_relu_op.gradient
def _leaky_relu_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return leaky_relu_grad(grad, node.inputs[0], node.attrs["alpha"])


@op("raw.leaky_relu_grad", type="LeakyReluGrad", dtypes={"T": FLOATING})
def leaky_relu_grad(gradients: Tensor, features: Tensor, alpha: float) -> TensorSpec:
    """The gradient, times alpha where the features are not positive."""
    return spec(features.dtype, merge(gradients.dims, features.dims))


@leaky_relu_grad.kernel
def _leaky_relu_grad_kernel(xp: Any, grad: Any, x: Any, alpha: float) -> Any:
    return xp.where(x > 0, grad, grad * x.dtype.type(alpha))[()]


@leaky_relu_grad.gradient
def _leaky_relu_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    features = node.inputs[1]
    return leaky_relu_grad(grad, features, node.attrs["alpha"]), _zeros(tf, features)


@public("nn.leaky_relu")
def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """The features where positive, alpha times them elsewhere.

    Args:
        features: tensor of floats; integers become float32.
        alpha: slope for negative features; a number or a scalar tensor.
        name: of the node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(features, name="features")
    if x.dtype.is_integer:
        x = tf.cast(x, float32)
    alpha = 0.2 if alpha is None else alpha
    if isinstance(alpha, Tensor):
        from engine.ir.static_value import known_value

        known = known_value(alpha)
        if known is None:
            return tf.maximum(alpha * x, x, name=name)
        alpha = known
    return leaky_relu_op(x, struct.unpack("f", struct.pack("f", alpha))[0], name)


@public("nn.crelu")
@scoped("CRelu")
def crelu(features: Any, axis: int = -1, name: str | None = None) -> Tensor:
    """Relu of the features and of their negatives, side by side along `axis`.

    Args:
        features: tensor of floats.
        axis: along which the two are joined.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(features, name="features")
    return relu(tf.concat([x, -x], axis), name)


# -- exponential units


def _where(xp: Any, test: Any, yes: Any, no: Any) -> Any:
    return xp.where(test, yes, no)[()]


elu = unary(
    "nn.elu", type="Elu", argument="features",
    doc="exp(features) - 1 where negative, the features elsewhere.",
    kernel=lambda xp, x: _where(xp, x < 0, xp.expm1(xp.minimum(x, x.dtype.type(0))), x),
    gradient=lambda tf, node, grad: tf.raw.elu_grad(grad, node.outputs[0]), dtypes=FLOATING,
)  # fmt: skip


def _elu_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    inner, outputs = node.inputs
    return (
        elu_grad(grad, outputs),
        tf.where(outputs < 0, grad * inner, tf.zeros_like(outputs)),
    )


elu_grad = binary(
    "raw.elu_grad", type="EluGrad", arguments=("gradients", "outputs"),
    doc="The gradient, times (outputs + 1) where they are negative.",
    kernel=lambda xp, grad, y: _where(xp, y < 0, grad * (y + 1), grad),
    gradient=_elu_grad_gradient, dtypes=FLOATING,
    samples=[("float32[3,4]", "float32[3,4]"), ("float64[3]", "float64[3]")],
)  # fmt: skip

_SELU_SCALE = 1.0507009873554805
_SELU_SCALED_ALPHA = 1.7580993408473768


def _selu_kernel(xp: Any, x: Any) -> Any:
    kind = x.dtype.type
    below = kind(_SELU_SCALED_ALPHA) * xp.expm1(xp.minimum(x, kind(0)))
    return _where(xp, x < 0, below, kind(_SELU_SCALE) * x)


selu = unary(
    "nn.selu", type="Selu", argument="features",
    doc="The scaled exponential linear unit of Klambauer et al. (2017).",
    kernel=_selu_kernel, gradient=lambda tf, node, grad: tf.raw.selu_grad(grad, node.outputs[0]),
    dtypes=FLOATING,
)  # fmt: skip


def _selu_grad_kernel(xp: Any, grad: Any, y: Any) -> Any:
    kind = y.dtype.type
    return _where(xp, y < 0, grad * (y + kind(_SELU_SCALED_ALPHA)), grad * kind(_SELU_SCALE))


def _selu_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    inner, outputs = node.inputs
    return (
        selu_grad(grad, outputs),
        tf.where(outputs < 0, grad * inner, tf.zeros_like(outputs)),
    )


selu_grad = binary(
    "raw.selu_grad", type="SeluGrad", arguments=("gradients", "outputs"),
    doc="The gradient times the slope of `selu` where it has these outputs.",
    kernel=_selu_grad_kernel, gradient=_selu_grad_gradient, dtypes=FLOATING,
    samples=[("float32[3,4]", "float32[3,4]"), ("float64[3]", "float64[3]")],
)  # fmt: skip


# -- smooth units


def _softplus_kernel(xp: Any, x: Any) -> Any:
    return xp.logaddexp(x, x.dtype.type(0))


softplus = unary(
    "math.softplus", "nn.softplus", type="Softplus", argument="features",
    doc="log(exp(features) + 1), element by element.", kernel=_softplus_kernel,
    gradient=lambda tf, node, grad: grad * tf.sigmoid(node.inputs[0]), dtypes=FLOATING,
)  # fmt: skip


def _softsign_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return _softsign_grad(grad / tf.square(tf.abs(node.inputs[0]) + 1))


_softsign_grad = last_derivative("raw.softsign_grad", "SoftsignGrad")


softsign = unary(
    "math.softsign", "nn.softsign", type="Softsign", argument="features",
    doc="features / (|features| + 1), element by element.",
    kernel=lambda xp, x: x / (abs(x) + 1), gradient=_softsign_gradient, dtypes=FLOATING,
)  # fmt: skip


@public("math.log_sigmoid")
def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(1 / (1 + exp(-x))), element by element.

    Args:
        x: tensor of floats.
        name: of the last node.
    """
    x = convert_to_tensor(x)
    return -softplus(-x, name=name)


@public("nn.silu", "nn.swish")
def silu(features: Any, beta: Any = 1.0) -> Tensor:
    """Features times sigmoid(beta features), element by element.

    Args:
        features: tensor of floats.
        beta: number or tensor of the same dtype.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(features, name="features")
    if isinstance(beta, (int, float)) and beta == 1:
        return x * sigmoid_op(x)
    return x * sigmoid_op(tf.cast(beta, x.dtype) * x)


@public("nn.gelu")
@scoped("Gelu", last=False)
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Tensor:
    """Features times the share of a standard normal distribution below them.

    Args:
        features: tensor of floats.
        approximate: use tanh instead of the error function?
        name: of the last node.

    Raises:
        ValueError: if `features` are no floats.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(features, name="features")
    if not x.dtype.is_floating:
        raise ValueError(f"`features.dtype` must be a floating point tensor."
                         f"Received:features.dtype={x.dtype}")  # fmt: skip
    if approximate:
        inner = 0.7978845608028654 * (x + _CUBIC * (x * x * x))
        return tf.multiply(0.5 * x, 1.0 + tf.tanh(inner), name=name)
    half = 0.5 * x
    tail = tf.math.erfc(-x * tf.constant(_ROOT_HALF, x.dtype))
    return tf.multiply(half, tail, name=name)
