"""`tf.zeros_initializer` and the like: functions from a shape to an initial value."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import DType, as_dtype, float32
from engine.ir.op import public
from engine.ops.namespace import tf

_NO_NUMBERS = "Argument `dtype` expected to be numeric or boolean. Received {!s}."


def _number_or_bool(dtype: Any) -> DType:
    kind = as_dtype(dtype)
    if kind.kind not in "fiubc":
        raise ValueError(_NO_NUMBERS.format(kind))
    return kind


@public("zeros_initializer")
class ZerosInitializer:
    """All zero. Raises ValueError for dtypes that are no numbers."""

    def __call__(self, shape: Any, dtype: Any = float32, **kwargs: Any) -> Any:
        return tf.zeros(shape, _number_or_bool(dtype))


@public("ones_initializer")
class OnesInitializer:
    """All one. Raises ValueError for dtypes that are no numbers."""

    def __call__(self, shape: Any, dtype: Any = float32, **kwargs: Any) -> Any:
        return tf.ones(shape, _number_or_bool(dtype))


@public("constant_initializer")
class ConstantInitializer:
    """One value, or the values of a list.

    Args:
        value: number or list.
        support_partition: accepted.
    """

    def __init__(self, value: Any = 0, support_partition: bool = False) -> None:
        self.value = value

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {"value": self.value}

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.constant(self.value, dtype, shape)


@public("random_normal_initializer")
class RandomNormalInitializer:
    """Normally distributed.

    Args:
        mean, stddev: of the distribution.
        seed: with one, every call gives the same values.

    Raises:
        ValueError: when called with a dtype that is not floating.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Any, dtype: Any = float32, **kwargs: Any) -> Any:
        kind = as_dtype(dtype)
        if not kind.is_floating:
            raise ValueError(
                f"Argument `dtype` is expected to be floating point. Received: {kind}."
            )
        if self.seed is None:
            return tf.random.normal(shape, self.mean, self.stddev, kind)
        return tf.random.stateless_normal(shape, _pair(self.seed), self.mean, self.stddev, kind)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


@public("random_uniform_initializer")
class RandomUniformInitializer:
    """Uniformly distributed.

    Args:
        minval, maxval: bounds.
        seed: with one, every call gives the same values.

    Raises:
        ValueError: when called with a dtype that is neither floating nor integer.
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Any, dtype: Any = float32, **kwargs: Any) -> Any:
        kind = as_dtype(dtype)
        if not kind.is_floating and not kind.is_integer:
            raise ValueError(_NO_NUMBERS.format(kind))
        if self.seed is None:
            return tf.random.uniform(shape, self.minval, self.maxval, kind)
        low, high, seed = self.minval, self.maxval, _pair(self.seed)
        return tf.random.stateless_uniform(shape, seed, low, high, kind)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


def _pair(seed: int) -> list[int]:
    """The seed of stateless ops that stands for a number: every call gives the same values."""
    return [seed, 0]
