"""Normalization by groups, by root mean square, to length one."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.ops.namespace import tf


@public("keras.layers.GroupNormalization")
class GroupNormalization(Layer):
    """Mean 0 and variance 1 in each group of channels of each example.

    Args:
        groups: how many; -1: each channel is one.
        axis: of the channels.
        epsilon: added to the variance.
        center, scale: learn an offset, and a factor, for each channel?
        beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint: of offset and factor.
        kwargs: of `Layer`.

    Raises:
        ValueError: if the groups do not divide the channels.
    """

    supports_masking = True

    def __init__(
        self, groups: int = 32, axis: int = -1, epsilon: float = 1e-3, center: bool = True,
        scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError("Received an invalid value for argument `groups`, expected a positive "
                             "integer (or `-1` for instance normalization). Received: "
                             f"groups={groups}")  # fmt: skip
        super().__init__(**kwargs)
        self.groups, self.axis, self.epsilon = groups, axis, epsilon
        self.center, self.scale = center, scale
        self.beta_initializer = initial_values.get(beta_initializer)
        self.gamma_initializer = initial_values.get(gamma_initializer)
        self.beta_regularizer = configs.regularizer(beta_regularizer)
        self.gamma_regularizer = configs.regularizer(gamma_regularizer)
        self.beta_constraint = configs.constraint(beta_constraint)
        self.gamma_constraint = configs.constraint(gamma_constraint)
        self.gamma: Any = None
        self.beta: Any = None

    def build(self, input_shape: Any) -> None:
        """Make factor and offset, one number for each channel."""
        size = input_shape[self.axis]
        if size is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension "
                f"but the layer received an input with shape {input_shape}."
            )
        if self.groups == -1:
            self.groups = size
        if size < self.groups:
            raise ValueError(f"Number of groups ({self.groups}) cannot be more than the number of "
                             f"channels ({size}).")  # fmt: skip
        if size % self.groups:
            raise ValueError(f"Number of groups ({self.groups}) must be a multiple of the number "
                             f"of channels ({size}).")  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})
        for name, wanted in (("gamma", self.scale), ("beta", self.center)):
            if wanted:
                setattr(self, name, self.add_weight(
                    (size,), getattr(self, f"{name}_initializer"), name=name,
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                ))  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        rank = inputs.shape.rank
        axis = self.axis % rank
        sizes = [inputs.shape[i] for i in range(rank)]
        known = tf.shape(inputs)
        shape = [known[i] if size is None else size for i, size in enumerate(sizes)]
        inner = sizes[axis] // self.groups
        cut = tf.reshape(inputs, [*shape[:axis], self.groups, inner, *shape[axis + 1 :]])
        axes = [i for i in range(1, rank + 1) if i != axis]
        mean, variance = tf.nn.moments(cut, axes, keepdims=True)
        spread = [1] * (rank + 1)
        spread[axis : axis + 2] = [self.groups, inner]
        factor = tf.math.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            factor = factor * tf.reshape(self.gamma, spread)
        offset = -mean * factor
        if self.beta is not None:
            offset = offset + tf.reshape(self.beta, spread)
        out = tf.reshape(cut * factor + offset, shape)
        out.set_shape(inputs.shape)
        return out


@public("keras.layers.RMSNormalization")
class RMSNormalization(Layer):
    """The inputs over their root mean square, times a learned factor.

    Args:
        axis: axis or axes.
        epsilon: added to the mean square.
        kwargs: of `Layer`.
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, epsilon

    def build(self, input_shape: Any) -> None:
        """Make the factors."""
        axes = sorted(self.axis) if isinstance(self.axis, (list, tuple)) else [self.axis]
        self.axis = axes
        self.scale = self.add_weight(tuple(input_shape[i] for i in axes), "ones", name="scale")
        self.built = True

    def call(self, x: Any) -> Any:
        """The normalized inputs."""
        square = tf.reduce_mean(tf.square(x), self.axis, keepdims=True)
        spread = [1] * x.shape.rank
        for axis in self.axis:
            spread[axis] = x.shape[axis]
        return x * tf.math.rsqrt(square + self.epsilon) * tf.reshape(self.scale, spread)


@public("keras.layers.UnitNormalization")
class UnitNormalization(Layer):
    """The inputs over their euclidean length.

    Args:
        axis: axis or axes.
        kwargs: of `Layer`.

    Raises:
        TypeError: for an axis that is no integer or list of them.
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError("Invalid value for `axis` argument: expected an int or a list/tuple of "
                            f"ints. Received: axis={axis}")  # fmt: skip
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        square = tf.reduce_sum(tf.square(inputs), self.axis, keepdims=True)
        return inputs * tf.math.rsqrt(tf.maximum(square, 1e-12))
