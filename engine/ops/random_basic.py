"""Random numbers with hidden state: uniform, normal, truncated_normal, shuffle."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import (
    DType,
    as_dtype,
    bfloat16,
    float16,
    float32,
    float64,
    int32,
    int64,
)
from engine.ir.interpreter import current
from engine.ir.op import RANDOM, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints, refusal, shape_tensor
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf
from engine.ops.random_philox import DISTRIBUTIONS, SKIP_PER_OUTPUT, bits, integers
from engine.ops.random_seed import PhiloxState, op_seeds, state_for

_TYPES = {
    "uniform": "RandomUniform",
    "normal": "RandomStandardNormal",
    "truncated_normal": "TruncatedNormal",
}
_REAL = (float16, bfloat16, float32, float64)


def _dims(shape: Any, known: Any) -> Any:
    if known is None and shape is not None and shape.dims and shape.dims[0] is not None:
        return (None,) * shape.dims[0]
    return known


def sizes_of(shape: Any, dims: Any) -> tuple[tuple[int, ...], int]:
    """The shape of a result, from an array or an attribute, and its number of elements."""
    wanted = tuple(dims) if shape is None else tuple(shape.tolist())
    count = 1
    for size in wanted:
        if size < 0:
            raise refuse(f"Dimension {size} must be >= 0")
        count *= size
    return wanted, count


def _declare(kind: str) -> Any:
    @op(f"raw.random_{kind}", type=_TYPES[kind], effect=RANDOM, groups={"shape": "S"},
        samples=[(None, (3, 2), float32, PhiloxState(1, 2))])  # fmt: skip
    def infer(
        shape: Tensor | None, dims: Any, dtype: DType, state: Any, name: str | None = None
    ) -> TensorSpec:
        """Random numbers of one distribution."""
        return spec(dtype, _dims(shape, dims))

    draw = DISTRIBUTIONS[kind]

    @infer.kernel
    def kernel(xp: Any, shape: Any, dims: Any, dtype: DType, state: PhiloxState) -> Any:
        wanted, count = sizes_of(shape, dims)
        start = state.reserve(count * SKIP_PER_OUTPUT)
        return draw(xp, start, state.key, count, dtype).reshape(wanted)[()]

    return infer


_OPS = {kind: _declare(kind) for kind in _TYPES}


def split_shape(shape: Any) -> tuple[Any, Any]:
    """(tensor or None, known sizes) of a shape argument."""
    known = checked_ints(shape, "RandomUniform", "shape", "T")
    if isinstance(known, int) or (isinstance(shape, Tensor) and shape.dims == ()):
        raise refusal("RandomUniform", "shape must be a vector of {int32,int64}, got shape []",
                      "Shape must be rank 1 but is rank 0")  # fmt: skip
    if known is not None and None not in known:
        return None, known
    return shape_tensor(shape), known


def draw_raw(kind: str, shape: Any, dtype: DType, seeds: tuple[int, int]) -> Tensor:
    """Numbers of a standard distribution."""
    tensor, dims = split_shape(shape)
    return _OPS[kind](tensor, dims, dtype, state_for(kind, dtype, seeds))


def _named(name: str | None, default: str, compute: Callable[[str | None], Tensor]) -> Tensor:
    """What `compute` makes of the result's name; in a graph inside of a scope of that name."""
    if current().eager:
        return compute(name)
    with tf.name_scope(name or default) as scope:
        return compute(scope)


def check_real(dtype: Any, what: str) -> DType:
    """A floating-point dtype. Raises ValueError for others."""
    kind = as_dtype(dtype)
    if kind not in _REAL:
        raise ValueError(f"Argument `dtype` got invalid value {kind!r}. {what}")
    return kind


def _normal(
    distribution: str, shape: Any, mean: Any, stddev: Any, kind: DType, seed: int | None,
    name: str | None,
) -> Tensor:  # fmt: skip
    mean, stddev = tf.convert_to_tensor(mean, kind), tf.convert_to_tensor(stddev, kind)
    drawn = draw_raw(distribution, shape, kind, op_seeds(seed))
    return tf.add(drawn * stddev, mean, name=name)


@public("random.normal")
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Random numbers of a normal distribution.

    Args:
        shape: of the result.
        mean: of the distribution; broadcasts.
        stddev: standard deviation; broadcasts.
        dtype: float16, bfloat16, float32 or float64.
        seed: of this op; see `tf.random.set_seed`.
        name: of the node.
    """
    kind = as_dtype(dtype)
    return _named(
        name,
        "random_normal",
        lambda scope: _normal("normal", shape, mean, stddev, kind, seed, scope),
    )


@public("random.truncated_normal")
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.random.normal`, but what lies more than two deviations away is drawn again."""
    kind = as_dtype(dtype)
    return _named(
        name,
        "truncated_normal",
        lambda scope: _normal("truncated_normal", shape, mean, stddev, kind, seed, scope),
    )


@op("raw.random_uniform_int", type="RandomUniformInt", effect=RANDOM, groups={"shape": "S"})
def random_uniform_int(
    shape: Tensor | None, minval: Tensor, maxval: Tensor, dims: Any, state: Any,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Random integers in [minval, maxval)."""
    return spec(minval.dtype, _dims(shape, dims))


@random_uniform_int.kernel
def _random_uniform_int_kernel(
    xp: Any, shape: Any, minval: Any, maxval: Any, dims: Any, state: PhiloxState
) -> Any:
    wanted, count = sizes_of(shape, dims)
    if minval >= maxval:
        raise refuse(f"Need minval < maxval, got {minval} >= {maxval}")
    start = state.reserve(count * SKIP_PER_OUTPUT)
    kind = as_dtype(minval.dtype)
    return integers(xp, start, state.key, count, minval, maxval, kind).reshape(wanted)[()]


@public("random.uniform")
def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32,
    seed: int | None = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Random numbers, all in [minval, maxval) equally likely.

    Args:
        shape: of the result.
        minval: lower end.
        maxval: upper end, not included; 1 for floats, required for integers.
        dtype: float16, bfloat16, float32, float64, int32 or int64.
        seed: of this op; see `tf.random.set_seed`.
        name: of the node.

    Raises:
        ValueError: for other dtypes, or if `maxval` is missing.
    """
    kind = as_dtype(dtype)
    if kind not in (*_REAL, int32, int64):
        raise ValueError(f"Argument `dtype` got invalid value {kind!r}. Accepted dtypes are "
                         "float16, bfloat16, float32, float64, int32, int64.")  # fmt: skip
    if maxval is None:
        if kind.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {kind!r}.")
        maxval = 1
    return _named(
        name, "random_uniform", lambda scope: _uniform(shape, minval, maxval, kind, seed, scope)
    )


def _uniform(
    shape: Any, minval: Any, maxval: Any, kind: DType, seed: int | None, name: str | None
) -> Tensor:
    plain = type(minval) is int and type(maxval) is int and (minval, maxval) == (0, 1)
    if plain and not kind.is_integer:
        return draw_raw("uniform", shape, kind, op_seeds(seed))
    minval = tf.convert_to_tensor(minval, kind)
    maxval = tf.convert_to_tensor(maxval, kind)
    seeds = op_seeds(seed)
    if kind.is_integer:
        tensor, dims = split_shape(shape)
        state = state_for("uniform_int", kind, seeds)
        return random_uniform_int(tensor, minval, maxval, dims, state, name=name)
    drawn = draw_raw("uniform", shape, kind, seeds)
    return tf.add(drawn * (maxval - minval), minval, name=name)


@op("raw.random_shuffle", type="RandomShuffle", effect=RANDOM)
def random_shuffle(value: Tensor, state: Any, name: str | None = None) -> TensorSpec:
    """The slices of `value` in random order."""
    return spec(value.dtype, value.dims)


def shuffled_order(xp: Any, size: int, start: int, key: int) -> list[int]:
    """A random order of `size` things."""
    drawn = bits(xp, start, key, max(size - 1, 0)).tolist()
    order = list(range(size))
    for i, number in enumerate(drawn):
        j = i + number % (size - i)
        order[i], order[j] = order[j], order[i]
    return order


@random_shuffle.kernel
def _random_shuffle_kernel(xp: Any, value: Any, state: PhiloxState) -> Any:
    value = as_array(xp, value)
    if value.ndim == 0 or value.size <= 1 or len(value) <= 1:
        return value[()]
    size = len(value)
    start = state.reserve((size - 1 + 3) // 4)
    return value[xp.asarray(shuffled_order(xp, size, start, state.key))]


@public("random.shuffle")
def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The slices of `value` along its first axis, in random order.

    Args:
        value: tensor of any dtype.
        seed: of this op; see `tf.random.set_seed`.
        name: of the node.
    """
    tensor = convert_to_tensor(value)
    state = state_for("shuffle", tensor.dtype, op_seeds(seed))
    return random_shuffle(tensor, state, name=name)


class Algorithm(enum.Enum):
    """How random bits are made."""

    PHILOX = 1
    AUTO_SELECT = 3


public("random.Algorithm", "random.experimental.Algorithm")(Algorithm)
