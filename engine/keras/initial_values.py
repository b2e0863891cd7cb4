"""Initial values of weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC, public
from engine.keras import seeds
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


@public("keras.Initializer", "keras.initializers.Initializer")
class BaseInitializer:
    """Base of initializers: called with shape and dtype, they answer a value."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An initializer from what `get_config` answered."""
        return cls(**config)


class _Random(BaseInitializer):
    """An initializer with a seed: without one, a seed is drawn when it is made.

    Every call gives the same numbers, as in Keras; a `SeedGenerator` gives others each time.
    """

    def __init__(self, seed: Any = None) -> None:
        self._given = seed
        self.seed = seeds.default_seed() if seed is None else seed
        if not isinstance(self.seed, (int, seeds.SeedGenerator)):
            raise ValueError(
                "`seed` argument should be an instance of "
                f"`keras.random.SeedGenerator()` or an integer. Received: seed={seed}"
            )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {"seed": self._given if isinstance(self._given, int) else None}


@_register("Zeros", "zeros")
class Zeros(BaseInitializer):
    """All zero."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.zeros(shape, as_dtype(dtype or float32))


@_register("Ones", "ones")
class Ones(BaseInitializer):
    """All one."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.ones(shape, as_dtype(dtype or float32))


@_register("Constant", "constant")
class Constant(BaseInitializer):
    """One value everywhere."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return tf.constant(self.value, as_dtype(dtype or float32), shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {"value": self.value}


@_register("RandomNormal", "random_normal")
class RandomNormal(_Random):
    """Normally distributed."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return seeds.normal(shape, self.mean, self.stddev, as_dtype(dtype or float32), self.seed)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@_register("TruncatedNormal", "truncated_normal")
class TruncatedNormal(RandomNormal):
    """Normally distributed within two standard deviations."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return seeds.truncated_normal(
            shape, self.mean, self.stddev, as_dtype(dtype or float32), self.seed
        )


@_register("RandomUniform", "random_uniform")
class RandomUniform(_Random):
    """Uniformly distributed."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return seeds.uniform(shape, self.minval, self.maxval, as_dtype(dtype or float32), self.seed)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(_Random):
    """Random, with a variance that depends on the numbers of inputs and outputs.

    Args:
        scale: factor of the variance.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: of the random numbers.
        input_axes, output_axes: axes that count as inputs and outputs; default: the last two.
    """

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal",
        seed: Any = None, input_axes: Any = None, output_axes: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(seed)
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        self.scale, self.mode = scale, mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        self.input_axes, self.output_axes = input_axes, output_axes

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        kind = as_dtype(dtype or float32)
        fan_in, fan_out = fans(tuple(shape), self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return seeds.uniform(shape, -limit, limit, kind, self.seed)
        if self.distribution == "untruncated_normal":
            return seeds.normal(shape, 0.0, math.sqrt(variance), kind, self.seed)
        # 0.8796... is the standard deviation of a standard normal cut at two deviations
        deviation = math.sqrt(variance) / 0.87962566103423978
        return seeds.truncated_normal(shape, 0.0, deviation, kind, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        own = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        axes = {"input_axes": self.input_axes, "output_axes": self.output_axes}
        plain = type(self) is VarianceScaling
        return {**super().get_config(), **(own if plain else {}), **axes}


_register("VarianceScaling", "variance_scaling")(VarianceScaling)


def fans(
    shape: tuple[int, ...], input_axes: Any = None, output_axes: Any = None
) -> tuple[float, float]:
    """Numbers of inputs and outputs of a weight: kernels end in (inputs, outputs)."""
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    inward = [-2] if input_axes is None else list(input_axes)
    outward = [-1] if output_axes is None else list(output_axes)
    used = {axis % len(shape) for axis in (*inward, *outward)}
    field = math.prod(size for i, size in enumerate(shape) if i not in used)
    ins, outs = (math.prod(shape[axis] for axis in axes) for axes in (inward, outward))
    return float(ins * field), float(outs * field)


def _variant(name: str, alias: str, scale: float, mode: str, distribution: str) -> None:
    def initialize(
        self: Any, seed: Any = None, input_axes: Any = None, output_axes: Any = None
    ) -> None:
        VarianceScaling.__init__(self, scale, mode, distribution, seed, input_axes, output_axes)

    doc = f"Variance scaling: scale {scale}, {mode}, {distribution}."
    _register(name, alias)(type(name, (VarianceScaling,), {"__init__": initialize, "__doc__": doc}))


_variant("GlorotUniform", "glorot_uniform", 1.0, "fan_avg", "uniform")
_variant("GlorotNormal", "glorot_normal", 1.0, "fan_avg", "truncated_normal")
_variant("HeUniform", "he_uniform", 2.0, "fan_in", "uniform")
_variant("HeNormal", "he_normal", 2.0, "fan_in", "truncated_normal")
_variant("LecunUniform", "lecun_uniform", 1.0, "fan_in", "uniform")
_variant("LecunNormal", "lecun_normal", 1.0, "fan_in", "truncated_normal")


@_register("Orthogonal", "OrthogonalInitializer", "orthogonal")
class Orthogonal(_Random):
    """A random orthogonal matrix (of the flattened leading axes by the last).

    Args:
        gain: factor.
        seed: of the random numbers.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal initializer."""
        return {**super().get_config(), "gain": self.gain}

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        kind = as_dtype(dtype or float32)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = (max(rows, columns), min(rows, columns))
        q, r = tf.linalg.qr(seeds.normal(flat, dtype=kind, seed=self.seed))
        q = q * tf.sign(tf.linalg.diag_part(r))
        if rows < columns:
            q = tf.transpose(q)
        return self.gain * tf.reshape(q, shape)


@_register("IdentityInitializer", "Identity", "identity")
class Identity(BaseInitializer):
    """The identity matrix, times `gain`."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        if len(shape) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices. "
                             f"Received: shape={shape} of rank {len(shape)}.")  # fmt: skip
        return self.gain * tf.eye(*shape, dtype=as_dtype(dtype or float32))

    def get_config(self) -> dict[str, Any]:
        """Nothing: the gain is not kept, as in Keras."""
        return {}


_KNOWN["uniform"], _KNOWN["normal"] = RandomUniform, RandomNormal


@public("keras.initializers.get")
def get(identifier: Any) -> Initializer:
    """The initializer that a name, class, object or function stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if isinstance(identifier, dict):
        from engine.keras import configs

        return configs.deserialize(identifier)
    if isinstance(identifier, str):
        made = _KNOWN.get(identifier.lower())
        if made is None:
            raise ValueError(f"Could not interpret initializer identifier: {identifier}")
        return made()
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret initializer identifier: {identifier}")
