"""Running sums, products and log-sum-exps along an axis."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, NUMERIC
from engine.ir.op import OpFunction, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.dynamic import choose, dynamic_twin

_SAMPLES = [
    ("float32[3,4]", 1),
    ("float64[3]", 0, True),
    ("float64[2,3]", -1, True, True),
    ("float32[2,3]", 0, False, True),
]


def check_axis(dims: Any, axis: int) -> None:
    """Raises ValueError unless a tensor of shape `dims` has the scan axis `axis`."""
    if dims is not None and not -len(dims) <= axis < len(dims):
        raise ValueError(
            f"ScanOp: Expected scan axis in the range [{-len(dims)}, {len(dims)}), but got {axis}"
        )


def _same(x: Tensor, axis: Tensor, exclusive: bool = False, reverse: bool = False) -> TensorSpec:
    return spec(x.dtype, x.dims)


def _index(rank: int, axis: int, piece: slice) -> tuple[slice, ...]:
    return tuple(piece if i == axis % rank else slice(None) for i in range(rank))


def _scan(
    xp: Any, x: Any, axis: int, exclusive: bool, reverse: bool, total: Any, start: Any
) -> Any:
    """`total` over the axis, optionally from the end, optionally without the element itself."""
    check_axis(x.shape, axis)
    flip = _index(x.ndim, axis, slice(None, None, -1))
    if reverse:
        x = x[flip]
    if exclusive:
        out = xp.empty_like(x)
        out[_index(x.ndim, axis, slice(0, 1))] = start
        rest = _index(x.ndim, axis, slice(None, -1))
        out[_index(x.ndim, axis, slice(1, None))] = total(x[rest])
    else:
        out = total(x)
    return xp.ascontiguousarray(out[flip]) if reverse else out


@op("raw.cumsum", type="Cumsum", dtypes={"T": NUMERIC}, samples=_SAMPLES)
def cumsum_op(
    x: Tensor, axis: int, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> TensorSpec:
    """Running sums."""
    return spec(x.dtype, x.dims)


@cumsum_op.kernel
def _cumsum_kernel(
    xp: Any, x: Any, axis: int, exclusive: bool = False, reverse: bool = False
) -> Any:
    return _scan(xp, x, axis, exclusive, reverse, lambda v: v.cumsum(axis, v.dtype), 0)


@cumsum_op.gradient
def _cumsum_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    attrs = node.attrs
    return tf.cumsum(grad, attrs["axis"], attrs["exclusive"], not attrs["reverse"])


@op("raw.cumprod", type="Cumprod", dtypes={"T": NUMERIC}, samples=_SAMPLES)
def cumprod_op(
    x: Tensor, axis: int, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> TensorSpec:
    """Running products."""
    return spec(x.dtype, x.dims)


@cumprod_op.kernel
def _cumprod_kernel(
    xp: Any, x: Any, axis: int, exclusive: bool = False, reverse: bool = False
) -> Any:
    return _scan(xp, x, axis, exclusive, reverse, lambda v: v.cumprod(axis, v.dtype), 1)


@cumprod_op.gradient
def _cumprod_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, attrs = node.inputs[0], node.attrs
    axis, exclusive, reverse = attrs["axis"], attrs["exclusive"], attrs["reverse"]
    out = node.outputs[0] * grad
    total = tf.cumsum(out, axis, exclusive, not reverse)
    return tf.math.divide_no_nan(total, x)


@op("raw.cumulative_logsumexp", type="CumulativeLogsumexp", dtypes={"T": FLOATING},
    samples=_SAMPLES)  # fmt: skip
def cumulative_logsumexp_op(
    x: Tensor, axis: int, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> TensorSpec:
    """Running log-sum-exps."""
    return spec(x.dtype, x.dims)


@cumulative_logsumexp_op.kernel
def _cumulative_logsumexp_kernel(
    xp: Any, x: Any, axis: int, exclusive: bool = False, reverse: bool = False
) -> Any:
    def total(values: Any) -> Any:
        """Doubling: after step k each element covers itself and the 2**k - 1 before it."""
        out = values.copy()
        step = 1
        while step < values.shape[axis]:
            later = _index(x.ndim, axis, slice(step, None))
            earlier = _index(x.ndim, axis, slice(None, -step))
            out[later] = xp.logaddexp(out[later], out[earlier].copy())
            step *= 2
        return out

    return _scan(xp, x, axis, exclusive, reverse, total, -xp.inf)


@cumulative_logsumexp_op.gradient
def _cumulative_logsumexp_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, result, attrs = node.inputs[0], node.outputs[0], node.attrs
    lowest = tf.constant(x.dtype.min, x.dtype)
    one = tf.ones_like(grad)

    def part(share: Tensor) -> Tensor:
        positive = share > 0
        logs = tf.where(positive, tf.math.log(tf.where(positive, share, one)), lowest)
        scanned = tf.math.cumulative_logsumexp(
            logs - result, attrs["axis"], attrs["exclusive"], not attrs["reverse"]
        )
        return tf.exp(scanned + x)

    return part(grad) - part(tf.negative(grad))


_cumsum_loose = dynamic_twin(cumsum_op, "axis", _same)
_cumprod_loose = dynamic_twin(cumprod_op, "axis", _same)
_logsumexp_loose = dynamic_twin(cumulative_logsumexp_op, "axis", _same)


def _call(
    fixed: OpFunction, loose: OpFunction, x: Any, axis: Any, exclusive: Any, reverse: Any,
    name: str | None,
) -> Tensor:  # fmt: skip
    x = convert_to_tensor(x)
    return choose(
        fixed, loose, (x,), axis, exclusive=bool(exclusive), reverse=bool(reverse), name=name
    )


@public("math.cumsum", "cumsum")
def cumsum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running sums along an axis: [a, a + b, a + b + c].

    Args:
        x: numeric tensor.
        axis: the axis, negative ones from the back; may be a tensor.
        exclusive: leave each element out of its own sum: [0, a, a + b]?
        reverse: sum from the end?
        name: of the node.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there is no such axis.
    """
    return _call(cumsum_op, _cumsum_loose, x, axis, exclusive, reverse, name)


@public("math.cumprod")
def cumprod(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running products along an axis; arguments and errors as `tf.cumsum`."""
    return _call(cumprod_op, _cumprod_loose, x, axis, exclusive, reverse, name)


@public("math.cumulative_logsumexp")
def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """log(cumsum(exp(x))) without overflow; arguments and errors as `tf.cumsum`.

    With `exclusive`, the first element is -inf.
    """
    return _call(cumulative_logsumexp_op, _logsumexp_loose, x, axis, exclusive, reverse, name)
