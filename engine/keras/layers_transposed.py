"""Transposed, depthwise and separable convolutions, and noise."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import seeds
from engine.keras.layer import Layer
from engine.keras.layers_image import Convolution
from engine.ops.namespace import tf


@public("keras.layers.Conv2DTranspose", "keras.layers.Convolution2DTranspose")
class Conv2DTranspose(Convolution):
    """The transposed convolution; arguments as `Conv2D`."""

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[*kernel_size, filters, channels]`."""
        return (*self.kernel_size, self.filters, channels)

    def convolve(self, inputs: Any) -> Any:
        """The transposed convolution alone."""
        shape = tf.shape(inputs)
        sizes = [self._length(shape[i], i - 1) for i in (1, 2)]
        known = [self._length(inputs.shape[i], i - 1) if inputs.shape[i] is not None else None
                 for i in (1, 2)]  # fmt: skip
        out = tf.stack([shape[0], *sizes, self.filters])
        result = tf.nn.conv2d_transpose(inputs, self.kernel, out, list(self.strides),
                                        self.padding.upper())  # fmt: skip
        if hasattr(result, "set_shape"):
            result.set_shape([inputs.shape[0], *known, self.filters])
        return result

    def _length(self, size: Any, axis: int) -> Any:
        step, window = self.strides[axis], self.kernel_size[axis]
        return size * step + (max(window - step, 0) if self.padding == "valid" else 0)


@public("keras.layers.DepthwiseConv2D")
class DepthwiseConv2D(Convolution):
    """A convolution of each channel by itself.

    Args:
        kernel_size, strides, padding: as `Conv2D`.
        depth_multiplier: output channels for each input channel.
        kwargs: as `Conv2D`.
    """

    def __init__(
        self, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        depth_multiplier: int = 1, depthwise_initializer: Any = "glorot_uniform", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(depth_multiplier, kernel_size, strides, padding,
                         kernel_initializer=depthwise_initializer, **kwargs)  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = self.kernel_initializer

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """`[*kernel_size, channels, depth_multiplier]`."""
        return (*self.kernel_size, channels, self.depth_multiplier)

    def bias_count(self, channels: int) -> int:
        """Number of output channels."""
        return channels * self.depth_multiplier

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return tf.nn.depthwise_conv2d(inputs, self.kernel, [1, *self.strides, 1],
                                      self.padding.upper(),
                                      dilations=list(self.dilation_rate))  # fmt: skip


@public("keras.layers.GaussianNoise")
class GaussianNoise(Layer):
    """While training, adds normal noise."""

    supports_masking = True

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev, self.seed = stddev, seed
        self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, noisy where `training`."""
        if not training or not self.stddev:
            return inputs
        noise = seeds.normal(tf.shape(inputs), 0.0, self.stddev, inputs.dtype, self.seed_generator)
        return inputs + noise
