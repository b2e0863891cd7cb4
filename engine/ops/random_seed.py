"""Seeds and the hidden state of random ops."""

from __future__ import annotations

import random
import threading
from typing import Any

from engine.ir.interpreter import current
from engine.ir.op import public

_DEFAULT_SEED = 87654321
_MAX32 = 2**31 - 1


class PhiloxState:
    """A counter and a key; taking numbers moves the counter on.

    Attributes:
        counter: 128 bits.
        key: 64 bits.
    """

    __slots__ = ("_lock", "counter", "key")

    def __init__(self, seed: int, seed2: int) -> None:
        if seed == 0 and seed2 == 0:
            source = random.SystemRandom()
            seed, seed2 = source.getrandbits(64), source.getrandbits(64)
        self.key = seed % 2**64
        self.counter = (seed2 % 2**64) << 64
        self._lock = threading.Lock()

    def reserve(self, count: int) -> int:
        """The counter to start from, for a call that may use `count` of them."""
        with self._lock:
            start = self.counter
            self.counter = (start + count) % 2**128
            return start


class _Seeds:
    """The program's seed, what draws the seeds of ops, and the states of eager ops."""

    def __init__(self) -> None:
        self.seed: int | None = None
        self.source = random.Random()
        self.states: dict[Any, PhiloxState] = {}


_seeds = _Seeds()


@public("random.set_seed", "compat.v1.set_random_seed")
def set_seed(seed: int) -> None:
    """Make random ops repeatable: they start anew, from this seed and their own.

    Args:
        seed: integer.
    """
    _seeds.seed = int(seed)
    _seeds.source = random.Random(_seeds.seed)
    _seeds.states.clear()


def op_seeds(op_seed: int | None) -> tuple[int, int]:
    """The two seeds of a random op whose call has the argument `seed=op_seed`.

    In a graph, ops without a seed of their own are numbered.
    """
    it: Any = current()
    seed: int | None = _seeds.seed
    if seed is None:
        if op_seed is None:
            return 0, 0
        return _DEFAULT_SEED, int(op_seed) % _MAX32
    if op_seed is not None:
        pair = seed, int(op_seed)
    elif it.eager:
        pair = seed, _seeds.source.randint(0, _MAX32)
    else:
        used = getattr(it, "random_ops", 0)
        it.random_ops = used + 1
        pair = seed, used
    pair = pair[0] % _MAX32, pair[1] % _MAX32
    return pair if pair != (0, 0) else (0, _MAX32)


def first_of_graph() -> tuple[int, int]:
    """The two seeds of the first random op of a graph; (0, 0): not repeatable."""
    if _seeds.seed is None:
        return 0, 0
    return (_seeds.seed % _MAX32, 0) if _seeds.seed % _MAX32 else (0, _MAX32)


@public("compat.v1.get_seed")
def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds that an op with `op_seed` would use; (None, None): not repeatable."""
    pair = op_seeds(op_seed)
    return (None, None) if pair == (0, 0) else pair


def state_for(kind: str, dtype: Any, seeds: tuple[int, int]) -> PhiloxState:
    """The state of a call: shared by eager calls of one kind and seed, new for each node."""
    if not current().eager or seeds == (0, 0):
        return PhiloxState(*seeds)
    key = (kind, dtype, seeds)
    found = _seeds.states.get(key)
    if found is None:
        found = _seeds.states[key] = PhiloxState(*seeds)
    return found
