"""Layers that shift and scale to mean 0 and variance 1: over batches, examples, groups."""

from __future__ import annotations

import warnings
from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.ops.namespace import tf

_SMALL = 1e-7


class _Normalizing(Layer):
    """A factor gamma and an offset beta after the normalisation.

    Args:
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
        beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
        gamma_constraint: of offset and factor.
        kwargs: of `Layer`.
    """

    supports_masking = True

    def __init__(
        self, epsilon: float, center: bool, scale: bool, beta_initializer: Any,
        gamma_initializer: Any, beta_regularizer: Any, gamma_regularizer: Any,
        beta_constraint: Any, gamma_constraint: Any, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self.beta_initializer = initial_values.get(beta_initializer)
        self.gamma_initializer = initial_values.get(gamma_initializer)
        self.beta_regularizer = configs.regularizer(beta_regularizer)
        self.gamma_regularizer = configs.regularizer(gamma_regularizer)
        self.beta_constraint = configs.constraint(beta_constraint)
        self.gamma_constraint = configs.constraint(gamma_constraint)
        self.gamma: Any = None
        self.beta: Any = None

    @staticmethod
    def _wide(inputs: Any) -> Any:
        """The inputs in a dtype in which statistics do not overflow."""
        return tf.cast(inputs, "float32") if inputs.dtype.size == 2 else inputs

    def _weights_as(self, kind: Any) -> tuple[Any, Any]:
        """The factor and the offset, where there are any, in a dtype."""
        weights = (self.gamma, self.beta)
        gamma, beta = [w if w is None else tf.cast(tf.convert_to_tensor(w), kind) for w in weights]
        return gamma, beta

    def _make_weights(self, shape: tuple[int, ...], scale: bool, center: bool) -> None:
        if scale:
            self.gamma = self.add_weight(
                shape, self.gamma_initializer, name="gamma",
                regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
            )  # fmt: skip
        if center:
            self.beta = self.add_weight(
                shape, self.beta_initializer, name="beta",
                regularizer=self.beta_regularizer, constraint=self.beta_constraint,
            )  # fmt: skip


@public("keras.layers.BatchNormalization")
class BatchNormalization(_Normalizing):
    """Normalises each channel over the batch, and remembers moving statistics for inference.

    Args:
        axis: that of the channels.
        momentum: of the moving statistics.
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer,
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: of the weights.
        renorm, renorm_clipping, renorm_momentum: batch renormalisation is not supported.
        synchronized: accepted; there is one replica.

    Raises:
        NotImplementedError: for `renorm`.
    """

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True,
        scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros", moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
        renorm_momentum: float = 0.99, synchronized: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            float(epsilon), center, scale, beta_initializer, gamma_initializer, beta_regularizer,
            gamma_regularizer, beta_constraint, gamma_constraint, **kwargs,
        )  # fmt: skip
        if renorm:
            raise NotImplementedError("batch renormalisation (`renorm=True`) is not supported")
        self.renorm, self.renorm_clipping = renorm, renorm_clipping
        self.renorm_momentum, self.synchronized = renorm_momentum, synchronized
        self.axis, self.momentum = int(axis), float(momentum)
        self.moving_mean_initializer = initial_values.get(moving_mean_initializer)
        self.moving_variance_initializer = initial_values.get(moving_variance_initializer)
        self.moving_mean: Any = None
        self.moving_variance: Any = None

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving statistics, one number a channel."""
        shape = (input_shape[self.axis],)
        self._make_weights(shape, self.scale, self.center)
        self.moving_mean = self.add_weight(shape, self.moving_mean_initializer, trainable=False,
                                           autocast=False, name="moving_mean")  # fmt: skip
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, autocast=False,
            name="moving_variance",
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The normalised inputs."""
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                "The mask provided should be one dimension less than the inputs. Received: "
                f"mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        axis = self.axis % inputs.shape.rank
        inputs = self._wide(inputs)
        if training and self.trainable:
            mean, variance = self._moments(
                inputs, [i for i in range(inputs.shape.rank) if i != axis], mask
            )
            keep = self.momentum
            self.moving_mean.assign(self.moving_mean * keep + mean * (1.0 - keep))
            self.moving_variance.assign(self.moving_variance * keep + variance * (1.0 - keep))
        else:
            mean, variance = self.moving_mean, self.moving_variance
        gamma, beta = self._weights_as(inputs.dtype)
        parts = [mean, variance, beta, gamma]
        if axis != inputs.shape.rank - 1:
            shape = [1] * inputs.shape.rank
            shape[axis] = inputs.shape[axis]
            parts = [part if part is None else tf.reshape(part, shape) for part in parts]
        return tf.cast(tf.nn.batch_normalization(inputs, *parts, self.epsilon), self.compute_dtype)

    @staticmethod
    def _moments(inputs: Any, axes: list[int], mask: Any) -> tuple[Any, Any]:
        """Mean and variance over the axes, of the places that a mask leaves."""
        if mask is None:
            found: tuple[Any, Any] = tf.nn.moments(inputs, axes)
            return found
        shown = tf.broadcast_to(tf.expand_dims(tf.cast(mask, "bool"), -1), tf.shape(inputs))
        count = tf.reduce_sum(tf.cast(shown, inputs.dtype), axes, keepdims=True) + _SMALL
        zero = tf.zeros_like(inputs)
        mean = tf.reduce_sum(tf.where(shown, inputs, zero), axes, keepdims=True) / count
        square = tf.square(tf.where(shown, inputs - mean, zero))
        variance = tf.reduce_sum(square, axes, keepdims=True) / count
        return tf.squeeze(mean), tf.squeeze(variance)


@public("keras.layers.LayerNormalization")
class LayerNormalization(_Normalizing):
    """Normalises each example over one axis or several.

    Args:
        axis: the axes.
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
        beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
        gamma_constraint: of offset and factor.
        kwargs: of `Layer`; with `rms_scaling` only divides by the deviation.

    Raises:
        TypeError: for an axis that is no integer.
    """

    _listed = ("rms_scaling",)

    def __init__(
        self, axis: Any = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.rms_scaling = kwargs.pop("rms_scaling", False)
        if self.rms_scaling:
            warnings.warn(
                "You passed `rms_scaling=True`, which is deprecated. This argument incorrectly "
                "scales the input by the variance, not the root mean square. To correctly use RMS "
                "Normalization, please use `keras.layers.RMSNormalization` instead.", stacklevel=2,
            )  # fmt: skip
        super().__init__(
            epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer,
            gamma_regularizer, beta_constraint, gamma_constraint, **kwargs,
        )  # fmt: skip
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError("Expected an int or a list/tuple of ints for the argument 'axis', but "
                            f"received: {axis!r}")  # fmt: skip
        self.axis: Any = axis if isinstance(axis, int) else list(axis)

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, of the sizes of the axes."""
        self.axis = sorted(self.axis) if isinstance(self.axis, (list, tuple)) else [self.axis]
        shape = tuple(input_shape[axis] for axis in self.axis)
        self._make_weights(
            shape, self.scale or self.rms_scaling, self.center and not self.rms_scaling
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        rank = inputs.shape.rank
        axes = [axis % rank for axis in self.axis]
        inputs = self._wide(inputs)
        mean, variance = tf.nn.moments(inputs, axes, keepdims=True)
        gamma, beta = self._weights_as(inputs.dtype)
        if axes != [rank - 1]:
            shape = [inputs.shape[i] if i in axes else 1 for i in range(rank)]
            gamma, beta = (w if w is None else tf.reshape(w, shape) for w in (gamma, beta))
        if self.rms_scaling:
            made = inputs * tf.math.rsqrt(variance + self.epsilon) * gamma
        else:
            made = tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)
        return tf.cast(made, self.compute_dtype)


@public("keras.layers.GroupNormalization")
class GroupNormalization(_Normalizing):
    """Shifts and scales groups of channels to mean 0 and variance 1.

    Args:
        groups: how many; -1: each channel by itself.
        axis: that of the channels.
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
        beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
        gamma_constraint: of offset and factor.

    Raises:
        ValueError: for a number of groups that does not fit.
    """

    def __init__(
        self, groups: int = 32, axis: int = -1, epsilon: float = 0.001, center: bool = True,
        scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer (or "
                f"`-1` for instance normalization). Received: groups={groups}"
            )
        super().__init__(
            epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer,
            gamma_regularizer, beta_constraint, gamma_constraint, **kwargs,
        )  # fmt: skip
        self.groups, self.axis = groups, axis

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, one number for each channel."""
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but the layer "
                f"received an input with shape {input_shape}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels < self.groups:
            raise ValueError(f"Number of groups ({self.groups}) cannot be more than the number of "
                             f"channels ({channels}).")  # fmt: skip
        if channels % self.groups:
            raise ValueError(f"Number of groups ({self.groups}) must be a multiple of the number "
                             f"of channels ({channels}).")  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self._make_weights((channels,), self.scale, self.center)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalised inputs, in their shape."""
        rank, whole = inputs.shape.rank, tf.shape(inputs)
        axis = self.axis % rank
        sizes = [whole[i] if n is None else n for i, n in enumerate(inputs.shape.as_list())]
        sizes[axis : axis + 1] = [self.groups, sizes[axis] // self.groups]
        x = self._wide(tf.reshape(inputs, sizes))
        gamma, beta = self._weights_as(x.dtype)
        axes = [i for i in range(1, rank + 1) if i != axis]
        mean, variance = tf.nn.moments(x, axes, keepdims=True)
        factor = tf.math.rsqrt(variance + self.epsilon)
        weights = [1] * (rank + 1)
        weights[axis : axis + 2] = [self.groups, inputs.shape[axis] // self.groups]
        if gamma is not None:
            factor = factor * tf.reshape(gamma, weights)
        offset = -mean * factor
        if beta is not None:
            offset = offset + tf.reshape(beta, weights)
        return tf.cast(tf.reshape(x * factor + offset, whole), self.compute_dtype)
