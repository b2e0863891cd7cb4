"""Random numbers drawn until they fit: gamma and poisson; and choices by weight: categorical."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, float32, int32, int64
from engine.ir.op import RANDOM, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf
from engine.ops.random_basic import sizes_of, split_shape
from engine.ops.random_philox import (
    SKIP_PER_OUTPUT,
    bits,
    box_muller_double,
    counters_from,
    mix,
    philox,
    unit_double,
)
from engine.ops.random_seed import PhiloxState, op_seeds, state_for


class Source:
    """The stream of one output: uniform and normal doubles, two from each counter."""

    def __init__(self, xp: Any, start: int, key: int) -> None:
        self.xp = xp
        self.start = start
        self.key = key
        self.uniforms: list[float] = []
        self.normals: list[float] = []

    def _next(self) -> Any:
        block = philox(self.xp, counters_from(self.xp, self.start, 1), self.key)[0]
        self.start += 1
        return block

    def uniform(self) -> float:
        if not self.uniforms:
            x = self._next()
            pair = unit_double(self.xp, x[::2].copy(), x[1::2].copy())
            self.uniforms = [float(pair[0]), float(pair[1])]
        return self.uniforms.pop()

    def normal(self) -> float:
        if not self.normals:
            first, second = box_muller_double(self.xp, self._next())
            self.normals = [float(first), float(second)]
        return self.normals.pop()


def _gamma(source: Source, alpha: float) -> float:
    if alpha == 1.0:
        return -math.log1p(-source.uniform())
    if not alpha > 0:
        return 0.0 if alpha == 0 else math.nan
    small = alpha < 1
    d = alpha + (2.0 / 3 if small else -1.0 / 3)
    c = 1.0 / 3 / math.sqrt(d)
    while True:
        x = source.normal()
        v = 1 + c * x
        if v <= 0:
            continue
        v = v * v * v
        u = source.uniform()
        squeezed = u < 1 - 0.0331 * (x * x) * (x * x)
        if squeezed or math.log(u) < 0.5 * x * x + d * (1 - v + math.log(v)):
            result = d * v
            return result * source.uniform() ** (1 / alpha) if small else result


def _poisson(source: Source, rate: float) -> float:
    if not math.isfinite(rate) or rate < 0:
        return math.nan
    if rate < 10:
        limit, product, count = math.exp(-rate), 1.0, 0.0
        while True:
            product *= source.uniform()
            if product <= limit:
                return count
            count += 1
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    while True:
        u = source.uniform() - 0.5
        v = source.uniform()
        shifted = 0.5 - abs(u)
        k = math.floor((2 * a / shifted + b) * u + rate + 0.43)
        if shifted >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return float(k)
        if k < 0 or (shifted < 0.013 and v > shifted):
            continue
        s = math.log(v * inverse / (a / (shifted * shifted) + b))
        if s <= -rate + k * log_rate - math.lgamma(k + 1):
            return float(k)


_SAMPLERS = {"gamma": _gamma, "poisson": _poisson}


def _draw(
    xp: Any, kind: str, start: int, key: int, wanted: tuple[int, ...], rates: Any, dtype: DType
) -> Any:
    """Samples of shape `wanted` + the shape of `rates`."""
    sampler = _SAMPLERS[kind]
    flat = xp.asarray(rates).reshape(-1).tolist()
    count = math.prod(wanted)
    out = xp.empty((count, len(flat)), dtype="float64")
    for j, rate in enumerate(flat):
        for i in range(count):
            place = start + SKIP_PER_OUTPUT * (j * count + i)
            out[i, j] = sampler(Source(xp, place, key), rate)
    shape = wanted + tuple(getattr(rates, "shape", ()))
    return out.astype(dtype.as_numpy_dtype).reshape(shape)[()]


def _declare(kind: str, type: str) -> Any:
    @op(f"raw.random_{kind}", type=type, effect=RANDOM, groups={"shape": "S"})
    def infer(
        shape: Tensor | None, rate: Tensor, dims: Any, dtype: DType, state: Any,
        name: str | None = None,
    ) -> TensorSpec:  # fmt: skip
        """Random numbers, one set for each rate."""
        return spec(dtype, _joined(shape, dims, rate))

    @infer.kernel
    def kernel(xp: Any, shape: Any, rate: Any, dims: Any, dtype: DType, state: PhiloxState) -> Any:
        wanted, count = sizes_of(shape, dims)
        start = state.reserve(count * int(getattr(rate, "size", 1)) * SKIP_PER_OUTPUT)
        return _draw(xp, kind, start, state.key, wanted, rate, dtype)

    return infer


def _joined(shape: Any, dims: Any, rate: Any) -> Any:
    known = dims
    if known is None and shape is not None and shape.dims and shape.dims[0] is not None:
        known = (None,) * shape.dims[0]
    return None if known is None or rate.dims is None else tuple(known) + rate.dims


_random_gamma = _declare("gamma", "RandomGamma")
_random_poisson = _declare("poisson", "RandomPoissonV2")


@op("raw.stateless_rejection", type="StatelessRandomGammaV3", groups={"seed": "K", "rate": "R"})
def stateless_rejection(
    seed: Tensor, rate: Tensor, dims: Any, dtype: DType, kind: str, name: str | None = None
) -> TensorSpec:
    """Gamma or poisson numbers from a seed, for rates that broadcast to `dims`."""
    return spec(dtype, dims)


@stateless_rejection.kernel
def _stateless_rejection_kernel(
    xp: Any, seed: Any, rate: Any, dims: Any, dtype: DType, kind: str
) -> Any:
    start, key = mix(int(seed[0]) % 2**64, int(seed[1]) % 2**64)
    inner = tuple(getattr(rate, "shape", ()))
    outer = tuple(dims)[: len(dims) - len(inner)]
    if tuple(dims)[len(outer) :] != inner:
        raise refuse(
            f"Shape passed in must end with broadcasted shape. {list(dims)}, {list(inner)}"
        )
    return _draw(xp, kind, start, key, outer, rate, dtype)


@public("random.gamma")
def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = float32, seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Random numbers of gamma distributions.

    Args:
        shape: of the samples for each distribution.
        alpha: shape parameters.
        beta: inverse scales; broadcasts with `alpha`.
        dtype: floating-point dtype.
        seed: of this op.
        name: of the node.

    Returns:
        Shape: shape + the common shape of `alpha` and `beta`.
    """
    kind = as_dtype(dtype)
    alpha = tf.convert_to_tensor(alpha, kind)
    beta = tf.convert_to_tensor(1 if beta is None else beta, kind)
    tensor, dims = split_shape(shape)
    rates = alpha + tf.zeros_like(beta)
    state = state_for("gamma", kind, op_seeds(seed))
    drawn = _random_gamma(tensor, rates, dims, kind, state)
    tiny = {"float16": 6.104e-05, "float64": 2.2250738585072014e-308}.get(kind.name, 1.17549435e-38)
    return tf.maximum(tf.constant(tiny, kind), drawn / beta)


@public("random.poisson")
def poisson(
    shape: Any, lam: Any, dtype: Any = float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Random numbers of poisson distributions.

    Args:
        shape: of the samples for each rate.
        lam: rates.
        dtype: of the result.
        seed: of this op.
        name: of the node.

    Returns:
        Shape: shape + the shape of `lam`.
    """
    kind = as_dtype(dtype)
    tensor, dims = split_shape(shape)
    rates = convert_to_tensor(lam)
    state = state_for("poisson", (rates.dtype, kind), op_seeds(seed))
    return _random_poisson(tensor, rates, dims, kind, state)


@public("random.stateless_gamma")
def stateless_gamma(
    shape: Any, seed: Any, alpha: Any, beta: Any = None, dtype: Any = float32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Gamma numbers, the same for the same seed; `shape` ends with the shape of `alpha`."""
    kind = as_dtype(dtype)
    alpha = tf.convert_to_tensor(alpha, kind)
    beta = tf.convert_to_tensor(1 if beta is None else beta, kind)
    rates = alpha + tf.zeros_like(beta)
    _, dims = split_shape(shape)
    seed = tf.cast(convert_to_tensor(seed), int64)
    drawn = stateless_rejection(seed, rates, dims, kind, "gamma")
    tiny = {"float16": 6.104e-05, "float64": 2.2250738585072014e-308}.get(kind.name, 1.17549435e-38)
    return tf.maximum(tf.constant(tiny, kind), drawn / beta)


@public("random.stateless_poisson")
def stateless_poisson(
    shape: Any, seed: Any, lam: Any, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """Poisson numbers, the same for the same seed; `shape` ends with the shape of `lam`."""
    _, dims = split_shape(shape)
    rates = convert_to_tensor(lam)
    seed = tf.cast(convert_to_tensor(seed), int64)
    return stateless_rejection(seed, rates, dims, as_dtype(dtype), "poisson", name=name)


def _choices(xp: Any, logits: Any, count: int, start: int, key: int, dtype: DType) -> Any:
    rows = logits.shape[0]
    out = xp.empty((rows, count), dtype=dtype.name)
    stream = bits(xp, start, key, 2 * rows * count).reshape(rows, count, 2)
    drawn = unit_double(xp, stream[..., 0].copy(), stream[..., 1].copy())
    for i in range(rows):
        row = logits[i]
        finite = xp.isfinite(row)
        top = row[finite].max() if bool(finite.any()) else row.dtype.type(0)
        shifted = xp.where(finite, row - top, -xp.inf).astype("float64")
        sums = xp.add.accumulate(xp.exp(shifted))
        out[i] = xp.searchsorted(sums, drawn[i] * sums[-1], side="right")
    return out


def _infer_choices(logits: Any, count: int, dtype: DType) -> TensorSpec:
    if logits.dims is not None and len(logits.dims) != 2:
        raise ValueError(f"logits should be a matrix, got shape {list(logits.dims)}")
    return spec(dtype, (None if logits.dims is None else logits.dims[0], count))


@op("raw.multinomial", type="Multinomial", effect=RANDOM)
def multinomial(
    logits: Tensor, count: int, dtype: DType, state: Any, name: str | None = None
) -> TensorSpec:
    """`count` choices for each row of weights."""
    return _infer_choices(logits, count, dtype)


@multinomial.kernel
def _multinomial_kernel(xp: Any, logits: Any, count: int, dtype: DType, state: PhiloxState) -> Any:
    if logits.ndim != 2:
        raise ValueError("logits should be a matrix")
    reserved = -(-count // 4) * 4 * logits.shape[0]
    return _choices(xp, logits, count, state.reserve(reserved * SKIP_PER_OUTPUT), state.key, dtype)


@op("raw.stateless_multinomial", type="StatelessMultinomial", groups={"seed": "K"})
def stateless_multinomial(
    logits: Tensor, seed: Tensor, count: int, dtype: DType, name: str | None = None
) -> TensorSpec:
    """`count` choices for each row of weights, from a seed."""
    return _infer_choices(logits, count, dtype)


@stateless_multinomial.kernel
def _stateless_multinomial_kernel(xp: Any, logits: Any, seed: Any, count: int, dtype: DType) -> Any:
    start, key = mix(int(seed[0]) % 2**64, int(seed[1]) % 2**64)
    return _choices(xp, logits, count, start, key, dtype)


@public("random.categorical")
def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Choices with given log weights.

    Args:
        logits: [batch, classes], unnormalised log probabilities.
        num_samples: choices for each row.
        dtype: int32 or int64 (default).
        seed: of this op.
        name: of the node.

    Returns:
        [batch, num_samples], each in [0, classes).
    """
    logits = convert_to_tensor(logits)
    kind = int64 if dtype is None else as_dtype(dtype)
    state = state_for("multinomial", (logits.dtype, kind), op_seeds(seed))
    return multinomial(logits, int(num_samples), kind, state, name=name)


@public("random.stateless_categorical")
def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = int64, name: str | None = None
) -> Tensor:
    """Choices with given log weights: the same for the same seed (two integers)."""
    return stateless_multinomial(
        convert_to_tensor(logits), convert_to_tensor(seed), int(num_samples), as_dtype(dtype),
        name=name,
    )  # fmt: skip
