"""Reductions over segments: rows with the same number are combined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import NUMERIC, REAL, int32, int64
from engine.ir.op import OpFunction, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor

_IDS = {int32, int64}


def _fill(xp: Any, dtype: Any, how: str) -> Any:
    """What an empty segment answers."""
    if how == "prod":
        return 1
    if how in ("sum", "mean"):
        return 0
    if dtype.kind == "V":  # bfloat16
        return -3.3895313892515355e38 if how == "max" else 3.3895313892515355e38
    limits = xp.iinfo(dtype) if dtype.kind in "iu" else xp.finfo(dtype)
    return limits.min if how == "max" else limits.max


def _combine(xp: Any, data: Any, ids: Any, count: int, how: str, empty: Any) -> Any:
    out = xp.full((count, *data.shape[ids.ndim :]), _fill(xp, data.dtype, how), data.dtype)
    ufunc = {"max": xp.maximum, "min": xp.minimum, "prod": xp.multiply}.get(how, xp.add)
    rows = data.reshape(-1, *data.shape[ids.ndim :])
    flat = ids.reshape(-1)
    kept = flat >= 0
    if not kept.all():
        rows, flat = rows[kept], flat[kept]
    ufunc.at(out, flat, rows)
    if how == "mean" or empty is not None:
        hits = xp.bincount(flat, minlength=count).reshape(-1, *(1,) * (out.ndim - 1))
        if empty is not None:
            out = xp.where(hits > 0, out, xp.asarray(empty, out.dtype))
        if how == "mean":
            size = xp.maximum(hits, 1)
            out = (out // size if out.dtype.kind in "iu" else out / size).astype(out.dtype)
    return out


def _check_prefix(data: Any, ids: Any) -> None:
    if data.dims is None or ids.dims is None:
        return
    head = data.dims[: len(ids.dims)]
    if len(head) < len(ids.dims) or any(
        a is not None and b is not None and a != b for a, b in zip(head, ids.dims)
    ):
        raise ValueError(
            f"segment_ids should be the same size as dimension 0 of input: shapes "
            f"{list(data.dims)} and {list(ids.dims)}"
        )


# -- sorted segments


def _sorted(how: str, type: str, doc: str, gradient: Callable[..., Any] | None) -> OpFunction:
    def infer(data: Tensor, segment_ids: Tensor, name: str | None = None) -> TensorSpec:
        if segment_ids.dims is not None and len(segment_ids.dims) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(segment_ids.dims)}")
        return spec(data.dtype, None if data.dims is None else (None, *data.dims[1:]))

    def kernel(xp: Any, data: Any, ids: Any) -> Any:
        if ids.ndim != 1 or len(ids) != (data.shape[0] if data.ndim else -1):
            raise InvalidArgumentError(
                None, None, "segment_ids should be the same size as dimension 0 of input."
            )
        if not len(ids):
            return data[:0].copy()
        if int(ids[0]) < 0:
            raise InvalidArgumentError(None, None, "segment ids must be >= 0")
        if bool((ids[1:] < ids[:-1]).any()):
            raise InvalidArgumentError(None, None, "segment ids are not increasing")
        # gaps between the numbers answer 0 (1 for products)
        empty = 0 if how in ("max", "min") else None
        return _combine(xp, data, ids, int(ids[-1]) + 1, how, empty)

    infer.__name__ = infer.__qualname__ = f"segment_{how}"
    infer.__doc__ = f"""{doc}

    Args:
        data: numeric tensor [rows, ...].
        segment_ids: int32 or int64 vector [rows] in ascending order.
        name: of the node.

    Returns:
        A tensor [last segment + 1, ...].

    Raises:
        InvalidArgumentError: if the numbers are negative, not ascending, or too few.
    """
    allowed = NUMERIC if how in ("sum", "prod", "mean") else REAL
    made = op(f"math.segment_{how}", type=type, groups={"segment_ids": "Tidx"},
              dtypes={"T": allowed, "Tidx": _IDS},
              samples=[("float32[3,2]", (0, 0, 2)), ("float64[3]", (0, 1, 1))])(infer)  # fmt: skip
    made.op.compute = kernel
    made.op.backward = gradient
    return made


def _sum_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.gather(grad, node.inputs[1]), None


def _mean_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    data, ids = node.inputs
    sizes = tf.math.segment_sum(tf.ones_like(ids, data.dtype), ids)
    return tf.gather(grad, ids) / _column(tf, tf.gather(sizes, ids), data), None


def _column(tf: Any, values: Tensor, like: Tensor) -> Tensor:
    """`values`, one per row, shaped to broadcast against `like`."""
    rank = values.ndim
    ones = tf.ones([tf.rank(like) - rank], int32)
    return tf.reshape(values, tf.concat([tf.shape(values), ones], 0))


def _extreme_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    data, ids = node.inputs
    hits = tf.cast(tf.equal(data, tf.gather(node.outputs[0], ids)), data.dtype)
    ties = tf.math.segment_sum(hits, ids)
    return hits * tf.gather(tf.math.divide_no_nan(grad, ties), ids), None


def _prod_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    data, ids = node.inputs
    return _others(tf, data, ids, tf.shape(grad)[0], grad, node.outputs[0]), None


segment_sum = _sorted("sum", "SegmentSum", "The sum of the rows of each segment.", _sum_gradient)
segment_mean = _sorted(
    "mean", "SegmentMean", "The mean of the rows of each segment.", _mean_gradient
)
segment_prod = _sorted(
    "prod", "SegmentProd", "The product of the rows of each segment.", _prod_gradient
)
segment_max = _sorted(
    "max", "SegmentMax", "The largest of the rows of each segment.", _extreme_gradient
)
segment_min = _sorted(
    "min", "SegmentMin", "The smallest of the rows of each segment.", _extreme_gradient
)


# -- unsorted segments


def _unsorted(how: str, type: str, doc: str, gradient: Callable[..., Any]) -> OpFunction:
    def infer(
        data: Tensor, segment_ids: Tensor, num_segments: Tensor, name: str | None = None
    ) -> TensorSpec:
        _check_prefix(data, segment_ids)
        if data.dims is None or segment_ids.dims is None:
            return spec(data.dtype, None)
        count = known_value(num_segments)
        if count is not None and count < 0:
            raise ValueError("Dimension size, given by scalar input 2, must be non-negative but "
                             f"is {count}")  # fmt: skip
        rest = data.dims[len(segment_ids.dims) :]
        return spec(data.dtype, (None if count is None else int(count), *rest))

    def kernel(xp: Any, data: Any, ids: Any, num_segments: Any) -> Any:
        count = int(num_segments)
        if ids.shape != data.shape[: ids.ndim]:
            raise InvalidArgumentError(
                None, None, f"data.shape = {list(data.shape)} does not start with "
                f"segment_ids.shape = {list(ids.shape)}",
            )  # fmt: skip
        if ids.size and int(ids.max()) >= count:
            at = int(ids.reshape(-1).argmax())
            raise InvalidArgumentError(
                None, None, f"segment_ids[{at}] = {int(ids.max())} is out of range [0, {count})"
            )
        return _combine(xp, data, ids, count, how, None)

    infer.__name__ = infer.__qualname__ = f"unsorted_segment_{how}"
    infer.__doc__ = f"""{doc}

    Args:
        data: numeric tensor [*shape of segment_ids, ...].
        segment_ids: int32 or int64 tensor; rows with a negative number are left out.
        num_segments: number of segments.
        name: of the node.

    Returns:
        A tensor [num_segments, ...].

    Raises:
        InvalidArgumentError: if a number is too large, or the shapes do not fit.
    """
    allowed = REAL if how in ("max", "min") else NUMERIC
    made = op(
        f"math.unsorted_segment_{how}", type=type, value_dependent=True,
        groups={"segment_ids": "Tindices", "num_segments": "Tnumsegments"},
        dtypes={"T": allowed, "Tindices": _IDS, "Tnumsegments": _IDS},
        samples=[("float32[4,2]", (1, 0, 0, 2), 3), ("float64[3]", (0, -1, 0), 1)],
    )(infer)  # fmt: skip
    made.op.compute = kernel
    made.op.backward = gradient
    return made


def _gather_kept(tf: Any, values: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """`values` of each row's segment, 0 for rows that were left out; and which rows were kept."""
    kept = ids >= 0
    found = tf.gather(values, tf.maximum(ids, tf.zeros_like(ids)))
    mask = tf.broadcast_to(_column(tf, kept, found), tf.shape(found))
    return tf.where(mask, found, tf.zeros_like(found)), mask


def _unsorted_sum_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return _gather_kept(tf, grad, node.inputs[1])[0], None, None


def _unsorted_extreme_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    data, ids, count = node.inputs
    best, mask = _gather_kept(tf, node.outputs[0], ids)
    hits = tf.cast(tf.logical_and(tf.equal(data, best), mask), data.dtype)
    ties = tf.math.unsorted_segment_sum(hits, ids, count)
    return hits * _gather_kept(tf, tf.math.divide_no_nan(grad, ties), ids)[0], None, None


def _unsorted_prod_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    data, ids, count = node.inputs
    return _others(tf, data, ids, count, grad, node.outputs[0]), None, None


def _others(
    tf: Any, data: Tensor, ids: Tensor, count: Any, grad: Tensor, product: Tensor
) -> Tensor:
    """The product of the other rows: by division, and apart where a segment holds one zero."""
    zero = tf.equal(data, tf.zeros_like(data))
    zeros = tf.math.unsorted_segment_sum(tf.cast(zero, int32), ids, count)
    grad = tf.where(zeros > 1, tf.zeros_like(grad), grad)
    without = tf.where(zero, tf.ones_like(data), data)
    rest, _ = _gather_kept(tf, tf.math.unsorted_segment_prod(without, ids, count), ids)
    whole, _ = _gather_kept(tf, product, ids)
    others = tf.where(zero, rest, whole / without)
    return _gather_kept(tf, grad, ids)[0] * others


unsorted_segment_sum = _unsorted(
    "sum", "UnsortedSegmentSum", "The sum of the rows of each segment.", _unsorted_sum_gradient
)
unsorted_segment_prod = _unsorted(
    "prod", "UnsortedSegmentProd", "The product of the rows of each segment; 1 for none.",
    _unsorted_prod_gradient,
)  # fmt: skip
unsorted_segment_max = _unsorted(
    "max", "UnsortedSegmentMax",
    "The largest of the rows of each segment; the dtype's lowest value for none.",
    _unsorted_extreme_gradient,
)  # fmt: skip
unsorted_segment_min = _unsorted(
    "min", "UnsortedSegmentMin",
    "The smallest of the rows of each segment; the dtype's highest value for none.",
    _unsorted_extreme_gradient,
)  # fmt: skip


def _sizes(tf: Any, data: Tensor, ids: Any, count: Any) -> Tensor:
    """How many rows each segment has (at least 1), shaped to divide the segments' sums."""
    ids = convert_to_tensor(ids)
    hits = unsorted_segment_sum(tf.ones(tf.shape(ids), data.dtype), ids, count)
    return _column(tf, tf.maximum(hits, tf.ones((), data.dtype)), data[(0,) * (ids.ndim - 1)])


@public("math.unsorted_segment_mean")
def unsorted_segment_mean(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The mean of the rows of each segment; 0 where there are none.

    Arguments and errors as `tf.math.unsorted_segment_sum`; integers become floats.
    """
    from engine.ops.namespace import tf

    data = convert_to_tensor(data)
    total = unsorted_segment_sum(data, segment_ids, num_segments)
    return tf.divide(total, _sizes(tf, data, segment_ids, num_segments), name=name)


@public("math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of the rows of each segment over the square root of their number.

    Arguments and errors as `tf.math.unsorted_segment_sum`.
    """
    from engine.ops.namespace import tf

    data = convert_to_tensor(data)
    total = unsorted_segment_sum(data, segment_ids, num_segments)
    sizes = _sizes(tf, data, segment_ids, num_segments)
    return tf.divide(total, tf.sqrt(sizes), name=name)
