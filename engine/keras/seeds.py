"""Seeds of initial values and of random layers, drawn as Keras draws them."""

from __future__ import annotations

import random
from typing import Any

from engine.ir.op import public
from engine.keras import naming
from engine.keras.variables import KerasVariable
from engine.ops.namespace import tf

_MOST = 2**31 - 2


def default_seed() -> int:
    """A seed from Python's generator: `random.seed` makes initial values repeatable."""
    return random.randint(1, int(1e9))


def stateless_seed(seed: int) -> Any:
    """The `[2]` int32 seed of stateless ops that stands for a number."""
    return tf.constant([int(seed) % _MOST, 0], "int32")


@public("keras.random.SeedGenerator")
class SeedGenerator:
    """A state that gives another seed every time.

    Args:
        seed: number to start from; default: drawn from Python's generator.
        name: of the generator.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        self.name = name or naming.unique_name("seed_generator")
        self._initial = default_seed() if seed is None else seed
        if not isinstance(self._initial, int):
            raise ValueError(f"Argument `seed` must be an integer. Received: seed={seed}")
        with naming.scope(self.name, parent=""):
            self.state = KerasVariable(
                tf.constant([self._initial, 0], "int64"), trainable=False, dtype="int64",
                name="seed_generator_state",
            )  # fmt: skip

    def next(self) -> Any:
        """A `[2]` int32 seed for a stateless op; the state moves on."""
        now = self.state.value.value()
        self.state.assign_add(tf.constant([0, 1], "int64"))
        return tf.cast(tf.math.floormod(now, _MOST), "int32")


@public("keras.utils.set_random_seed")
def set_random_seed(seed: int) -> None:
    """Seed Python's, numpy's and the engine's random numbers.

    Raises:
        ValueError: if `seed` is no integer.
    """
    if not isinstance(seed, int):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed} "
                         f"(of type {type(seed)})")  # fmt: skip
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)


def draw(seed: Any) -> Any:
    """A `[2]` int32 seed from a number, a generator or nothing."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return stateless_seed(default_seed() if seed is None else seed)


@public("keras.random.dropout")
def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Inputs with a share of zeros, the others scaled up."""
    return tf.nn.experimental.stateless_dropout(inputs, rate, draw(seed), noise_shape=noise_shape)


@public("keras.random.randint")
def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Evenly distributed integers below `maxval`."""
    return tf.random.stateless_uniform(shape, draw(seed), minval, maxval, dtype)


@public("keras.random.categorical")
def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Class numbers drawn by their logits."""
    return tf.cast(tf.random.stateless_categorical(logits, num_samples, draw(seed)), dtype)


@public("keras.random.normal")
def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None,
           seed: Any = None) -> Any:  # fmt: skip
    """Normally distributed numbers."""
    return tf.random.stateless_normal(shape, draw(seed), mean, stddev, dtype or "float32")


@public("keras.random.uniform")
def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None,
            seed: Any = None) -> Any:  # fmt: skip
    """Evenly distributed numbers."""
    return tf.random.stateless_uniform(shape, draw(seed), minval, maxval, dtype or "float32")


@public("keras.random.truncated_normal")
def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None,
                     seed: Any = None) -> Any:  # fmt: skip
    """Normally distributed numbers within two standard deviations."""
    return tf.random.stateless_truncated_normal(shape, draw(seed), mean, stddev, dtype or "float32")
