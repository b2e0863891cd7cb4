"""The place of an index in a random order, found without making the order (a block cipher)."""

from __future__ import annotations

from math import ceil, log2
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64, uint32, uint64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf

_SEQUENCE = 0x7369F885192C0EF5
_CONSTANT = 0xFFFFFFFC
_FIRST_WORD = 498247692


@op(
    "raw.random_index_shuffle",
    samples=[((0, 3, 9), (1, 2, 3), 9, 4)],
    type="RandomIndexShuffle",
    groups={"index": "T", "seed": "S", "max_index": "T"},
    dtypes={"T": {int32, int64, uint32, uint64}, "S": {int32, int64, uint32, uint64}},
)
def index_shuffle_op(
    index: Tensor, seed: Tensor, max_index: Tensor, rounds: int, name: str | None = None
) -> TensorSpec:
    """Where each index goes in the order that the seed (of 3 numbers) stands for."""
    return spec(index.dtype, index.dims)


@index_shuffle_op.kernel
def _index_shuffle_kernel(xp: Any, index: Any, seed: Any, max_index: Any, rounds: int) -> Any:
    places, keys, largest = as_array(xp, index), as_array(xp, seed), as_array(xp, max_index)
    if keys.shape[-1:] != (3,):
        raise refuse(f"seed must have shape [3] or [n, 3] but was {list(keys.shape)}.")
    rows = keys.reshape(-1, 3)
    tops = largest.reshape(-1)
    out = xp.empty_like(places)
    for at in range(places.size):
        row, top = rows[at % len(rows)], int(tops[at % len(tops)])
        value = int(places.flat[at])
        if not 0 <= value <= top:
            raise refuse(f"index must be within [0, {top}], got {value}")
        out.flat[at] = _shuffled(value, [int(key) & 0xFFFFFFFF for key in row], top, rounds)
    return out[()]


def _shuffled(index: int, key: list[int], max_index: int, rounds: int) -> int:
    bits = ceil(log2(max_index)) if max_index > 0 else 0
    width = max(16, bits + bits % 2) // 2
    keys = _schedule(key, rounds, width)
    while True:
        index = _encrypt(index, keys, width)
        if index <= max_index:
            return index


def _left(value: int, count: int, width: int) -> int:
    return (value << count | value >> (width - count)) & (1 << width) - 1


def _right(value: int, count: int, width: int) -> int:
    return (value >> count | value << (width - count)) & (1 << width) - 1


def _schedule(key: list[int], rounds: int, width: int) -> list[int]:
    mask = (1 << width) - 1
    keys = [word & mask for word in key]
    sequence = _SEQUENCE & mask
    while len(keys) < rounds:
        last = keys[-1]
        mixed = _CONSTANT & mask ^ sequence & 1 ^ keys[-3]
        keys.append(mixed ^ _right(last, 3, width) ^ _right(last, 4, width))
        sequence >>= 1
    return keys


def _encrypt(value: int, keys: list[int], width: int) -> int:
    left, right = value >> width, value & (1 << width) - 1
    for first, second in zip(keys[::2], keys[1::2]):
        left ^= _mixed(right, width) ^ first
        right ^= _mixed(left, width) ^ second
    return left << width | right


def _mixed(half: int, width: int) -> int:
    return _left(half, 1, width) & _left(half, 8, width) ^ _left(half, 2, width)


@public("random_index_shuffle")
def random_index_shuffle(
    index: Any, seed: Any, max_index: Any, rounds: int = 4, name: str | None = None
) -> Tensor:
    """Where an index goes in a random order of 0 to `max_index`.

    Args:
        index: integers from 0 to `max_index`.
        seed: 3 integers, or a matrix with 3 columns: for each index its own.
        max_index: the largest index, included.
        rounds: how thoroughly to mix; even, at least 4.
        name: of the node.

    Raises:
        InvalidArgumentError: for an index out of range.
    """
    place = convert_to_tensor(index)
    return index_shuffle_op(place, seed, max_index, int(rounds), name=name)


@public("random.experimental.index_shuffle")
def index_shuffle(index: Any, seed: Any, max_index: Any) -> Tensor:
    """Where an index goes in the order of 0 to `max_index` that a seed stands for.

    Args:
        index: integers from 0 to `max_index`.
        seed: 2 integers.
        max_index: the largest index, included.

    Raises:
        InvalidArgumentError: for an index out of range.
    """
    words = convert_to_tensor(seed)
    paddings = [[1, 0]] + [[0, 0]] * (words.ndim - 1)
    keys: Tensor = tf.pad(words, paddings, constant_values=_FIRST_WORD)
    return random_index_shuffle(index, keys, max_index)
