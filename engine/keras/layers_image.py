"""Convolution, pooling and normalisation layers (channels last)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.keras import configs, initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer, activation
from engine.ops.namespace import tf


def _pair(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


class Convolution(Layer):
    """activation(convolution(inputs, kernel) + bias)."""

    rank = 2
    _checkpoint_names = MappingProxyType({"kernel": "_kernel"})

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        data_format: Any = None, dilation_rate: Any = 1, groups: int = 1, activation: Any = None,
        use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = _pair(kernel_size, self.rank)
        self.strides = _pair(strides, self.rank)
        self.dilation_rate = _pair(dilation_rate, self.rank)
        self.padding = padding
        self.groups = groups
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.data_format = data_format
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.kernel_regularizer = configs.regularizer(kernel_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.kernel_constraint = configs.constraint(kernel_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)
        self.kernel: Any = None
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Make kernel `[*kernel_size, channels / groups, filters]` and bias `[filters]`."""
        shape = self.kernel_shape(input_shape[-1])
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel",
                                      regularizer=self.kernel_regularizer,
                                      constraint=self.kernel_constraint)  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                (self.bias_count(input_shape[-1]),), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Of the kernel, for a number of input channels."""
        return (*self.kernel_size, channels // self.groups, self.filters)

    def bias_count(self, channels: int) -> int:
        """Number of output channels."""
        return self.filters

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> `[b, ..., filters]`."""
        x = self.convolve(inputs)
        if self.use_bias:
            x = tf.nn.bias_add(x, self.bias)
        return self.activation(x)

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return tf.nn.conv2d(inputs, self.kernel, self.strides, self.padding.upper(),
                            dilations=self.dilation_rate)  # fmt: skip


_activation = activation


@public("keras.layers.Conv2D", "keras.layers.Convolution2D")
class Conv2D(Convolution):
    """Two-dimensional convolution.

    Args:
        filters: number of output channels.
        kernel_size: one size, or two.
        strides, padding, dilation_rate, groups: as in `tf.nn.conv2d`.
        activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer: as `Dense`.
    """


@public("keras.layers.Conv3D", "keras.layers.Convolution3D")
class Conv3D(Convolution):
    """Three-dimensional convolution; arguments as `Conv2D`."""

    rank = 3

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return tf.nn.conv3d(inputs, self.kernel, [1, *self.strides, 1], self.padding.upper(),
                            dilations=[1, *self.dilation_rate, 1])  # fmt: skip


@public("keras.layers.Conv1D", "keras.layers.Convolution1D")
class Conv1D(Convolution):
    """One-dimensional convolution; arguments as `Conv2D`."""

    rank = 1

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone; causal padding looks back only."""
        padding = self.padding.upper()
        if padding == "CAUSAL":
            back = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            inputs = tf.pad(inputs, [[0, 0], [back, 0], [0, 0]])
            padding = "VALID"
        return tf.nn.conv1d(inputs, self.kernel, self.strides[0], padding,
                            dilations=self.dilation_rate[0])  # fmt: skip


class _Pooling(Layer):
    """Windows of the input reduced to one number each."""

    rank = 2
    path = "max_pool2d"

    def __init__(
        self, pool_size: Any = 2, strides: Any = None, padding: str = "valid",
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.data_format = data_format
        self.pool_size = _pair(pool_size, self.rank)
        self.strides = self.pool_size if strides is None else _pair(strides, self.rank)
        self.padding = padding

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> the same with smaller middle axes."""
        pool = getattr(tf.nn, self.path)
        return pool(inputs, list(self.pool_size), list(self.strides), self.padding.upper())


class _Average(_Pooling):
    """Pooling whose window must be given."""

    def __init__(
        self, pool_size: Any, strides: Any = None, padding: str = "valid",
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


def _pooling(name: str, rank: int, path: str) -> None:
    made = type(name, (_Average if "avg" in path else _Pooling,), {"rank": rank, "path": path,
                                    "__doc__": f"`tf.nn.{path}` as a layer."})  # fmt: skip
    PUBLIC[f"keras.layers.{name}"] = made


for _rank in (1, 2, 3):
    _pooling(f"MaxPooling{_rank}D", _rank, f"max_pool{_rank}d")
    _pooling(f"AveragePooling{_rank}D", _rank, f"avg_pool{_rank}d")
    PUBLIC[f"keras.layers.MaxPool{_rank}D"] = PUBLIC[f"keras.layers.MaxPooling{_rank}D"]
    PUBLIC[f"keras.layers.AvgPool{_rank}D"] = PUBLIC[f"keras.layers.AveragePooling{_rank}D"]


@public("keras.layers.BatchNormalization")
class BatchNormalization(Layer):
    """Normalises each channel over the batch, and remembers moving statistics for inference.

    Args:
        momentum: of the moving statistics.
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
    """

    supports_masking = True

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True,
        scale: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis, self.momentum, self.epsilon = axis, momentum, epsilon
        self.center, self.scale = center, scale
        self.gamma: Any = None
        self.beta: Any = None
        self.moving_mean: Any = None
        self.moving_variance: Any = None

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving statistics, one number a channel."""
        shape = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(shape, "ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape, "zeros", name="beta")
        self.moving_mean = self.add_weight(shape, "zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape, "ones", trainable=False,
                                               name="moving_variance")  # fmt: skip
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The normalised inputs."""
        if training and self.trainable:
            axes = [i for i in range(inputs.shape.rank) if i != self.axis % inputs.shape.rank]
            mean, variance = tf.nn.moments(inputs, axes)
            keep = self.momentum
            self.moving_mean.assign(self.moving_mean * keep + mean * (1.0 - keep))
            self.moving_variance.assign(self.moving_variance * keep + variance * (1.0 - keep))
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return tf.nn.batch_normalization(inputs, mean, variance, self.beta, self.gamma,
                                         self.epsilon)  # fmt: skip


@public("keras.layers.LayerNormalization")
class LayerNormalization(Layer):
    """Normalises each example over its last axis.

    Args:
        epsilon: added to the variance.
        center, scale: learn an offset and a factor?
    """

    supports_masking = True

    def __init__(
        self, axis: int = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis, self.epsilon, self.center, self.scale = axis, epsilon, center, scale
        self.gamma: Any = None
        self.beta: Any = None

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, one number a channel."""
        shape = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(shape, "ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape, "zeros", name="beta")
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        mean, variance = tf.nn.moments(inputs, [self.axis], keepdims=True)
        return tf.nn.batch_normalization(inputs, mean, variance, self.beta, self.gamma,
                                         self.epsilon)  # fmt: skip
