"""Layers that act while training only, or add to the losses."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.op import public
from engine.keras import seeds
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_core import Dropout
from engine.keras.regularizer_classes import L1L2
from engine.ops.namespace import tf


class _SpatialDropout(Dropout):
    """Drops whole channels: all their places at once."""

    rank = 1

    def __init__(
        self, rate: float, data_format: str | None = None, seed: Any = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, some channels of them zero where `training`."""
        if not training or self.rate <= 0:
            return inputs
        shape = tf.shape(inputs)
        ones = [1] * self.rank
        if self.data_format == "channels_first":
            places = [shape[0], shape[1], *ones]
        else:
            places = [shape[0], *ones, shape[self.rank + 1]]
        return tf.nn.experimental.stateless_dropout(
            inputs, self.rate, self.seed_generator.next(), noise_shape=tf.stack(places)
        )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        own = {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}
        return own if self.rank == 1 else {**own, "data_format": self.data_format}


@public("keras.layers.SpatialDropout1D")
class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels of `[b, steps, channels]` while training."""

    def __init__(self, rate: float, seed: Any = None, name: str | None = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__(rate, None, seed, name, dtype)


@public("keras.layers.SpatialDropout2D")
class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of `[b, rows, columns, channels]` while training."""

    rank = 2


@public("keras.layers.SpatialDropout3D")
class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels of `[b, x, y, z, channels]` while training."""

    rank = 3


def _checked_rate(rate: float) -> float:
    if not 0 <= rate <= 1:
        raise ValueError("Invalid value received for argument `rate`. Expected a float value "
                         f"between 0 and 1. Received: rate={rate}")  # fmt: skip
    return rate


@public("keras.layers.GaussianDropout")
class GaussianDropout(Layer):
    """While training, multiplies by normal noise of mean 1 and variance rate / (1 - rate).

    Args:
        rate: between 0 and 1.
        seed: of the noise.
    """

    supports_masking = True

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.seed = _checked_rate(rate), seed
        if rate > 0:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, noisy where `training`."""
        if not training or self.rate <= 0:
            return inputs
        deviation = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * seeds.normal(
            tf.shape(inputs), 1.0, deviation, self.dtype, self.seed_generator
        )


@public("keras.layers.AlphaDropout")
class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of the inputs, for SELU.

    Args:
        rate: between 0 and 1.
        noise_shape: of the mask; default: the inputs' shape.
        seed: of the mask.
    """

    supports_masking = True
    _unlisted = frozenset({"noise_shape"})

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate, self.seed, self.noise_shape = rate, seed, noise_shape
        self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, some at SELU's lowest value where `training`."""
        if not training or self.rate <= 0:
            return inputs
        shape = tf.shape(inputs) if self.noise_shape is None else self.noise_shape
        lowest = -1.6732632423543772 * 1.0507009873554805
        kept = tf.cast(seeds.uniform(shape, seed=self.seed_generator) >= self.rate, inputs.dtype)
        scale = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        return scale * (inputs * kept + lowest * (1 - kept)) - scale * lowest * self.rate


@public("keras.layers.ActivityRegularization")
class ActivityRegularization(Layer):
    """Adds l1 * sum(|inputs|) + l2 * sum(inputs^2) to the losses.

    Args:
        l1, l2: the factors.
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    _unlisted = frozenset({"activity_regularizer"})


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
