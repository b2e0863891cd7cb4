"""Random numbers as pure functions of a seed, and of a generator's key and counter."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, DType, as_dtype, float32, int32, int64, uint32, uint64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import refusal, refused_index
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf
from engine.ops.random_basic import shuffled_order, sizes_of, split_shape
from engine.ops.random_philox import DISTRIBUTIONS, SKIP_PER_OUTPUT, full_integers, integers, mix

_TYPES = {
    "uniform": "StatelessRandomUniformV2",
    "normal": "StatelessRandomNormalV2",
    "truncated_normal": "StatelessTruncatedNormalV2",
}


def stream_of(xp: Any, seed: Any, raw: bool) -> tuple[int, int]:
    """Counter and key: of a generator's state [low, high, key], or scrambled from two seeds."""
    numbers = [int(item) for item in seed.reshape(-1)]
    if raw:
        low, high, key = (number % 2**64 for number in numbers)
        return low | (high << 64), key
    if len(numbers) != 2:
        raise refuse(f"seed must have shape [2], not {list(seed.shape)}")
    return mix(numbers[0] % 2**64, numbers[1] % 2**64)


def _declare(kind: str) -> Any:
    @op(f"raw.stateless_{kind}", type=_TYPES[kind], groups={"shape": "S", "seed": "K"},
        samples=[(None, (1, 2), (3, 2), float32, False)])  # fmt: skip
    def infer(
        shape: Tensor | None, seed: Tensor, dims: Any, dtype: DType, raw: bool,
        name: str | None = None,
    ) -> TensorSpec:  # fmt: skip
        """Random numbers of one distribution, from a seed."""
        return spec(dtype, _dims(shape, dims))

    draw = DISTRIBUTIONS[kind]

    @infer.kernel
    def kernel(xp: Any, shape: Any, seed: Any, dims: Any, dtype: DType, raw: bool) -> Any:
        wanted, count = sizes_of(shape, dims)
        return draw(xp, *stream_of(xp, seed, raw), count, dtype).reshape(wanted)[()]

    return infer


def _dims(shape: Any, known: Any) -> Any:
    if known is None and shape is not None and shape.dims and shape.dims[0] is not None:
        return (None,) * shape.dims[0]
    return known


_OPS = {kind: _declare(kind) for kind in _TYPES}


@op("raw.stateless_uniform_int", type="StatelessRandomUniformIntV2",
    groups={"shape": "S", "seed": "K"})  # fmt: skip
def stateless_uniform_int(
    shape: Tensor | None, seed: Tensor, minval: Tensor, maxval: Tensor, dims: Any, raw: bool,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Random integers in [minval, maxval), from a seed."""
    return spec(minval.dtype, _dims(shape, dims))


@stateless_uniform_int.kernel
def _stateless_uniform_int_kernel(
    xp: Any, shape: Any, seed: Any, minval: Any, maxval: Any, dims: Any, raw: bool
) -> Any:
    wanted, count = sizes_of(shape, dims)
    if minval >= maxval:
        raise refuse(f"Need minval < maxval, got {minval} >= {maxval}")
    counter, key = stream_of(xp, seed, raw)
    kind = as_dtype(minval.dtype)
    return integers(xp, counter, key, count, minval, maxval, kind).reshape(wanted)[()]


@op("raw.stateless_full_int", type="StatelessRandomUniformFullIntV2",
    groups={"shape": "S", "seed": "K"})  # fmt: skip
def stateless_full_int(
    shape: Tensor | None, seed: Tensor, dims: Any, dtype: DType, raw: bool,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Random integers of the whole range of a dtype, from a seed."""
    return spec(dtype, _dims(shape, dims))


@stateless_full_int.kernel
def _stateless_full_int_kernel(
    xp: Any, shape: Any, seed: Any, dims: Any, dtype: DType, raw: bool
) -> Any:
    wanted, count = sizes_of(shape, dims)
    counter, key = stream_of(xp, seed, raw)
    return full_integers(xp, counter, key, count, dtype).reshape(wanted)[()]


def _seed(seed: Any) -> Tensor:
    tensor = convert_to_tensor(seed, dtype_hint=int64 if _is_large(seed) else int32)
    if tensor.dims is not None and tensor.dims != (2,):
        raise refusal("StatelessRandomGetKeyCounter",
                      f"seed must have shape [2], not {list(tensor.dims)}")  # fmt: skip
    if tensor.dtype not in (int32, int64, uint32, uint64):
        raise refused_index(tensor.dtype, "StatelessRandomGetKeyCounter", "seed", "Tseed")
    return tensor


def _is_large(seed: Any) -> bool:
    return isinstance(seed, (list, tuple)) and any(
        isinstance(item, int) and not -(2**31) <= item < 2**31 for item in seed
    )


def numbers(kind: str, shape: Any, seed: Tensor, dtype: DType, raw: bool) -> Tensor:
    """Numbers of a standard distribution, from a seed or a generator's state."""
    tensor, dims = split_shape(shape)
    return _OPS[kind](tensor, seed, dims, dtype, raw)


def uniform_numbers(
    shape: Any, seed: Tensor, minval: Any, maxval: Any, kind: DType, raw: bool, name: Any
) -> Tensor:
    """Uniform numbers, from a seed or a generator's state."""
    if kind.is_integer:
        tensor, dims = split_shape(shape)
        if minval is None and maxval is None:
            return stateless_full_int(tensor, seed, dims, kind, raw, name=name)
        if minval is None or maxval is None:
            raise ValueError(f"For integer dtype {kind!r}, argument `minval` and `maxval` must be "
                             f"both None or both not None. Got minval={minval} and maxval="
                             f"{maxval}.")  # fmt: skip
        low, high = tf.convert_to_tensor(minval, kind), tf.convert_to_tensor(maxval, kind)
        return stateless_uniform_int(tensor, seed, low, high, dims, raw, name=name)
    low = tf.convert_to_tensor(0 if minval is None else minval, kind)
    high = tf.convert_to_tensor(1 if maxval is None else maxval, kind)
    drawn = numbers("uniform", shape, seed, kind, raw)
    return tf.add(drawn * (high - low), low, name=name)


_UNIFORM = FLOATING | {int32, int64, uint32, uint64}


@public("random.stateless_uniform")
def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32,
    name: str | None = None, alg: str = "auto_select",
) -> Tensor:  # fmt: skip
    """Uniform random numbers in [minval, maxval): the same for the same seed.

    Args:
        shape: of the result.
        seed: two integers.
        minval: lower end; None (with `maxval` None): the whole range of an integer dtype.
        maxval: upper end, not included.
        dtype: float16, bfloat16, float32, float64, int32, int64, uint32 or uint64.
        name: of the node.
        alg: "philox" or "auto_select".

    Raises:
        ValueError: for other dtypes, or where only one end of an integer range is given.
    """
    kind = as_dtype(dtype)
    if kind not in _UNIFORM:
        raise ValueError(f"Argument `dtype` got invalid value {kind!r}. Accepted dtypes are "
                         f"{tuple(sorted(_UNIFORM, key=int))}.")  # fmt: skip
    if kind in (uint32, uint64) and not (minval is None and maxval is None):
        raise ValueError(f"Argument `dtype` got invalid value {kind!r} when argument `minval` or "
                         "`maxval` is given.")  # fmt: skip
    if kind.is_floating and maxval is None:
        maxval = 1
    return uniform_numbers(shape, _seed(seed), minval, maxval, kind, False, name)


@public("random.stateless_normal")
def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
    name: str | None = None, alg: str = "auto_select",
) -> Tensor:  # fmt: skip
    """Normal random numbers: the same for the same seed (two integers)."""
    return _scaled("normal", shape, seed, mean, stddev, dtype, name)


@public("random.stateless_truncated_normal")
def stateless_truncated_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
    name: str | None = None, alg: str = "auto_select",
) -> Tensor:  # fmt: skip
    """Truncated normal random numbers: the same for the same seed (two integers)."""
    return _scaled("truncated_normal", shape, seed, mean, stddev, dtype, name)


def _scaled(
    kind: str, shape: Any, seed: Any, mean: Any, stddev: Any, dtype: Any, name: Any
) -> Tensor:
    wanted = as_dtype(dtype)
    mean, stddev = tf.convert_to_tensor(mean, wanted), tf.convert_to_tensor(stddev, wanted)
    drawn = numbers(kind, shape, _seed(seed), wanted, False)
    return tf.add(drawn * stddev, mean, name=name)


@public("random.split", "random.experimental.stateless_split")
def split(seed: Any, num: int = 2, alg: str = "auto_select") -> Tensor:
    """`num` new seeds, [num, 2], from one."""
    tensor = _seed(seed)
    return uniform_numbers([num, 2], tensor, None, None, tensor.dtype, False, None)


@public("random.fold_in", "random.experimental.stateless_fold_in")
def fold_in(seed: Any, data: Any, alg: str = "auto_select") -> Tensor:
    """A new seed from a seed and an integer."""
    data = convert_to_tensor(data)
    first = uniform_numbers([], _seed(seed), None, None, data.dtype, False, None)
    return tf.stack([first, data])


@op("raw.stateless_shuffle", type="StatelessShuffle", groups={"seed": "K"},
    samples=[("float32[4,2]", (1, 2))])  # fmt: skip
def stateless_shuffle_op(value: Tensor, seed: Tensor, name: str | None = None) -> TensorSpec:
    """The slices of `value` in an order made from a seed."""
    return spec(value.dtype, value.dims)


@stateless_shuffle_op.kernel
def _stateless_shuffle_kernel(xp: Any, value: Any, seed: Any) -> Any:
    value = as_array(xp, value)
    if not value.ndim or len(value) <= 1:
        return value[()]
    counter, key = stream_of(xp, seed, False)
    return value[xp.asarray(shuffled_order(xp, len(value), counter, key))]


@public("random.experimental.stateless_shuffle")
def stateless_shuffle(
    value: Any, seed: Any, alg: str = "auto_select", name: str | None = None
) -> Tensor:
    """The slices of `value` along its first axis, in an order that the seed decides."""
    return stateless_shuffle_op(convert_to_tensor(value), _seed(seed), name=name)


@op("raw.advance_state", type="RngReadAndSkip", groups={"state": int64, "delta": int64})
def advance_state(state: Tensor, delta: Tensor) -> TensorSpec:
    """A generator's state [low, high, key] after `delta` numbers."""
    return spec(int64, state.dims)


@advance_state.kernel
def _advance_state_kernel(xp: Any, state: Any, delta: Any) -> Any:
    low, high, key = (int(item) for item in state)
    counter = ((low % 2**64) | ((high % 2**64) << 64)) + int(delta) * SKIP_PER_OUTPUT
    parts = (counter % 2**64, (counter >> 64) % 2**64)
    signed = [part - 2**64 if part >= 2**63 else part for part in parts]
    return xp.array([*signed, key], dtype="int64")
