"""Initial values of weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC, public
from engine.ops.namespace import tf

Initializer = Callable[..., Any]


def _register(name: str, *aliases: str) -> Callable[[type], type]:
    def register(cls: type) -> type:
        for label in (name, *aliases):
            _KNOWN[label.lower()] = cls
            for space in ("keras.initializers", "initializers"):
                PUBLIC[f"{space}.{label}"] = cls
        return cls

    return register


_KNOWN: dict[str, Any] = {}


@_register("Zeros", "zeros")
class Zeros:
    """All zero."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.zeros(shape, as_dtype(dtype or float32))


@_register("Ones", "ones")
class Ones:
    """All one."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.ones(shape, as_dtype(dtype or float32))


@_register("Constant", "constant")
class Constant:
    """One value everywhere."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.constant(self.value, as_dtype(dtype or float32), shape)


@_register("RandomNormal", "random_normal")
class RandomNormal:
    """Normally distributed."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.random.normal(
            shape, self.mean, self.stddev, as_dtype(dtype or float32), seed=self.seed
        )


@_register("TruncatedNormal", "truncated_normal")
class TruncatedNormal(RandomNormal):
    """Normally distributed within two standard deviations."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.random.truncated_normal(
            shape, self.mean, self.stddev, as_dtype(dtype or float32), seed=self.seed
        )


@_register("RandomUniform", "random_uniform")
class RandomUniform:
    """Uniformly distributed."""

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.random.uniform(
            shape, self.minval, self.maxval, as_dtype(dtype or float32), seed=self.seed
        )


class VarianceScaling:
    """Random, with a variance that depends on the numbers of inputs and outputs.

    Args:
        scale: factor of the variance.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: of the random numbers.
    """

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:  # fmt: skip
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        kind = as_dtype(dtype or float32)
        fan_in, fan_out = fans(tuple(shape))
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return tf.random.uniform(shape, -limit, limit, kind, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return tf.random.normal(shape, 0.0, math.sqrt(variance), kind, seed=self.seed)
        # 0.8796... is the standard deviation of a standard normal cut at two deviations
        deviation = math.sqrt(variance) / 0.87962566103423978
        return tf.random.truncated_normal(shape, 0.0, deviation, kind, seed=self.seed)


_register("VarianceScaling", "variance_scaling")(VarianceScaling)


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Numbers of inputs and outputs of a weight: kernels end in (inputs, outputs)."""
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    field = math.prod(shape[:-2])
    return float(shape[-2] * field), float(shape[-1] * field)


def _variant(name: str, alias: str, scale: float, mode: str, distribution: str) -> None:
    def initialize(self: Any, seed: int | None = None) -> None:
        VarianceScaling.__init__(self, scale, mode, distribution, seed)

    doc = f"Variance scaling: scale {scale}, {mode}, {distribution}."
    _register(name, alias)(type(name, (VarianceScaling,), {"__init__": initialize, "__doc__": doc}))


_variant("GlorotUniform", "glorot_uniform", 1.0, "fan_avg", "uniform")
_variant("GlorotNormal", "glorot_normal", 1.0, "fan_avg", "truncated_normal")
_variant("HeUniform", "he_uniform", 2.0, "fan_in", "uniform")
_variant("HeNormal", "he_normal", 2.0, "fan_in", "truncated_normal")
_variant("LecunUniform", "lecun_uniform", 1.0, "fan_in", "uniform")
_variant("LecunNormal", "lecun_normal", 1.0, "fan_in", "truncated_normal")


@_register("Orthogonal", "orthogonal")
class Orthogonal:
    """A random orthogonal matrix (of the flattened leading axes by the last).

    Args:
        gain: factor.
        seed: of the random numbers.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain, self.seed = gain, seed

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        kind = as_dtype(dtype or float32)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = (max(rows, columns), min(rows, columns))
        q, r = tf.linalg.qr(tf.random.normal(flat, dtype=kind, seed=self.seed))
        q = q * tf.sign(tf.linalg.diag_part(r))
        if rows < columns:
            q = tf.transpose(q)
        return self.gain * tf.reshape(q, shape)


@public("keras.initializers.get")
def get(identifier: Any) -> Initializer:
    """The initializer that a name, class, object or function stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if isinstance(identifier, str):
        made = _KNOWN.get(identifier.lower())
        if made is None:
            raise ValueError(f"Could not interpret initializer identifier: {identifier}")
        return made()  # type: ignore[no-any-return]
    if isinstance(identifier, type):
        return identifier()  # type: ignore[no-any-return]
    if callable(identifier):
        return identifier  # type: ignore[no-any-return]
    raise ValueError(f"Could not interpret initializer identifier: {identifier}")
