"""Convolutions in two steps, of sequences channel by channel, and transposed ones."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.layer import Layer, activation
from engine.keras.layers_image import Convolution
from engine.ops.namespace import tf

_activation = activation


class _Separable(Layer):
    """A depthwise convolution, then one that mixes the channels of each place.

    Args:
        filters: number of output channels.
        kernel_size, strides, padding, dilation_rate: as `Conv2D`.
        depth_multiplier: channels that the first step makes of each input channel.
        activation, use_bias: as `Dense`.
        depthwise_initializer, pointwise_initializer, bias_initializer: initial values.
        kwargs: of `Layer`.

    Raises:
        ValueError: for sizes that are not positive.
    """

    rank = 2

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        data_format: Any = None, dilation_rate: Any = 1, depth_multiplier: int = 1,
        activation: Any = None, use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None, pointwise_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None,
        depthwise_constraint: Any = None, pointwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        for name, value in (("depth_multiplier", depth_multiplier), ("filters", filters)):
            if value is not None and value <= 0:
                raise ValueError(f"Invalid value for argument `{name}`. Expected a strictly "
                                 f"positive value. Received {name}={value}.")  # fmt: skip
        self.filters, self.depth_multiplier = filters, depth_multiplier
        self.kernel_size = self._sizes(kernel_size)
        self.strides, self.dilation_rate = self._sizes(strides), self._sizes(dilation_rate)
        if padding.lower() not in ("valid", "same"):
            raise ValueError("The `padding` argument must be a list/tuple or one of {'same', "
                             f"'valid'}}. Received: {padding}")  # fmt: skip
        self.padding, self.data_format = padding.lower(), data_format
        self.activation, self.use_bias = _activation(activation), use_bias
        self.depthwise_initializer = initial_values.get(depthwise_initializer)
        self.pointwise_initializer = initial_values.get(pointwise_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.depthwise_regularizer = configs.regularizer(depthwise_regularizer)
        self.pointwise_regularizer = configs.regularizer(pointwise_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.depthwise_constraint = configs.constraint(depthwise_constraint)
        self.pointwise_constraint = configs.constraint(pointwise_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.bias: Any = None

    def _sizes(self, value: Any) -> tuple[int, ...]:
        return (value,) * self.rank if isinstance(value, int) else tuple(value)

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias."""
        channels, ones = input_shape[-1], (1,) * self.rank
        self.depthwise_kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier), self.depthwise_initializer,
            name="depthwise_kernel", regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.pointwise_kernel = self.add_weight(
            (*ones, self.depth_multiplier * channels, self.filters), self.pointwise_initializer,
            name="pointwise_kernel", regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                (self.filters,), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> `[b, ..., filters]`."""
        x = self._convolved(inputs)
        if self.bias is not None:
            x = x + self.bias
        return self.activation(x)

    def _convolved(self, inputs: Any) -> Any:
        return tf.nn.separable_conv2d(
            inputs, self.depthwise_kernel, self.pointwise_kernel, [1, *self.strides, 1],
            self.padding.upper(), dilations=list(self.dilation_rate),
        )  # fmt: skip


@public("keras.layers.SeparableConv2D", "keras.layers.SeparableConvolution2D")
class SeparableConv2D(_Separable):
    """A depthwise convolution of images, then one that mixes the channels of each pixel.

    Args:
        filters: number of output channels.
        kernel_size, strides, padding, dilation_rate: as `Conv2D`.
        depth_multiplier: channels that the first step makes of each input channel.
        activation, use_bias: as `Dense`.
        kwargs: initial values, regularizers and constraints; and those of `Layer`.
    """


@public("keras.layers.SeparableConv1D", "keras.layers.SeparableConvolution1D")
class SeparableConv1D(_Separable):
    """`SeparableConv2D` for sequences."""

    rank = 1

    def _convolved(self, inputs: Any) -> Any:
        step = self.strides[0]
        out = tf.nn.separable_conv2d(
            tf.expand_dims(inputs, 1), tf.expand_dims(self.depthwise_kernel, 0),
            tf.expand_dims(self.pointwise_kernel, 0), [1, step, step, 1], self.padding.upper(),
            dilations=[1, self.dilation_rate[0]],
        )  # fmt: skip
        return tf.squeeze(out, [1])


@public("keras.layers.DepthwiseConv1D")
class DepthwiseConv1D(Convolution):
    """A convolution of each channel of a sequence by itself.

    Args:
        kernel_size, strides, padding: as `Conv1D`.
        depth_multiplier: output channels for each input channel.
        kwargs: as `Conv1D`.
    """

    rank = 1

    def __init__(
        self, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        depth_multiplier: int = 1, depthwise_initializer: Any = "glorot_uniform", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(depth_multiplier, kernel_size, strides, padding,
                         kernel_initializer=depthwise_initializer, **kwargs)  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = self.kernel_initializer

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[kernel_size, channels, depth_multiplier]`."""
        return (*self.kernel_size, channels, self.depth_multiplier)

    def bias_count(self, channels: int) -> int:
        """Number of output channels."""
        return channels * self.depth_multiplier

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        step = self.strides[0]
        out = tf.nn.depthwise_conv2d(
            tf.expand_dims(inputs, 1), tf.expand_dims(self.kernel, 0), [1, step, step, 1],
            self.padding.upper(), dilations=[1, self.dilation_rate[0]],
        )  # fmt: skip
        return tf.squeeze(out, [1])


class _Transposed(Convolution):
    """The transposed convolution; arguments as `Conv2D`."""

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[*kernel_size, filters, channels]`."""
        return (*self.kernel_size, self.filters, channels)

    def _length(self, size: Any, axis: int) -> Any:
        step, window = self.strides[axis], self.kernel_size[axis]
        return size * step + (max(window - step, 0) if self.padding == "valid" else 0)

    def convolve(self, inputs: Any) -> Any:
        """The transposed convolution alone."""
        shape = tf.shape(inputs)
        places = range(1, self.rank + 1)
        out = tf.stack([shape[0], *[self._length(shape[i], i - 1) for i in places], self.filters])
        function = getattr(tf.nn, f"conv{self.rank}d_transpose")
        result = function(inputs, self.kernel, out, list(self.strides), self.padding.upper())
        sizes = [inputs.shape[i] for i in places]
        known = [None if n is None else self._length(n, i) for i, n in enumerate(sizes)]
        result.set_shape([inputs.shape[0], *known, self.filters])
        return result


@public("keras.layers.Conv1DTranspose", "keras.layers.Convolution1DTranspose")
class Conv1DTranspose(_Transposed):
    """The transposed convolution of sequences; arguments as `Conv1D`."""

    rank = 1


@public("keras.layers.Conv3DTranspose", "keras.layers.Convolution3DTranspose")
class Conv3DTranspose(_Transposed):
    """The transposed convolution of volumes; arguments as `Conv3D`."""

    rank = 3
