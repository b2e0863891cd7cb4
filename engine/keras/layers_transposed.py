"""Transposed, depthwise and separable convolutions."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.layers_convolution import Convolution, sizes
from engine.ops.namespace import tf


class _Transposed(Convolution):
    """activation(transposed convolution(inputs, kernel) + bias)."""

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        output_padding: Any = None, data_format: Any = None, dilation_rate: Any = 1,
        activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, 1, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
        self.output_padding: Any = None
        if output_padding is None:
            return
        self.output_padding = sizes(output_padding, self.rank, "output_padding", zero=True)
        for i, (more, step) in enumerate(zip(self.output_padding, self.strides)):
            if more >= step:
                raise ValueError(
                    "`output_padding` must be strictly less than `strides` for all dimensions. At "
                    f"dimension {i}, `output_padding` is {more} but `strides` is {step}. Received: "
                    f"output_padding={self.output_padding}, strides={self.strides}"
                )

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[*kernel_size, filters, channels]`."""
        return (*self.kernel_size, self.filters, channels)

    def convolve(self, inputs: Any) -> Any:
        """The transposed convolution alone."""
        whole, axes = tf.shape(inputs), range(1, self.rank + 1)
        lengths = [self._length(whole[i], i - 1) for i in axes]
        known = [None if inputs.shape[i] is None else self._length(inputs.shape[i], i - 1)
                 for i in axes]  # fmt: skip
        shape = tf.stack([whole[0], *lengths, self.filters])
        result = tf.nn.conv_transpose(
            inputs, self.kernel, shape, list(self.strides), self.padding.upper(),
            dilations=list(self.dilation_rate),
        )  # fmt: skip
        if hasattr(result, "set_shape"):
            result.set_shape([inputs.shape[0], *known, self.filters])
        return result

    def _length(self, size: Any, axis: int) -> Any:
        """Of the output along a spatial axis."""
        step = self.strides[axis]
        window = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        more = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "valid":
            return (size - 1) * step + window + (max(window, step) - window if more is None
                                                 else more)  # fmt: skip
        return size * step if more is None else (size - 1) * step + window % 2 + more


@public("keras.layers.Conv2DTranspose", "keras.layers.Convolution2DTranspose")
class Conv2DTranspose(_Transposed):
    """The transposed convolution over two axes.

    Args:
        output_padding: how much longer the output is, less than the strides.
        kwargs: the other arguments as of `Conv2D`.
    """


@public("keras.layers.Conv1DTranspose", "keras.layers.Convolution1DTranspose")
class Conv1DTranspose(_Transposed):
    """The transposed convolution over one axis; arguments as of `Conv2DTranspose`."""

    rank = 1


@public("keras.layers.Conv3DTranspose", "keras.layers.Convolution3DTranspose")
class Conv3DTranspose(_Transposed):
    """The transposed convolution over three axes; arguments as of `Conv2DTranspose`."""

    rank = 3


def _depthwise(layer: Any, inputs: Any, kernel: Any) -> Any:
    """Each channel convolved with filters of its own, over one or two axes."""
    if layer.rank == 2:
        return tf.nn.depthwise_conv2d(
            inputs, kernel, [1, *layer.strides, 1], layer.padding.upper(),
            dilations=list(layer.dilation_rate),
        )  # fmt: skip
    step, padding = layer.strides[0], layer.padding.upper()
    wide = tf.nn.depthwise_conv2d(
        tf.expand_dims(inputs, 1), tf.expand_dims(kernel, 0), [1, step, step, 1], padding,
        dilations=[1, layer.dilation_rate[0]],
    )  # fmt: skip
    return tf.squeeze(wide, [1])


class _Depthwise(Convolution):
    """activation(convolution of each channel by itself + bias)."""

    def __init__(
        self, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        depth_multiplier: int = 1, data_format: Any = None, dilation_rate: Any = 1,
        activation: Any = None, use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, depthwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if depth_multiplier is not None and depth_multiplier <= 0:
            raise ValueError(
                "Invalid value for argument `depth_multiplier`. Expected a strictly positive "
                f"value. Received depth_multiplier={depth_multiplier}."
            )
        super().__init__(
            depth_multiplier, kernel_size, strides, padding, data_format, dilation_rate, 1,
            activation, use_bias, depthwise_initializer, bias_initializer, depthwise_regularizer,
            bias_regularizer, activity_regularizer, depthwise_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = self.kernel_initializer
        self.depthwise_regularizer = self.kernel_regularizer
        self.depthwise_constraint = self.kernel_constraint

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[*kernel_size, channels, depth_multiplier]`."""
        return (*self.kernel_size, channels, self.depth_multiplier)

    def bias_count(self, channels: int) -> int:
        """Number of output channels."""
        return channels * self.depth_multiplier

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return _depthwise(self, inputs, self.kernel)


@public("keras.layers.DepthwiseConv2D")
class DepthwiseConv2D(_Depthwise):
    """A convolution of each channel by itself, over two axes.

    Args:
        depth_multiplier: output channels for each input channel.
        kwargs: the other arguments as of `Conv2D`, with `depthwise` for `kernel`.
    """


@public("keras.layers.DepthwiseConv1D")
class DepthwiseConv1D(_Depthwise):
    """A convolution of each channel by itself, over one axis; as `DepthwiseConv2D`."""

    rank = 1


class _Separable(Convolution):
    """A convolution of each channel by itself, then one across the channels."""

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
        if depth_multiplier is not None and depth_multiplier <= 0:
            raise ValueError(
                "Invalid value for argument `depth_multiplier`. Expected a strictly positive "
                f"value. Received depth_multiplier={depth_multiplier}."
            )
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, 1, activation,
            use_bias, "zeros", bias_initializer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, bias_constraint=bias_constraint, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = initial_values.get(depthwise_initializer)
        self.pointwise_initializer = initial_values.get(pointwise_initializer)
        self.depthwise_regularizer = configs.regularizer(depthwise_regularizer)
        self.pointwise_regularizer = configs.regularizer(pointwise_regularizer)
        self.depthwise_constraint = configs.constraint(depthwise_constraint)
        self.pointwise_constraint = configs.constraint(pointwise_constraint)
        self.depthwise_kernel: Any = None
        self.pointwise_kernel: Any = None

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier), self.depthwise_initializer,
            name="depthwise_kernel", regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.pointwise_kernel = self.add_weight(
            (*[1] * self.rank, self.depth_multiplier * channels, self.filters),
            self.pointwise_initializer, name="pointwise_kernel",
            regularizer=self.pointwise_regularizer, constraint=self.pointwise_constraint,
        )  # fmt: skip
        self._build_bias(channels)

    def convolve(self, inputs: Any) -> Any:
        """Both convolutions."""
        deep = _depthwise(self, inputs, self.depthwise_kernel)
        return tf.nn.convolution(deep, self.pointwise_kernel, padding="VALID")


@public("keras.layers.SeparableConv2D", "keras.layers.SeparableConvolution2D")
class SeparableConv2D(_Separable):
    """A convolution of each channel by itself, then one across them, over two axes.

    Args:
        depth_multiplier: channels in between for each input channel.
        depthwise_initializer, pointwise_initializer, depthwise_regularizer,
        pointwise_regularizer, depthwise_constraint, pointwise_constraint: of the two kernels.
        kwargs: the other arguments as of `Conv2D`.
    """


@public("keras.layers.SeparableConv1D", "keras.layers.SeparableConvolution1D")
class SeparableConv1D(_Separable):
    """As `SeparableConv2D`, over one axis."""

    rank = 1
