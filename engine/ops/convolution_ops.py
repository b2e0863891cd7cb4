"""The ops of convolution: forward, and backward to the input and to the filters."""

from __future__ import annotations

from types import FunctionType
from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.ir.dtypes import FLOATING, int32
from engine.ir.op import OpFunction, op
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import partial_ints
from engine.ir.tensor import Tensor
from engine.ops.matmul import product
from engine.ops.windows import output_sizes, pad_amounts, padded, positions

_DTYPES = FLOATING | {int32}


class Family(NamedTuple):
    """The three ops of one kind of convolution."""

    forward: OpFunction
    to_input: OpFunction
    to_filters: OpFunction


def _known_shape(sizes: Any, rank: int) -> Any:
    found = partial_ints(sizes)
    return (None,) * rank if found is None else tuple(found)


def _patches(xp: Any, x: Any, kernel: Any, strides: Any, dilations: Any, padding: Any) -> Any:
    """What each output position sees: [batch, *outputs, window elements, channels]."""
    sizes = x.shape[1:-1]
    outputs = output_sizes(sizes, kernel, strides, dilations, padding)
    x = padded(xp, x, pad_amounts(sizes, kernel, strides, dilations, padding))
    count = 1
    for k in kernel:
        count *= k
    if count == 1:
        return x[next(positions(kernel, outputs, strides, dilations))[1]][..., None, :]
    out = xp.empty((x.shape[0], *outputs, count, x.shape[-1]), x.dtype)
    for i, (_, piece) in enumerate(positions(kernel, outputs, strides, dilations)):
        out[..., i, :] = x[piece]
    return out


def _gathered(
    xp: Any, parts: Any, shape: Any, kernel: Any, strides: Any, dilations: Any, padding: Any
) -> Any:
    """The transpose of `_patches`: add what each window element saw back into the input."""
    sizes = shape[1:-1]
    amounts = pad_amounts(sizes, kernel, strides, dilations, padding)
    wide = [n + before + after for n, (before, after) in zip(sizes, amounts)]
    out = xp.zeros((shape[0], *wide, shape[-1]), parts.dtype)
    outputs = parts.shape[1:-2]
    for i, (_, piece) in enumerate(positions(kernel, outputs, strides, dilations)):
        out[piece] += parts[..., i, :]
    inner = tuple(slice(before, before + n) for n, (before, _) in zip(sizes, amounts))
    return xp.ascontiguousarray(out[(slice(None), *inner)])


def _groups(channels: int, depth: int, outputs: int) -> int:
    if channels % depth or outputs % (channels // depth):
        raise InvalidArgumentError(
            None, None, f"input depth must be evenly divisible by filter depth: {channels} vs "
            f"{depth}",
        )  # fmt: skip
    return channels // depth


def _check_ranks(rank: int, x: Any, filters: Any) -> None:
    for value, name in ((x, "input"), (filters, "filter")):
        if value.dims is not None and len(value.dims) != rank + 2:
            raise ValueError(f"Shape must be rank {rank + 2} but is rank {len(value.dims)} for the "
                             f"{name}: {bracketed(value.dims)}")  # fmt: skip


def _infer_forward(
    input: Tensor, filter: Tensor, strides: Any, padding: Any, dilations: Any,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    rank = len(strides)
    _check_ranks(rank, input, filter)
    x = input.dims or (None,) * (rank + 2)
    w = filter.dims or (None,) * (rank + 2)
    if x[-1] is not None and w[-2] is not None and x[-1] % w[-2]:
        raise ValueError(f"Depth of input ({x[-1]}) is not a multiple of input depth of filter "
                         f"({w[-2]}) for input shapes: {bracketed(input.dims)}, "
                         f"{bracketed(filter.dims)}.")  # fmt: skip
    sizes = output_sizes(x[1:-1], w[:rank], strides, dilations, padding)
    return spec(input.dtype, (x[0], *sizes, w[-1]))


def _forward_kernel(xp: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """Patches as rows of a matrix, times the filters as columns; groups as a batch."""
    for value, name in ((x, "input"), (w, "filter")):
        if value.ndim != len(strides) + 2:
            raise InvalidArgumentError(
                None, None, f"{name} must be {len(strides) + 2}-dimensional: "
                f"{bracketed(value.shape)} [Op:Conv{len(strides)}D]",
            )  # fmt: skip
    groups = _groups(x.shape[-1], w.shape[-2], w.shape[-1])
    parts = _patches(xp, x, w.shape[:-2], strides, dilations, padding)
    lead, window, depth = parts.shape[:-2], parts.shape[-2], w.shape[-2]
    if groups == 1:
        rows = parts.reshape(-1, window * depth)
        return product(xp, rows, w.reshape(window * depth, -1)).reshape(*lead, w.shape[-1])
    rows = parts.reshape(-1, window, groups, depth).transpose(2, 0, 1, 3)
    columns = w.reshape(window, depth, groups, -1).transpose(2, 0, 1, 3)
    left = rows.reshape(groups, -1, window * depth)
    out = product(xp, left, columns.reshape(groups, window * depth, -1))
    return xp.ascontiguousarray(out.transpose(1, 0, 2)).reshape(*lead, w.shape[-1])


def _infer_to_input(
    input_sizes: Tensor, filter: Tensor, out_backprop: Tensor, strides: Any, padding: Any,
    dilations: Any, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    dims, outputs = out_backprop.dims, filter.dims
    if dims and outputs and None not in (dims[-1], outputs[-1]) and dims[-1] != outputs[-1]:
        raise ValueError(f"Dimensions must be equal, but are {dims[-1]} and {outputs[-1]} for "
                         f"input shapes: {bracketed(outputs)}, {bracketed(dims)}.")  # fmt: skip
    known = _known_shape(input_sizes, len(strides) + 2)
    if known is not None:  # the batch is that of the gradient
        known = (dims[0] if dims else None, *known[1:])
    return spec(out_backprop.dtype, known)


def _to_input_kernel(
    xp: Any, sizes: Any, w: Any, grad: Any, strides: Any, padding: Any, dilations: Any
) -> Any:
    shape = tuple(int(n) for n in sizes)
    window = w.shape[:-2]
    _check_backward(shape, window, grad, strides, dilations, padding)
    groups = _groups(shape[-1], w.shape[-2], w.shape[-1])
    lead, depth = grad.shape[:-1], w.shape[-2]
    if groups == 1:
        parts = product(xp, grad.reshape(-1, w.shape[-1]), w.reshape(-1, w.shape[-1]).T)
    else:
        columns = w.reshape(-1, depth, groups, w.shape[-1] // groups)
        rows = grad.reshape(-1, groups, w.shape[-1] // groups)
        parts = xp.einsum("ngo,kdgo->nkgd", rows, columns)
    parts = parts.reshape(*lead, -1, shape[-1])
    return _gathered(xp, parts, shape, window, strides, dilations, padding)


def _infer_to_filters(
    input: Tensor, filter_sizes: Tensor, out_backprop: Tensor, strides: Any, padding: Any,
    dilations: Any, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    return spec(input.dtype, _known_shape(filter_sizes, len(strides) + 2))


def _to_filters_kernel(
    xp: Any, x: Any, sizes: Any, grad: Any, strides: Any, padding: Any, dilations: Any
) -> Any:
    shape = tuple(int(n) for n in sizes)
    groups = _groups(x.shape[-1], shape[-2], shape[-1])
    parts = _patches(xp, x, shape[:-2], strides, dilations, padding)
    window = parts.shape[-2]
    if groups == 1:
        rows = parts.reshape(-1, window * x.shape[-1])
        return product(xp, rows.T, grad.reshape(-1, shape[-1])).reshape(shape)
    rows = parts.reshape(-1, window, groups, shape[-2])
    columns = grad.reshape(-1, groups, shape[-1] // groups)
    return xp.einsum("nkgd,ngo->kdgo", rows, columns).reshape(shape)


def _check_backward(
    shape: Any, kernel: Any, grad: Any, strides: Any, dilations: Any, padding: Any
) -> None:
    wanted = output_sizes(shape[1:-1], kernel, strides, dilations, padding)
    if tuple(wanted) != grad.shape[1:-1] or shape[0] != grad.shape[0]:
        raise InvalidArgumentError(
            None, None, f"Size of out_backprop doesn't match computed: actual = "
            f"{list(grad.shape)}, computed = {[shape[0], *wanted]}",
        )  # fmt: skip


def _declare(rank: int, types: tuple[str, str, str], samples: Any) -> Family:
    """Convolution over `rank` spatial axes, channels last."""
    roles: tuple[Any, ...] = (
        ("forward", _infer_forward, _forward_kernel),
        ("to_input", _infer_to_input, _to_input_kernel),
        ("to_filters", _infer_to_filters, _to_filters_kernel),
    )
    found = []
    for type, (role, base, compute) in zip(types, roles):
        infer = _copy(base, f"conv{rank}d_{role}", f"{type} with the channels last.")
        made = op(f"raw.conv{rank}d_{role}", type=type, dtypes={"T": _DTYPES},
                  groups={"input_sizes": int32, "filter_sizes": int32},
                  value_dependent=role != "forward",
                  samples=samples if role == "forward" else ())(infer)  # fmt: skip
        made.op.compute = compute
        found.append(made)
    family = Family(*found)
    _add_gradients(family)
    return family


def _copy(function: Any, name: str, doc: str) -> Any:
    """The same function under another name."""
    made = FunctionType(function.__code__, function.__globals__, name, function.__defaults__)
    made.__annotations__ = function.__annotations__
    made.__doc__ = doc
    return made


def shape_of(tf: Any, x: Tensor) -> Any:
    """The shape of `x` as an int32 tensor, constant where it is known."""
    if x.dims is not None and None not in x.dims:
        return tf.constant(x.dims, int32)
    return tf.shape(x)


def _add_gradients(family: Family) -> None:
    """The three ops are each other's derivatives."""
    forward, to_input, to_filters = family

    def forward_gradient(tf: Any, node: Any, grad: Tensor) -> Any:
        x, w = node.inputs
        return (
            to_input(shape_of(tf, x), w, grad, **node.attrs),
            to_filters(x, shape_of(tf, w), grad, **node.attrs),
        )

    def to_input_gradient(tf: Any, node: Any, grad: Tensor) -> Any:
        _, w, out = node.inputs
        return (
            None,
            to_filters(grad, shape_of(tf, w), out, **node.attrs),
            forward(grad, w, **node.attrs),
        )

    def to_filters_gradient(tf: Any, node: Any, grad: Tensor) -> Any:
        x, _, out = node.inputs
        return (
            to_input(shape_of(tf, x), grad, out, **node.attrs),
            None,
            forward(x, grad, **node.attrs),
        )

    forward.op.backward = forward_gradient
    to_input.op.backward = to_input_gradient
    to_filters.op.backward = to_filters_gradient


CONV2D = _declare(
    2, ("Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"),
    [("float32[2,5,5,3]", "float32[3,3,3,2]", (1, 1), "SAME", (1, 1)),
     ("float64[1,6,5,4]", "float64[2,3,2,4]", (2, 1), "VALID", (1, 2))],
)  # fmt: skip
CONV3D = _declare(
    3, ("Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"),
    [("float64[1,3,4,3,2]", "float64[2,2,2,2,3]", (1, 2, 1), "SAME", (1, 1, 1))],
)  # fmt: skip


# -- depthwise


@op("raw.depthwise_forward", type="DepthwiseConv2dNative", dtypes={"T": FLOATING},
    samples=[("float32[2,5,5,3]", "float32[3,3,3,2]", (1, 1), "SAME", (1, 1)),
             ("float64[1,6,5,2]", "float64[2,2,2,1]", (2, 2), "VALID", (1, 1))])  # fmt: skip
def depthwise_forward(
    input: Tensor, filter: Tensor, strides: Any, padding: Any, dilations: Any,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Each channel convolved with filters of its own."""
    _check_ranks(2, input, filter)
    x, w = input.dims or (None,) * 4, filter.dims or (None,) * 4
    if x[3] is not None and w[2] is not None and x[3] != w[2]:
        raise ValueError(f"Dimensions must be equal, but are {x[3]} and {w[2]} for input shapes: "
                         f"{bracketed(input.dims)}, {bracketed(filter.dims)}.")  # fmt: skip
    sizes = output_sizes(x[1:-1], w[:2], strides, dilations, padding)
    depth = None if w[2] is None or w[3] is None else w[2] * w[3]
    return spec(input.dtype, (x[0], *sizes, depth))


@depthwise_forward.kernel
def _depthwise_kernel(xp: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    if x.shape[-1] != w.shape[2]:
        raise InvalidArgumentError(
            None, None, f"input and filter must have the same depth: {x.shape[-1]} vs {w.shape[2]}"
        )
    parts = _patches(xp, x, w.shape[:2], strides, dilations, padding)
    flat = w.reshape(-1, *w.shape[2:])
    out = xp.einsum("...kc,kcm->...cm", parts, flat)
    return xp.ascontiguousarray(out).reshape(*out.shape[:-2], -1)


@op("raw.depthwise_to_input", type="DepthwiseConv2dNativeBackpropInput",
    groups={"input_sizes": int32}, dtypes={"T": FLOATING}, value_dependent=True)  # fmt: skip
def depthwise_to_input(
    input_sizes: Tensor, filter: Tensor, out_backprop: Tensor, strides: Any, padding: Any,
    dilations: Any, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The gradient of a depthwise convolution for its input."""
    return spec(out_backprop.dtype, _known_shape(input_sizes, 4))


@depthwise_to_input.kernel
def _depthwise_to_input_kernel(
    xp: Any, sizes: Any, w: Any, grad: Any, strides: Any, padding: Any, dilations: Any
) -> Any:
    shape = tuple(int(n) for n in sizes)
    _check_backward(shape, w.shape[:2], grad, strides, dilations, padding)
    rows = grad.reshape(*grad.shape[:-1], *w.shape[2:])
    parts = xp.einsum("...cm,kcm->...kc", rows, w.reshape(-1, *w.shape[2:]))
    return _gathered(xp, parts, shape, w.shape[:2], strides, dilations, padding)


@op("raw.depthwise_to_filters", type="DepthwiseConv2dNativeBackpropFilter",
    groups={"filter_sizes": int32}, dtypes={"T": FLOATING}, value_dependent=True)  # fmt: skip
def depthwise_to_filters(
    input: Tensor, filter_sizes: Tensor, out_backprop: Tensor, strides: Any, padding: Any,
    dilations: Any, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The gradient of a depthwise convolution for its filters."""
    return spec(input.dtype, _known_shape(filter_sizes, 4))


@depthwise_to_filters.kernel
def _depthwise_to_filters_kernel(
    xp: Any, x: Any, sizes: Any, grad: Any, strides: Any, padding: Any, dilations: Any
) -> Any:
    shape = tuple(int(n) for n in sizes)
    parts = _patches(xp, x, shape[:2], strides, dilations, padding)
    rows = grad.reshape(*grad.shape[:-1], *shape[2:])
    flat = parts.reshape(-1, *parts.shape[-2:]), rows.reshape(-1, *shape[2:])
    return xp.einsum("nkc,ncm->kcm", *flat).reshape(shape)


DEPTHWISE = Family(depthwise_forward, depthwise_to_input, depthwise_to_filters)
_add_gradients(DEPTHWISE)
