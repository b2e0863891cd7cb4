"""Random numbers of binomial distributions."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, int32, int64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf
from engine.ops.random_basic import split_shape
from engine.ops.random_philox import SKIP_PER_OUTPUT
from engine.ops.random_rejection import Source
from engine.ops.random_stateless import stream_of

_TAIL = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509,
    0.0166446911898211, 0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
    0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def _tail(k: float) -> float:
    """What Stirling's formula leaves out of log(k!)."""
    if k <= 9:
        return _TAIL[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)


def _by_waiting(source: Source, count: float, chance: float) -> float:
    """For few successes: the waiting times between them are added up."""
    waited, found = 0.0, 0
    scale = math.log1p(-chance)
    while True:
        u = source.uniform()
        waited += math.ceil((math.log(u) if u > 0 else -math.inf) / scale)
        if waited > count:
            return float(found)
        found += 1


def _by_rejection(source: Source, count: float, chance: float) -> float:
    """For many successes: transformed rejection with a squeeze."""
    spread = math.sqrt(count * chance * (1 - chance))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * chance
    centre = count * chance + 0.5
    inner = 0.92 - 4.2 / b
    odds = chance / (1 - chance)
    alpha = (2.83 + 5.1 / b) * spread
    mode = math.floor((count + 1) * chance)
    while True:
        u = source.uniform() - 0.5
        v = source.uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + centre)
        if us >= 0.07 and v <= inner:
            return float(k)
        if k < 0 or k > count:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
            + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
            + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
            + _tail(mode) + _tail(count - mode) - _tail(k) - _tail(count - k)
        )  # fmt: skip
        if math.log(v * alpha / (a / (us * us) + b)) <= bound:
            return float(k)


def _draw(source: Source, count: float, chance: float) -> float:
    if math.isnan(count) or math.isnan(chance) or count < 0 or not 0 <= chance <= 1:
        return math.nan
    if count == 0 or chance == 0:
        return 0.0
    if chance > 0.5:
        return count - _draw(source, count, 1 - chance) if chance < 1 else count
    method = _by_rejection if count * chance >= 10 else _by_waiting
    return method(source, count, chance)


@op("raw.stateless_binomial", type="StatelessRandomBinomial",
    groups={"seed": "K", "counts": "N", "probs": "N"})  # fmt: skip
def stateless_binomial_op(
    seed: Tensor, counts: Tensor, probs: Tensor, dims: Any, dtype: DType, raw: bool,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Numbers of successes, for counts and chances that broadcast to `dims`."""
    return spec(dtype, dims)


@stateless_binomial_op.kernel
def _stateless_binomial_kernel(
    xp: Any, seed: Any, counts: Any, probs: Any, dims: Any, dtype: DType, raw: bool
) -> Any:
    start, key = stream_of(xp, seed, raw)
    inner = xp.broadcast_shapes(xp.shape(counts), xp.shape(probs))
    if tuple(dims)[len(dims) - len(inner) :] != inner:
        raise refuse(f"Shape passed in must end with broadcasted shape. {list(dims)}")
    rates = zip(
        xp.broadcast_to(counts, inner).reshape(-1), xp.broadcast_to(probs, inner).reshape(-1)
    )
    samples = math.prod(dims) // max(math.prod(inner), 1)
    out = xp.empty((samples, math.prod(inner)), dtype="float64")
    for j, (count, chance) in enumerate(rates):
        for i in range(samples):
            source = Source(xp, start + SKIP_PER_OUTPUT * (j * samples + i), key)
            out[i, j] = _draw(source, float(count), float(chance))
    return out.astype(dtype.as_numpy_dtype).reshape(dims)[()]


def reserved(shape: Any, counts: Any, probs: Any) -> int:
    """How many numbers of a generator one call takes."""
    _, dims = split_shape(shape)
    inner = convert_to_tensor(counts).shape.num_elements() or 1
    inner = max(inner, convert_to_tensor(probs).shape.num_elements() or 1)
    return inner * 200 * (math.prod(dims) // inner + 3) // 4


@public("raw.binomial")
def binomial(
    shape: Any, seed: Any, counts: Any, probs: Any, dtype: Any, raw: bool, name: Any
) -> Tensor:
    """Binomial numbers from two seeds, or (`raw`) from a generator's state."""
    _, dims = split_shape(shape)
    if dims is None or None in dims:
        raise ValueError("The shape of binomial numbers must be known while tracing.")
    counts = convert_to_tensor(counts)
    probs = tf.cast(convert_to_tensor(probs), counts.dtype)
    return stateless_binomial_op(seed, counts, probs, dims, as_dtype(dtype), raw, name=name)


@public("random.stateless_binomial")
def stateless_binomial(
    shape: Any, seed: Any, counts: Any, probs: Any, output_dtype: Any = int32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Numbers of successes, the same for the same seed.

    Args:
        shape: of the result; ends with the common shape of `counts` and `probs`.
        seed: two integers.
        counts: how many trials.
        probs: chance of success of each.
        output_dtype: of the result.
        name: of the node.
    """
    seed = tf.cast(convert_to_tensor(seed), int64)
    return binomial(shape, seed, counts, probs, output_dtype, False, name)
