"""Vectors as sequences: order of elements, inverse permutations, approximate largest elements."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor


@op("math.invert_permutation", type="InvertPermutation", dtypes={"T": {int32, int64}},
    samples=[("int32[5]:[3,4,0,2,1]",)])  # fmt: skip
def invert_permutation(x: Tensor, name: str | None = None) -> TensorSpec:
    """The permutation y with y[x[i]] = i.

    Args:
        x: int32 or int64 vector that holds 0, 1, ..., n - 1 in some order.
        name: of the node.

    Raises:
        InvalidArgumentError: if it does not, or is no vector.
    """
    if x.dims is not None and len(x.dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(x.dims)}")
    return spec(x.dtype, x.dims or (None,))


@invert_permutation.kernel
def _invert_permutation_kernel(xp: Any, x: Any) -> Any:
    if x.ndim != 1:
        raise InvalidArgumentError(None, None, "invert_permutation expects a 1D vector.")
    outside = (x < 0) | (x >= len(x))
    if outside.any():
        bad = int(x[outside][0])
        raise InvalidArgumentError(None, None, f"{bad} is not between 0 and {len(x)}")
    out = xp.full(x.shape, -1, x.dtype)
    out[x] = xp.arange(len(x), dtype=x.dtype)
    if (out < 0).any():
        counts = xp.bincount(x)
        twice = int(counts.argmax())
        raise InvalidArgumentError(None, None, f"{twice} is duplicated in the input.")
    return out


def _differences(tf: Any, x: Any) -> tuple[Tensor, Tensor]:
    x = convert_to_tensor(x)
    if not x.dtype.is_numeric:
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    flat = tf.reshape(x, [-1])
    if flat.dtype.kind == "u":  # whose differences would wrap
        flat = tf.cast(flat, int64)
    return flat[1:] - flat[:-1], tf.zeros((), flat.dtype)


@public("math.is_non_decreasing")
def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Is no element smaller than the one before it (in row-major order)?

    Args:
        x: numeric tensor.
        name: of the last node.

    Returns:
        A scalar bool tensor; True where there are fewer than two elements.
    """
    from engine.ops.namespace import tf

    steps, zero = _differences(tf, x)
    return tf.reduce_all(tf.less_equal(zero, steps), name=name)


@public("math.is_strictly_increasing")
def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Is every element larger than the one before it? Arguments as `is_non_decreasing`."""
    from engine.ops.namespace import tf

    steps, zero = _differences(tf, x)
    return tf.reduce_all(tf.less(zero, steps), name=name)


class ApproxTopK(NamedTuple):
    """What `approx_max_k` answers."""

    values: Any
    indices: Any


@public("math.approx_max_k", "nn.approx_max_k")
def approx_max_k(
    operand: Any, k: int, reduction_dimension: int = -1, recall_target: float = 0.95,
    reduction_input_size_override: int = -1, aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:  # fmt: skip
    """The k largest elements along an axis and their places; here always the exact ones.

    Args:
        operand: tensor of floats.
        k: how many.
        reduction_dimension: the axis.
        recall_target: share of them that must be right; makes no difference.
        reduction_input_size_override: makes no difference.
        aggregate_to_topk: makes no difference.
        name: of the nodes.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(operand)
    axis = reduction_dimension % x.ndim
    if axis == x.ndim - 1:
        return ApproxTopK(*tf.math.top_k(x, k, name=name))
    order = [i for i in range(x.ndim) if i != axis] + [axis]
    back = sorted(range(x.ndim), key=order.__getitem__)
    found = tf.math.top_k(tf.transpose(x, order), k)
    return ApproxTopK(*(tf.transpose(part, back) for part in found))


@public("math.approx_min_k", "nn.approx_min_k")
def approx_min_k(
    operand: Any, k: int, reduction_dimension: int = -1, recall_target: float = 0.95,
    reduction_input_size_override: int = -1, aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:  # fmt: skip
    """The k smallest elements along an axis and their places; arguments as `approx_max_k`."""
    from engine.ops.namespace import tf

    found = approx_max_k(tf.negative(operand), k, reduction_dimension)
    return ApproxTopK(tf.negative(found.values, name=name), found.indices)


@public("approx_top_k")
def approx_top_k(
    input: Any, k: int, reduction_dimension: int = -1, recall_target: float = 0.95,
    is_max_k: bool = True, reduction_input_size_override: int = -1, aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:  # fmt: skip
    """`approx_max_k`, or, unless `is_max_k`, `approx_min_k`."""
    pick = approx_max_k if is_max_k else approx_min_k
    return pick(input, k, reduction_dimension, name=name)
