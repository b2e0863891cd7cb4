"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.op import public
from engine.ops.namespace import tf

_NAMES = {
    "relu": "nn.relu", "relu6": "nn.relu6", "sigmoid": "nn.sigmoid", "tanh": "nn.tanh",
    "softmax": "nn.softmax", "softplus": "nn.softplus", "softsign": "nn.softsign",
    "selu": "nn.selu", "elu": "nn.elu", "gelu": "nn.gelu", "swish": "nn.silu", "silu": "nn.silu",
    "exponential": "exp", "leaky_relu": "nn.leaky_relu", "log_softmax": "nn.log_softmax",
}  # fmt: skip


@public("keras.activations.linear")
def linear(x: Any) -> Any:
    """The input itself."""
    return x


@public("keras.activations.hard_sigmoid")
def hard_sigmoid(x: Any) -> Any:
    """relu6(x + 3) / 6."""
    return tf.nn.relu6(x + 3.0) / 6.0


@public("keras.activations.relu")
def relu(x: Any, negative_slope: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    """max(x, 0), with a slope below `threshold` and a ceiling."""
    if threshold == 0.0 and not negative_slope:
        out = tf.nn.relu(x)
    else:
        out = tf.where(x >= threshold, x, negative_slope * (x - threshold))
    return out if max_value is None else tf.minimum(out, max_value)


def _named(path: str) -> Callable[..., Any]:
    def activation(x: Any) -> Any:
        found: Any = tf
        for part in path.split("."):
            found = getattr(found, part)
        return found(x)

    activation.__name__ = path.rsplit(".", 1)[-1]
    return activation


for _name, _path in _NAMES.items():
    if _name != "relu":
        public(f"keras.activations.{_name}")(_named(_path))


@public("keras.activations.get")
def get(identifier: Any) -> Callable[..., Any]:
    """The function that a name, a function or None (linear) stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return linear  # type: ignore[no-any-return]
    if callable(identifier):
        return identifier  # type: ignore[no-any-return]
    known = {"linear": linear, "hard_sigmoid": hard_sigmoid, "relu": relu}
    if identifier in known:
        return known[identifier]  # type: ignore[no-any-return]
    if identifier in _NAMES:
        return _named(_NAMES[identifier])
    raise ValueError(f"Could not interpret activation function identifier: {identifier}")
