"""Activation functions of neural networks."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import REAL
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, unary


def _relu_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return relu_grad(grad, node.outputs[0])  # type: ignore[no-any-return]


relu = unary(
    "nn.relu", type="Relu", argument="features", doc="max(features, 0), element by element.",
    kernel=lambda xp, x: xp.maximum(x, x.dtype.type(0)), gradient=_relu_gradient, dtypes=REAL,
)  # fmt: skip


def _relu_grad_kernel(xp: Any, grad: Any, features: Any) -> Any:
    return grad * (features > 0)


def _relu_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    features = node.inputs[1]
    return relu_grad(grad, features), tf.zeros_like(features)


relu_grad = binary(
    "raw.relu_grad", type="ReluGrad", arguments=("gradients", "features"),
    doc="The gradient where the features are positive, 0 elsewhere.",
    kernel=_relu_grad_kernel, gradient=_relu_grad_gradient, dtypes=REAL,
)  # fmt: skip
