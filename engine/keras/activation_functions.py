"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.ops.namespace import tf


@public("keras.activations.linear")
def linear(x: Any) -> Any:
    """The input itself."""
    return x


@public("keras.activations.relu")
def relu(x: Any, negative_slope: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    """max(x, 0), with a slope below `threshold` and a ceiling."""
    if threshold == 0.0 and not negative_slope:
        out = tf.nn.relu6(x) if max_value == 6 else tf.nn.relu(x)
    else:
        out = tf.where(x >= threshold, x, negative_slope * (x - threshold))
    return out if max_value is None else tf.minimum(out, max_value)


@public("keras.activations.relu6")
def relu6(x: Any) -> Any:
    """min(max(x, 0), 6)."""
    return tf.nn.relu6(x)


@public("keras.activations.leaky_relu")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """X where positive, else `negative_slope * x`."""
    return tf.nn.leaky_relu(x, negative_slope)


@public("keras.activations.elu")
def elu(x: Any, alpha: float = 1.0) -> Any:
    """X where positive, else `alpha * (exp(x) - 1)`."""
    return tf.nn.elu(x) if alpha == 1.0 else tf.where(x > 0, x, alpha * tf.nn.elu(x))


@public("keras.activations.celu")
def celu(x: Any, alpha: float = 1.0) -> Any:
    """max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)."""
    x = tf.convert_to_tensor(x)
    return tf.maximum(x, 0.0) + alpha * tf.math.expm1(tf.minimum(x, 0.0) / alpha)


@public("keras.activations.selu")
def selu(x: Any) -> Any:
    """Scaled elu."""
    return tf.nn.selu(x)


@public("keras.activations.gelu")
def gelu(x: Any, approximate: bool = False) -> Any:
    """X times the normal distribution function of x."""
    return tf.nn.gelu(x, approximate)


@public("keras.activations.softmax")
def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) over its sum along an axis."""
    return tf.nn.softmax(x, axis=axis)


@public("keras.activations.log_softmax")
def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax."""
    return tf.nn.log_softmax(x, axis=axis)


@public("keras.activations.glu")
def glu(x: Any, axis: int = -1) -> Any:
    """The first half of an axis times the sigmoid of the second."""
    first, second = tf.split(x, 2, axis=axis)
    return first * tf.sigmoid(second)


@public("keras.activations.sigmoid")
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return tf.sigmoid(x)


@public("keras.activations.log_sigmoid")
def log_sigmoid(x: Any) -> Any:
    """The logarithm of sigmoid."""
    return tf.math.log_sigmoid(x)


@public("keras.activations.hard_sigmoid")
def hard_sigmoid(x: Any) -> Any:
    """relu6(x + 3) / 6."""
    return tf.nn.relu6(x + 3.0) / 6.0


@public("keras.activations.silu", "keras.activations.swish")
def silu(x: Any) -> Any:
    """X * sigmoid(x)."""
    return tf.nn.silu(x)


@public("keras.activations.hard_silu", "keras.activations.hard_swish")
def hard_silu(x: Any) -> Any:
    """X * hard_sigmoid(x)."""
    return x * hard_sigmoid(x)


@public("keras.activations.mish")
def mish(x: Any) -> Any:
    """X * tanh(softplus(x))."""
    return x * tf.tanh(tf.nn.softplus(x))


@public("keras.activations.tanh")
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return tf.tanh(x)


@public("keras.activations.hard_tanh")
def hard_tanh(x: Any) -> Any:
    """X between -1 and 1."""
    return tf.clip_by_value(x, -1.0, 1.0)


@public("keras.activations.tanh_shrink")
def tanh_shrink(x: Any) -> Any:
    """X - tanh(x)."""
    return x - tf.tanh(x)


@public("keras.activations.softplus")
def softplus(x: Any) -> Any:
    """log(exp(x) + 1)."""
    return tf.nn.softplus(x)


@public("keras.activations.softsign")
def softsign(x: Any) -> Any:
    """X / (|x| + 1)."""
    return tf.nn.softsign(x)


@public("keras.activations.exponential")
def exponential(x: Any) -> Any:
    """exp(x)."""
    return tf.exp(x)


@public("keras.activations.squareplus")
def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x^2 + b)) / 2."""
    x = tf.convert_to_tensor(x)
    return (x + tf.sqrt(x * x + tf.cast(b, x.dtype))) / 2


@public("keras.activations.soft_shrink")
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """X brought nearer to zero by `threshold`."""
    x = tf.convert_to_tensor(x)
    return tf.sign(x) * tf.maximum(tf.abs(x) - threshold, 0.0)


@public("keras.activations.hard_shrink")
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """X where its size is above `threshold`, else zero."""
    x = tf.convert_to_tensor(x)
    return tf.where(tf.abs(x) > threshold, x, tf.zeros_like(x))


@public("keras.activations.threshold")
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """X where above `threshold`, else `default_value`."""
    x = tf.convert_to_tensor(x)
    return tf.where(x > threshold, x, tf.cast(default_value, x.dtype))


@public("keras.activations.sparse_plus")
def sparse_plus(x: Any) -> Any:
    """0 up to -1, (x + 1)^2 / 4 up to 1, x beyond."""
    x = tf.convert_to_tensor(x)
    zero = tf.zeros_like(x)
    return tf.where(x <= -1.0, zero, tf.where(x < 1.0, 0.25 * tf.square(x + 1.0), x))


@public("keras.activations.sparse_sigmoid")
def sparse_sigmoid(x: Any) -> Any:
    """0 up to -1, (x + 1) / 2 up to 1, 1 beyond."""
    x = tf.convert_to_tensor(x)
    rising = 0.5 * (x + 1.0)
    return tf.where(x <= -1.0, tf.zeros_like(x), tf.where(x >= 1.0, tf.ones_like(x), rising))


@public("keras.activations.sparsemax")
def sparsemax(x: Any, axis: int = -1) -> Any:
    """Sparse values along an axis, by Keras's way to the threshold of sparsemax."""
    x = tf.convert_to_tensor(x)
    axis = axis % x.shape.rank
    last = [i for i in range(x.shape.rank) if i != axis] + [axis]
    z = tf.transpose(x, last)
    ordered = tf.sort(z, axis=-1, direction="DESCENDING")
    count = tf.range(1, tf.shape(z)[-1] + 1)
    total = tf.cumsum(ordered, axis=-1)
    kept = 1.0 + tf.cast(count, x.dtype) * ordered > total
    number = tf.reduce_sum(tf.cast(kept, x.dtype), axis=-1, keepdims=True)
    support = tf.reduce_sum(tf.where(kept, total, tf.zeros_like(total)), -1, keepdims=True)
    found = tf.maximum(z - (support - 1.0) / number, 0.0)
    back = sorted(range(x.shape.rank), key=lambda i: last[i])
    return tf.transpose(found, back)


@public("keras.activations.get")
def get(identifier: Any) -> Callable[..., Any]:
    """The function that a name, a function or None (linear) stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    found = PUBLIC.get(f"keras.activations.{identifier}") if isinstance(identifier, str) else None
    if found is None or identifier == "get":
        raise ValueError(f"Could not interpret activation function identifier: {identifier}")
    return found
