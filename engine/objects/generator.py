"""`tf.random.Generator`: random numbers whose state is a variable."""

from __future__ import annotations

import random as system_random
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, float32, int32, int64, uint64
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.objects.replicas import replicas
from engine.objects.variable import Variable
from engine.ops.namespace import tf
from engine.ops.random_basic import split_shape
from engine.ops.random_binomial import binomial, reserved
from engine.ops.random_stateless import advance_state, numbers, uniform_numbers

_PHILOX = 1


def _algorithm(alg: Any) -> int:
    name = getattr(alg, "name", alg)
    if isinstance(name, str):
        name = name.lower()
    if name in ("philox", "auto_select", "rng_alg_philox", None) or name == _PHILOX:
        return _PHILOX
    raise ValueError(f"Argument `alg` got unsupported value {alg!r}; supported: 'philox' (1).")


def _signed(number: int) -> int:
    number %= 2**64
    return number - 2**64 if number >= 2**63 else number


@public("random.create_rng_state", "random.experimental.create_rng_state")
def create_rng_state(seed: Any, alg: Any = "philox") -> Tensor:
    """The state [counter, counter, key] of a generator that starts from `seed`.

    Args:
        seed: an integer, or up to three of them.
        alg: "philox".
    """
    _algorithm(alg)
    value = seed.numpy() if isinstance(seed, Tensor) else seed
    items = list(value) if hasattr(value, "__len__") else [value]
    state = [_signed(int(item)) for item in items]
    if len(state) > 3:
        raise ValueError(f"The size of seed must not be more than 3, got {len(state)}.")
    return tf.constant(state + [0] * (3 - len(state)), int64)


@public("random.Generator", "random.experimental.Generator")
class Generator:
    """A source of random numbers; its state is a variable, so that functions can share it.

    Args:
        copy_from: another generator.
        state: int64 [3]: two words of the counter, and the key.
        alg: "philox".

    Raises:
        ValueError: if neither is given.
    """

    def __init__(self, copy_from: Any = None, state: Any = None, alg: Any = None) -> None:
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("Cannot specify `alg` or `state` when `copy_from` is specified.")
            state, alg = copy_from.state, copy_from.algorithm
        if state is None or alg is None:
            raise ValueError("Must specify both `state` and `alg` when `copy_from` is None.")
        self._alg = _algorithm(alg)
        value = state.read_value() if isinstance(state, Variable) else state
        value = convert_to_tensor(value)
        if value.dtype is uint64:
            value = tf.bitcast(value, int64)
        self._states = [
            Variable(tf.cast(value, int64), trainable=False, name="StateVar")
            for _ in range(replicas.count if replicas.number is None else 1)
        ]
        self._state = self._states[0]

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        return [("_state_var", self._state)]

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """A generator with a given state."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that starts from a seed."""
        return cls(state=create_rng_state(seed, alg or "philox"), alg=alg or "philox")

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """A generator from a key and a counter (two integers)."""
        words = [_signed(int(item)) for item in convert_to_tensor(counter).numpy().reshape(-1)]
        words = ([*words, 0, 0])[:2]
        return cls(state=[*words, _signed(int(key))], alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that starts differently each time."""
        source = system_random.SystemRandom()
        state = [_signed(source.getrandbits(64)) for _ in range(3)]
        return cls(state=tf.constant(state, int64), alg=alg or "philox")

    @property
    def state(self) -> Variable:
        """The variable that holds counter and key."""
        return self._state

    @property
    def algorithm(self) -> int:
        """Number of the algorithm: 1 for Philox."""
        return self._alg

    @property
    def key(self) -> Tensor:
        """The key, which stays the same."""
        return self._state[2]

    def reset(self, state: Any) -> None:
        """Start anew from a state."""
        self._state.assign(tf.cast(convert_to_tensor(state), int64))

    def reset_from_seed(self, seed: Any) -> None:
        """Start anew from a seed."""
        self._state.assign(create_rng_state(seed))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Start anew from a key and a counter."""
        words = tf.cast(tf.reshape(convert_to_tensor(counter), [-1]), int64)
        self._state.assign(tf.concat([words[:2], tf.reshape(tf.cast(key, int64), [1])], 0))

    def skip(self, delta: Any) -> Tensor:
        """Move on as if `delta` numbers had been drawn; the state before."""
        own = self._states[replicas.number or 0] if len(self._states) > 1 else self._state
        before = own.read_value()
        own.assign(advance_state(before, tf.cast(convert_to_tensor(delta), int64)))
        return before if len(self._states) == 1 else _of_replica(before)

    def _take(self, shape: Any) -> Tensor:
        tensor, dims = split_shape(shape)
        if tensor is None:
            count = 1
            for size in dims:
                count *= size
            return self.skip(count)
        return self.skip(tf.reduce_prod(tf.cast(tensor, int64)))

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:  # fmt: skip
        """Normal random numbers."""
        return self._scaled("normal", shape, mean, stddev, dtype, name)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:  # fmt: skip
        """Normal random numbers within two standard deviations."""
        return self._scaled("truncated_normal", shape, mean, stddev, dtype, name)

    def _scaled(
        self, kind: str, shape: Any, mean: Any, stddev: Any, dtype: Any, name: Any
    ) -> Tensor:
        wanted = as_dtype(dtype)
        drawn = numbers(kind, shape, self._take(shape), wanted, True)
        scaled = drawn * tf.convert_to_tensor(stddev, wanted)
        return tf.add(scaled, tf.convert_to_tensor(mean, wanted), name=name)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:  # fmt: skip
        """Uniform random numbers in [minval, maxval).

        Raises:
            ValueError: if `maxval` is missing for an integer dtype.
        """
        kind = as_dtype(dtype)
        if kind.is_integer and (maxval is None) != (minval is None):
            raise ValueError(f"For integer dtype {kind!r}, argument `minval` and `maxval` must be "
                             f"both None or both not None. Got minval={minval} and maxval="
                             f"{maxval}.")  # fmt: skip
        return uniform_numbers(shape, self._take(shape), minval, maxval, kind, True, name)

    def uniform_full_int(self, shape: Any, dtype: Any = uint64, name: str | None = None) -> Tensor:
        """Uniform random integers of the whole range of `dtype`."""
        return uniform_numbers(shape, self._take(shape), None, None, as_dtype(dtype), True, name)

    def binomial(
        self, shape: Any, counts: Any, probs: Any, dtype: Any = int32, name: str | None = None
    ) -> Tensor:
        """Numbers of successes in `counts` trials with chance `probs` each."""
        state = self.skip(reserved(shape, counts, probs))
        return binomial(shape, state, counts, probs, dtype, True, name)

    def _keys(self, count: int) -> Tensor:
        return self.uniform_full_int([count], dtype=int64)

    def make_seeds(self, count: int = 1) -> Tensor:
        """`count` seeds for stateless ops, as columns: int64 [2, count]."""
        keys = self._keys(count)
        return tf.stack([keys, tf.zeros_like(keys)])

    def split(self, count: int = 1) -> list[Generator]:
        """`count` independent generators."""
        keys = self._keys(count)
        return [
            type(self)(state=tf.stack([tf.constant(0, int64), tf.constant(0, int64), keys[i]]),
                       alg=self._alg)
            for i in range(count)
        ]  # fmt: skip


def _of_replica(state: Any) -> Any:
    """The state with a key of the replica's own: numbers that do not repeat the others'."""
    zero, number = tf.constant(0, int64), tf.constant(replicas.number or 0, int64)
    drawn = uniform_numbers([1], tf.stack([number, zero, state[2]]), None, None, uint64, True, None)
    return tf.concat([state[:2], tf.bitcast(drawn, int64)], 0)


_global: list[Generator] = []


@public("random.get_global_generator", "random.experimental.get_global_generator")
def get_global_generator() -> Generator:
    """The generator that the program shares; made at the first call."""
    if not _global:
        _global.append(Generator.from_non_deterministic_state())
    return _global[0]


@public("random.set_global_generator", "random.experimental.set_global_generator")
def set_global_generator(generator: Generator) -> None:
    """Replace the generator that the program shares."""
    _global[:] = [generator]
