"""Activation functions with parameters, as layers."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import activation_functions, initial_values
from engine.keras.layer import Layer
from engine.ops.namespace import tf


@public("keras.layers.ReLU")
class ReLU(Layer):
    """max(x, 0), with a slope below `threshold` and a ceiling."""

    supports_masking = True

    def __init__(self, max_value: Any = None, negative_slope: float = 0.0, threshold: float = 0.0,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return activation_functions.relu(
            inputs, self.negative_slope, self.max_value, self.threshold
        )


@public("keras.layers.LeakyReLU")
class LeakyReLU(Layer):
    """x where positive, else `negative_slope * x`."""

    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError("The negative_slope value of a Leaky ReLU layer cannot be None or "
                             f"negative value. Expected a float. Received: "
                             f"negative_slope={negative_slope}")  # fmt: skip
        self.negative_slope = negative_slope
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return tf.nn.leaky_relu(inputs, self.negative_slope)


@public("keras.layers.ELU")
class ELU(Layer):
    """x where positive, else `alpha * (exp(x) - 1)`."""

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return tf.where(inputs > 0, inputs, self.alpha * tf.nn.elu(inputs))


@public("keras.layers.PReLU")
class PReLU(Layer):
    """x where positive, else `alpha * x`, with an alpha that is learned for each element."""

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initial_values.get(alpha_initializer)
        self.alpha_regularizer, self.alpha_constraint = alpha_regularizer, alpha_constraint
        self.shared_axes = shared_axes
        self.alpha: Any = None

    def build(self, input_shape: Any) -> None:
        """Make alpha, of the shape of an example."""
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(shape, self.alpha_initializer, name="alpha",
                                     regularizer=self.alpha_regularizer,
                                     constraint=self.alpha_constraint)  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return tf.nn.relu(inputs) - self.alpha * tf.nn.relu(-inputs)


@public("keras.layers.Softmax")
class Softmax(Layer):
    """Softmax along an axis (default: the last)."""

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.built = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The function of the inputs; masked elements get zero."""
        if mask is not None:
            mask = mask > 0.5 if mask.dtype.name != "bool" else mask
            far = tf.constant(-3e4 if inputs.dtype.name == "float16" else -1e9, inputs.dtype)
            inputs = tf.where(mask, inputs, far)
        axes = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        if len(axes) > 1:
            out = tf.exp(inputs - tf.reduce_logsumexp(inputs, axes, keepdims=True))
        else:
            out = tf.nn.softmax(inputs, axis=axes[0])
        return out if mask is None else tf.where(mask, out, tf.zeros_like(out))


@public("keras.layers.ThresholdedReLU")
class ThresholdedReLU(Layer):
    """x where it is above `theta`, else 0."""

    supports_masking = True

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if theta is None:
            raise ValueError("Theta of a Thresholded ReLU layer cannot be None, expecting a float. "
                             f"Received: {theta}")  # fmt: skip
        if theta < 0:
            raise ValueError("The theta value of a Thresholded ReLU layer should be >=0. "
                             f"Received: {theta}")  # fmt: skip
        self.theta = float(theta)

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return inputs * tf.cast(inputs > self.theta, inputs.dtype)
