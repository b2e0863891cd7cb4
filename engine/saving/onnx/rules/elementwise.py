"""Ops that work element by element, and constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.ir.graph import Node
from engine.saving.onnx.model import RULES, Builder, rule

__all__: list[str] = []

_SAME = {
    "math.add": "Add", "math.subtract": "Sub", "math.multiply": "Mul", "raw.real_divide": "Div",
    "math.pow": "Pow", "math.negative": "Neg", "raw.abs": "Abs", "math.sign": "Sign",
    "math.exp": "Exp", "math.log": "Log", "math.sqrt": "Sqrt", "math.reciprocal": "Reciprocal",
    "math.sin": "Sin", "math.cos": "Cos", "math.tan": "Tan", "math.asin": "Asin",
    "math.acos": "Acos", "math.atan": "Atan", "math.sinh": "Sinh", "math.cosh": "Cosh",
    "math.tanh": "Tanh", "math.asinh": "Asinh", "math.acosh": "Acosh", "math.atanh": "Atanh",
    "math.erf": "Erf", "math.floor": "Floor", "math.ceil": "Ceil", "raw.round": "Round",
    "math.rint": "Round", "raw.sigmoid": "Sigmoid", "nn.relu": "Relu", "nn.elu": "Elu",
    "math.softplus": "Softplus", "math.softsign": "Softsign", "math.equal": "Equal",
    "raw.equal_operator": "Equal", "math.less": "Less", "math.less_equal": "LessOrEqual",
    "math.greater": "Greater", "math.greater_equal": "GreaterOrEqual", "math.logical_and": "And",
    "math.logical_or": "Or", "math.logical_not": "Not", "raw.select": "Where",
    "math.is_nan": "IsNaN", "math.is_inf": "IsInf", "identity": "Identity",
    "stop_gradient": "Identity", "math.maximum": "Max", "math.minimum": "Min",
    "raw.add_n": "Sum",
}  # fmt: skip


def _same(kind: str) -> Any:
    def convert(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
        return [builder.node(kind, inputs)]

    return convert


RULES.update({name: _same(kind) for name, kind in _SAME.items()})


def _is_whole(tensor: Any) -> bool:
    return bool(tensor.dtype.is_integer)


@rule("raw.constant")
def constant(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """A constant, at the shape the node has."""
    (tensor,) = node.outputs
    value = np.asarray(node.attrs["value"])
    dims = node.attrs.get("dims")
    if dims is not None and tuple(dims) != value.shape:
        value = np.broadcast_to(value, tuple(dims))
    if tensor.dtype.name != "string":
        value = value.astype(tensor.dtype.as_numpy_dtype)
    return [builder.weight(value, tensor.name)]


@rule("raw.read_variable")
def read_variable(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The weight itself: variables are constants of the model."""
    return inputs


@rule("math.not_equal", "raw.not_equal_operator")
def not_equal(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Not(Equal)`."""
    return [builder.node("Not", [builder.node("Equal", inputs)])]


@rule("raw.cast")
def cast(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """A conversion; complex numbers are unknown to ONNX."""
    return [builder.cast(inputs[0], node.outputs[0].dtype)]


@rule("math.squared_difference")
def squared_difference(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The difference times itself."""
    difference = builder.node("Sub", inputs)
    return [builder.node("Mul", [difference, difference])]


@rule("math.square")
def square(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The number times itself."""
    return [builder.node("Mul", [inputs[0], inputs[0]])]


@rule("math.rsqrt")
def rsqrt(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Reciprocal(Sqrt)`."""
    return [builder.node("Reciprocal", [builder.node("Sqrt", inputs)])]


@rule("math.log1p")
def log1p(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Log(x + 1)`."""
    return [
        builder.node("Log", [builder.node("Add", [inputs[0], builder.like(node.inputs[0], 1)])])
    ]


@rule("math.expm1")
def expm1(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Exp(x) - 1`."""
    return [builder.node("Sub", [builder.node("Exp", inputs), builder.like(node.inputs[0], 1)])]


@rule("math.floormod")
def floormod(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The remainder with the sign of the divisor."""
    return [_remainder(builder, node, inputs)]


def _remainder(builder: Builder, node: Node, inputs: list[str]) -> str:
    if _is_whole(node.inputs[0]):
        return builder.node("Mod", inputs)
    quotient = builder.node("Floor", [builder.node("Div", inputs)])
    return builder.node("Sub", [inputs[0], builder.node("Mul", [quotient, inputs[1]])])


@rule("math.floordiv")
def floordiv(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Rounded down; ONNX' division of integers rounds towards zero."""
    if not _is_whole(node.inputs[0]):
        return [builder.node("Floor", [builder.node("Div", inputs)])]
    exact = builder.node("Sub", [inputs[0], _remainder(builder, node, inputs)])
    return [builder.node("Div", [exact, inputs[1]])]


@rule("truncatediv")
def truncatediv(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Rounded towards zero, as ONNX' own division of integers."""
    quotient = builder.node("Div", inputs)
    if _is_whole(node.inputs[0]):
        return [quotient]
    below = builder.node("Less", [quotient, builder.like(node.inputs[0], 0)])
    ways = [builder.node(kind, [quotient]) for kind in ("Ceil", "Floor")]
    return [builder.node("Where", [below, *ways])]


@rule("nn.relu6")
def relu6(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Clip` between 0 and 6."""
    (tensor,) = node.inputs
    return [builder.node("Clip", [inputs[0], builder.like(tensor, 0), builder.like(tensor, 6)])]


@rule("raw.leaky_relu")
def leaky_relu(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """With its slope below zero."""
    return [builder.node("LeakyRelu", inputs, alpha=float(node.attrs["alpha"]))]


@rule("nn.selu")
def selu(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The same constants."""
    return [builder.node("Selu", inputs)]


@rule("raw.softmax")
def softmax(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Over the last axis."""
    return [builder.node("Softmax", inputs, axis=-1)]


@rule("raw.log_softmax")
def log_softmax(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Over the last axis."""
    return [builder.node("LogSoftmax", inputs, axis=-1)]


@rule("math.is_finite")
def is_finite(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Neither infinite nor no number."""
    either = builder.node("Or", [builder.node("IsNaN", inputs), builder.node("IsInf", inputs)])
    return [builder.node("Not", [either])]
