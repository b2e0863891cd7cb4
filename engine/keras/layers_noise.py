"""Layers that disturb their input while training, and one that adds a loss for it."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.op import public
from engine.keras import regularizer_classes, seeds
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_core import Dropout
from engine.ops.namespace import tf


class _SpatialDropout(Dropout):
    """Drops whole channels.

    Args:
        rate: the share, between 0 and 1.
        seed: of the random numbers.
        kwargs: of `Layer`.
    """

    rank = 1
    data_format: Any = None

    def __init__(self, rate: float, seed: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, without some channels where `training`."""
        if not training or not self.rate:
            return inputs
        shape = tf.unstack(tf.shape(inputs))
        channels = 1 if self.data_format == "channels_first" else self.rank + 1
        kept = [size if i in (0, channels) else 1 for i, size in enumerate(shape)]
        return tf.nn.experimental.stateless_dropout(
            inputs, self.rate, self.seed_generator.next(), noise_shape=tf.stack(kept)
        )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        return {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}


@public("keras.layers.SpatialDropout1D")
class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels of sequences; arguments as `Dropout`."""


class _ImageDropout(_SpatialDropout):
    def __init__(
        self, rate: float, data_format: Any = None, seed: Any = None, name: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(rate, seed, name, dtype)
        self.data_format = data_format or "channels_last"

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        return {**super().get_config(), "data_format": self.data_format}


@public("keras.layers.SpatialDropout2D")
class SpatialDropout2D(_ImageDropout):
    """Drops whole channels of images; arguments as `Dropout`, and `data_format`."""

    rank = 2


@public("keras.layers.SpatialDropout3D")
class SpatialDropout3D(_ImageDropout):
    """Drops whole channels of volumes; arguments as `Dropout`, and `data_format`."""

    rank = 3


def _checked(rate: float) -> float:
    if not 0 <= rate <= 1:
        raise ValueError("Invalid value received for argument `rate`. Expected a float value "
                         f"between 0 and 1. Received: rate={rate}")  # fmt: skip
    return rate


@public("keras.layers.GaussianDropout")
class GaussianDropout(Layer):
    """While training, multiplies by normal noise around 1.

    Args:
        rate: of a dropout with the same variance.
        seed: of the random numbers.
        kwargs: of `Layer`.
    """

    supports_masking = True

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.seed = _checked(rate), seed
        if rate > 0:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, noisy where `training`."""
        if not training or not self.rate:
            return inputs
        deviation = math.sqrt(self.rate / (1.0 - self.rate))
        noise = seeds.normal(tf.shape(inputs), 1.0, deviation, inputs.dtype, self.seed_generator)
        return inputs * noise


@public("keras.layers.AlphaDropout")
class AlphaDropout(Layer):
    """Dropout that keeps mean and variance, for SELU networks.

    Args:
        rate: the share, between 0 and 1.
        noise_shape: of the mask; None stands for the input's size.
        seed: of the random numbers.
        kwargs: of `Layer`.
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate, self.noise_shape, self.seed = _checked(rate), noise_shape, seed
        if rate > 0:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, thinned out where `training`."""
        if not training or not self.rate:
            return inputs
        shape = tf.shape(inputs)
        if self.noise_shape is not None:
            sizes = tf.unstack(shape)
            shape = tf.stack([sizes[i] if n is None else n for i, n in enumerate(self.noise_shape)])
        low = -1.6732632423543772 * 1.0507009873554805
        drawn = seeds.uniform(shape, 0.0, 1.0, "float32", self.seed_generator)
        kept = tf.cast(drawn >= self.rate, inputs.dtype)
        a = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        return a * (inputs * kept + low * (1 - kept)) - a * low * self.rate


@public("keras.layers.ActivityRegularization")
class ActivityRegularization(Layer):
    """Its input, whose size is added to the losses.

    Args:
        l1, l2: factors of the sum of sizes and of squares.
        kwargs: of `Layer`.
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizer_classes.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs
