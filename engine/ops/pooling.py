"""Pooling: the largest or the mean element of each window."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, REAL, DType, as_dtype, int32, int64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import partial_ints
from engine.ir.tensor import Tensor
from engine.ops.convolution_ops import shape_of
from engine.ops.declare import last_derivative
from engine.ops.windows import (
    channels_first,
    check_padding,
    output_sizes,
    pad_amounts,
    padded,
    positions,
    spatial,
    to_last,
    to_second,
)

_SAMPLES_2D = [("float32[2,5,6,3]", (2, 2), (2, 2), "VALID"),
               ("float64[1,5,5,2]", (3, 2), (2, 1), "SAME")]  # fmt: skip


def _pooled(x: Any, ksize: Any, strides: Any, padding: Any) -> TensorSpec:
    rank = len(ksize)
    if x.dims is None:
        return spec(x.dtype, (None,) * (rank + 2))
    if len(x.dims) != rank + 2:
        raise ValueError(f"Shape must be rank {rank + 2} but is rank {len(x.dims)}")
    sizes = output_sizes(x.dims[1:-1], ksize, strides, (1,) * rank, padding)
    return spec(x.dtype, (x.dims[0], *sizes, x.dims[-1]))


def _layout(x: Any, ksize: Any, strides: Any, padding: Any) -> Any:
    """Output sizes, paddings and window positions for an array."""
    rank = len(ksize)
    if x.ndim != rank + 2:
        raise InvalidArgumentError(None, None, f"tensor_in must be {rank + 2}-dimensional")
    ones = (1,) * rank
    sizes = x.shape[1:-1]
    outputs = output_sizes(sizes, ksize, strides, ones, padding)
    amounts = pad_amounts(sizes, ksize, strides, ones, padding)
    return outputs, amounts, list(positions(ksize, outputs, strides, ones))


# -- maximum


@op("raw.max_pool", type="MaxPool", dtypes={"T": REAL}, samples=_SAMPLES_2D)
def max_pool_op(
    input: Tensor, ksize: Any, strides: Any, padding: Any, name: str | None = None
) -> TensorSpec:
    """The largest element of each window, channels last."""
    return _pooled(input, ksize, strides, padding)


def _check_amounts(window: Any, padding: Any) -> None:
    """Raises InvalidArgumentError for an explicit padding as large as the window."""
    if isinstance(padding, str):
        return
    for pair, size, sides in zip(padding, window, (("Top", "Bottom"), ("Left", "Right"))):
        for amount, side in zip(pair, sides):
            if amount >= size > 0:
                raise InvalidArgumentError(
                    None, None, f"{side} padding {amount} needs to be smaller than the window "
                    f"size {size}",
                )  # fmt: skip


def _lowest(xp: Any, x: Any) -> Any:
    return xp.iinfo(x.dtype).min if x.dtype.kind in "iu" else -xp.inf


@max_pool_op.kernel
def _max_pool_kernel(xp: Any, x: Any, ksize: Any, strides: Any, padding: Any) -> Any:
    _check_amounts(ksize, padding)
    _, amounts, pieces = _layout(x, ksize, strides, padding)
    wide = padded(xp, x, amounts, _lowest(xp, x))
    out = wide[pieces[0][1]].copy()
    for _, piece in pieces[1:]:
        xp.maximum(out, wide[piece], out=out)
    return out


@max_pool_op.gradient
def _max_pool_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return max_pool_grad(node.inputs[0], grad, **node.attrs)


def _winners(xp: Any, wide: Any, pieces: Any) -> Any:
    """Which window element is the (first) largest at each position."""
    best = wide[pieces[0][1]].copy()
    winner = xp.zeros(best.shape, xp.int32)
    for i, (_, piece) in enumerate(pieces[1:], 1):
        candidate = wide[piece]
        better = candidate > best
        winner[better] = i
        best[better] = candidate[better]
    return winner


@op("raw.max_pool_grad", type="MaxPoolGrad", dtypes={"T": REAL})
def max_pool_grad(
    input: Tensor, grad: Tensor, ksize: Any, strides: Any, padding: Any, name: str | None = None
) -> TensorSpec:
    """Each window's gradient, put where its largest element is."""
    return spec(input.dtype, input.dims)


@max_pool_grad.kernel
def _max_pool_grad_kernel(
    xp: Any, x: Any, grad: Any, ksize: Any, strides: Any, padding: Any
) -> Any:
    _, amounts, pieces = _layout(x, ksize, strides, padding)
    winner = _winners(xp, padded(xp, x, amounts, _lowest(xp, x)), pieces)
    shape = [n + a + b for n, (a, b) in zip(x.shape[1:-1], amounts)]
    out = xp.zeros((x.shape[0], *shape, x.shape[-1]), grad.dtype)
    for i, (_, piece) in enumerate(pieces):
        out[piece] += xp.where(winner == i, grad, grad.dtype.type(0))
    inner = tuple(slice(a, a + n) for n, (a, _) in zip(x.shape[1:-1], amounts))
    return xp.ascontiguousarray(out[(slice(None), *inner)])


@max_pool_grad.gradient
def _max_pool_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x = node.inputs[0]
    return tf.zeros_like(x), max_pool_pick(x, grad, **node.attrs)


@op("raw.max_pool_pick", type="MaxPoolGradGrad", dtypes={"T": REAL})
def max_pool_pick(
    input: Tensor, values: Tensor, ksize: Any, strides: Any, padding: Any,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """`values` where the largest element of each window of `input` is."""
    return _pooled(input, ksize, strides, padding)


@max_pool_pick.kernel
def _max_pool_pick_kernel(
    xp: Any, x: Any, values: Any, ksize: Any, strides: Any, padding: Any
) -> Any:
    _, amounts, pieces = _layout(x, ksize, strides, padding)
    winner = _winners(xp, padded(xp, x, amounts, _lowest(xp, x)), pieces)
    wide = padded(xp, values, amounts)
    out = xp.zeros(winner.shape, values.dtype)
    for i, (_, piece) in enumerate(pieces):
        out = xp.where(winner == i, wide[piece], out)
    return out


@max_pool_pick.gradient
def _max_pool_pick_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x = node.inputs[0]
    return tf.zeros_like(x), max_pool_grad(x, grad, **node.attrs)


MaxPoolWithArgmax = namedtuple("MaxPoolWithArgmax", ["output", "argmax"])


@op("raw.max_pool_with_argmax", type="MaxPoolWithArgmax", dtypes={"T": REAL})
def max_pool_with_argmax_op(
    input: Tensor, ksize: Any, strides: Any, padding: Any, output_dtype: DType, batch: bool,
    name: str | None = None,
) -> tuple[TensorSpec, TensorSpec]:  # fmt: skip
    """The largest element of each window, and its flat index in the image."""
    found = _pooled(input, ksize, strides, padding)
    return found, spec(output_dtype, found.dims)


@max_pool_with_argmax_op.kernel
def _max_pool_with_argmax_kernel(
    xp: Any, x: Any, ksize: Any, strides: Any, padding: Any, output_dtype: DType, batch: bool
) -> Any:
    outputs, amounts, pieces = _layout(x, ksize, strides, padding)
    winner = _winners(xp, padded(xp, x, amounts, _lowest(xp, x)), pieces)
    rows = (winner // ksize[1]) + (xp.arange(outputs[0]) * strides[0] - amounts[0][0])[
        :, None, None
    ]
    columns = (winner % ksize[1]) + (xp.arange(outputs[1]) * strides[1] - amounts[1][0])[:, None]
    flat = (rows * x.shape[2] + columns) * x.shape[3] + xp.arange(x.shape[3])
    if batch:
        flat = flat + (xp.arange(x.shape[0]) * (x.size // x.shape[0]))[:, None, None, None]
    return _max_pool_kernel(xp, x, ksize, strides, padding), flat.astype(output_dtype.name)


@max_pool_with_argmax_op.gradient
def _max_pool_with_argmax_gradient(tf: Any, node: Any, grad: Tensor, _: Any) -> Tensor:
    attrs = {key: node.attrs[key] for key in ("ksize", "strides", "padding")}
    return _argmax_grad(max_pool_grad(node.inputs[0], grad, **attrs))


_argmax_grad = last_derivative("raw.max_pool_grad_with_argmax", "MaxPoolGradWithArgmax")


# -- mean


@op("raw.avg_pool", type="AvgPool", dtypes={"T": FLOATING}, samples=_SAMPLES_2D)
def avg_pool_op(
    value: Tensor, ksize: Any, strides: Any, padding: Any, name: str | None = None
) -> TensorSpec:
    """The mean of each window's elements (without the padding), channels last."""
    return _pooled(value, ksize, strides, padding)


def _counts(xp: Any, sizes: Any, amounts: Any, pieces: Any, dtype: Any) -> Any:
    """How many elements of each window lie in the image."""
    ones = padded(xp, xp.ones((1, *sizes, 1), dtype), amounts)
    total = ones[pieces[0][1]].copy()
    for _, piece in pieces[1:]:
        total += ones[piece]
    return total


@avg_pool_op.kernel
def _avg_pool_kernel(xp: Any, x: Any, ksize: Any, strides: Any, padding: Any) -> Any:
    _, amounts, pieces = _layout(x, ksize, strides, padding)
    wide = padded(xp, x, amounts)
    out = wide[pieces[0][1]].copy()
    for _, piece in pieces[1:]:
        out += wide[piece]
    if padding == "VALID":
        return out / x.dtype.type(len(pieces))
    return out / _counts(xp, x.shape[1:-1], amounts, pieces, x.dtype)


@avg_pool_op.gradient
def _avg_pool_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return avg_pool_grad(shape_of(tf, node.inputs[0]), grad, **node.attrs)


@op("raw.avg_pool_grad", type="AvgPoolGrad", groups={"orig_input_shape": int32},
    dtypes={"T": FLOATING}, value_dependent=True)  # fmt: skip
def avg_pool_grad(
    orig_input_shape: Tensor, grad: Tensor, ksize: Any, strides: Any, padding: Any,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Each window's gradient, shared out among its elements."""
    found = partial_ints(orig_input_shape)
    return spec(grad.dtype, (None,) * (len(ksize) + 2) if found is None else tuple(found))


@avg_pool_grad.kernel
def _avg_pool_grad_kernel(
    xp: Any, shape: Any, grad: Any, ksize: Any, strides: Any, padding: Any
) -> Any:
    sizes = tuple(int(n) for n in shape)
    ones = (1,) * len(ksize)
    inside = sizes[1:-1]
    outputs = output_sizes(inside, ksize, strides, ones, padding)
    amounts = pad_amounts(inside, ksize, strides, ones, padding)
    pieces = list(positions(ksize, outputs, strides, ones))
    part = grad / _counts(xp, inside, amounts, pieces, grad.dtype)
    wide = [n + a + b for n, (a, b) in zip(inside, amounts)]
    out = xp.zeros((sizes[0], *wide, sizes[-1]), grad.dtype)
    for _, piece in pieces:
        out[piece] += part
    inner = tuple(slice(a, a + n) for n, (a, _) in zip(inside, amounts))
    return xp.ascontiguousarray(out[(slice(None), *inner)])


@avg_pool_grad.gradient
def _avg_pool_grad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, Tensor]:
    return None, avg_pool_op(grad, **node.attrs)


# -- public


def _pool(
    function: Any, rank: int, input: Any, ksize: Any, strides: Any, padding: Any,
    data_format: Any, name: str | None,
) -> Tensor:  # fmt: skip
    from engine.ops.namespace import tf

    first = channels_first(data_format, rank)
    channels = 1 if first else rank + 1
    explicit = function is max_pool_op and rank < 3
    if not explicit and not isinstance(padding, (str, bytes)):
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    window = spatial(ksize, rank, "ksize", channels)
    steps = spatial(strides, rank, "strides", channels)
    pad = check_padding(padding, rank, first, explicit)
    x = convert_to_tensor(input)
    if rank == 1:
        x = tf.expand_dims(to_last(tf, x, 1) if first else x, 1)
        pad = pad if isinstance(pad, str) else ((0, 0), *pad)
        out = tf.squeeze(function(x, (1, *window), (1, *steps), pad), [1], name=name)
        return to_second(tf, out, 1) if first else out
    if not first:
        return function(x, window, steps, pad, name)
    return to_second(tf, function(to_last(tf, x, rank), window, steps, pad), rank, name)


def _rank(input: Any, data_format: Any) -> tuple[Tensor, int, Any]:
    x = convert_to_tensor(input)
    rank = x.ndim - 2 if x.dims is not None or data_format is None else len(data_format) - 2
    if rank not in (1, 2, 3):
        raise ValueError(f"`input.shape.rank` must be 3, 4 or 5. Received: {x.shape}")
    return x, rank, data_format


def _declare(rank: int, kind: str) -> None:
    letters = {1: "W", 2: "HW", 3: "DHW"}[rank]
    function = max_pool_op if kind == "max" else avg_pool_op
    word = "largest" if kind == "max" else "mean"

    def pool(
        input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = f"N{letters}C",
        name: str | None = None,
    ) -> Tensor:  # fmt: skip
        name = name or f"{kind.capitalize()}Pool{rank}d"
        return _pool(function, rank, input, ksize, strides, padding, data_format, name)

    pool.__name__ = pool.__qualname__ = f"{kind}_pool{rank}d"
    pool.__doc__ = f"""The {word} element of each window over {rank} spatial axes.

    Args:
        input: tensor [batch, *{rank} spatial axes, channels].
        ksize: size of the window: a number, or a list of 1, {rank} or {rank + 2}.
        strides: step of the window, in the same forms.
        padding: 'SAME', 'VALID', or pairs of numbers.
        data_format: 'N{letters}C' or 'NC{letters}'.
        name: of the node.

    Raises:
        ValueError: for a malformed argument.
    """
    public(f"nn.{kind}_pool{rank}d")(pool)


for _kind in ("max", "avg"):
    for _spatial_rank in (1, 2, 3):
        _declare(_spatial_rank, _kind)


@public("nn.max_pool")
def max_pool(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The largest element of each window, over as many spatial axes as `input` has.

    Args:
        input: tensor [batch, *spatial axes, channels].
        ksize: size of the window: a number, or a list.
        strides: step of the window, in the same forms.
        padding: 'SAME', 'VALID', or pairs of numbers.
        data_format: 'N...C' (default) or 'NC...'.
        name: of the node.
    """
    x, rank, form = _rank(input, data_format)
    return _pool(max_pool_op, rank, x, ksize, strides, padding, form, name)


@public("nn.avg_pool")
def avg_pool(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The mean of each window, over as many spatial axes as `input` has; see `tf.nn.max_pool`."""
    x, rank, form = _rank(input, data_format)
    return _pool(avg_pool_op, rank, x, ksize, strides, padding, form, name)


@public("nn.max_pool_with_argmax")
def max_pool_with_argmax(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC",
    output_dtype: Any = int64, include_batch_in_index: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """The largest element of each window, and its index in the flattened image.

    Args:
        input: tensor [batch, height, width, channels].
        ksize: size of the window.
        strides: step of the window.
        padding: 'SAME' or 'VALID'.
        data_format: 'NHWC'.
        output_dtype: dtype of the indices.
        include_batch_in_index: count over the whole batch?
        name: of the node.

    Returns:
        Two tensors of one shape: the elements and the indices.

    Raises:
        ValueError: for another format.
    """
    if data_format != "NHWC":
        raise ValueError(f"`data_format` values other  than 'NHWC' are not supported. Received: "
                         f"data_format={data_format}")  # fmt: skip
    window, steps = spatial(ksize, 2, "ksize", 3), spatial(strides, 2, "strides", 3)
    pad = check_padding(padding, 2, False, explicit=False)
    dtype = as_dtype(output_dtype)
    return MaxPoolWithArgmax(
        *max_pool_with_argmax_op(input, window, steps, pad, dtype, include_batch_in_index, name)
    )


@public("nn.pool")
def pool(
    input: Any, window_shape: Any, pooling_type: str, strides: Any = None, padding: Any = "VALID",
    data_format: Any = None, dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Pooling of either kind over as many spatial axes as the window has.

    Args:
        input: tensor [batch, *spatial axes, channels].
        window_shape: sizes of the window.
        pooling_type: 'MAX' or 'AVG'.
        strides: step of the window; 1 by default.
        padding: 'SAME' or 'VALID'.
        data_format: 'N...C' (default) or 'NC...'.
        dilations: must be 1.
        name: of the node.

    Raises:
        ValueError: for another type, or gaps in the window.
    """
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"`pooling_type` must be 'MAX' or 'AVG'. Received: {pooling_type}")
    if dilations is not None and any(n != 1 for n in dilations):
        raise ValueError("pooling with gaps in the window (`dilations`) is not supported")
    function = max_pool_op if pooling_type == "MAX" else avg_pool_op
    rank = len(window_shape)
    steps = [1] * rank if strides is None else strides
    return _pool(function, rank, input, window_shape, steps, padding, data_format, name)
