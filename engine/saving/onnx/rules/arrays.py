"""Ops that reduce, multiply, cut and join arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.ir.graph import Node
from engine.saving.onnx.model import RULES, Builder, UnsupportedOpError, rule

__all__: list[str] = []

_INT64_MAX = np.iinfo(np.int64).max


def _rank(tensor: Any) -> int:
    rank = tensor.shape.rank
    if rank is None:
        raise UnsupportedOpError("the number of dimensions is not known")
    return int(rank)


def _axis(value: Any, tensor: Any) -> int:
    axis = int(value)
    return axis + _rank(tensor) if axis < 0 else axis


def _dims(tensor: Any) -> list[int]:
    dims = None if tensor.shape.rank is None else tensor.shape.as_list()
    if dims is None or any(size is None for size in dims):
        raise UnsupportedOpError("the shape is not known")
    return [int(size) for size in dims]


# -- reductions ------------------------------------------------------------------------------


def _reduction(kind: str) -> Any:
    def convert(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
        axis, keep = node.attrs["axis"], int(bool(node.attrs["keepdims"]))
        (tensor,) = node.inputs
        is_bool = tensor.dtype.name == "bool"
        name = (
            builder.node("Cast", inputs, to=builder.onnx.TensorProto.INT32)
            if is_bool
            else inputs[0]
        )
        if axis is None:
            made = builder.node(kind, [name], keepdims=keep)
        else:
            axes = [axis] if isinstance(axis, int) else [int(each) for each in axis]
            made = builder.node(
                kind, [name, builder.ints(axes)], keepdims=keep, noop_with_empty_axes=1
            )
        return [builder.cast(made, tensor.dtype) if is_bool else made]

    return convert


RULES.update(
    {
        "raw.reduce_sum": _reduction("ReduceSum"),
        "raw.reduce_mean": _reduction("ReduceMean"),
        "raw.reduce_max": _reduction("ReduceMax"),
        "raw.reduce_min": _reduction("ReduceMin"),
        "raw.reduce_prod": _reduction("ReduceProd"),
        "raw.reduce_all": _reduction("ReduceMin"),
        "raw.reduce_any": _reduction("ReduceMax"),
    }
)


@rule("raw.argmax", "raw.argmin")
def argmax(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The first of the greatest or the least."""
    kind = "ArgMax" if node.op.type == "ArgMax" else "ArgMin"
    made = builder.node(kind, inputs, axis=int(node.attrs["axis"]), keepdims=0)
    return [builder.cast(made, node.outputs[0].dtype)]


@rule("raw.cumsum")
def cumsum(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """With the same two switches."""
    flags = {name: int(bool(node.attrs[name])) for name in ("exclusive", "reverse")}
    return [builder.node("CumSum", [inputs[0], builder.ints(int(node.attrs["axis"]))], **flags)]


# -- products --------------------------------------------------------------------------------


@rule("raw.mat_mul", "raw.batch_mat_mul")
def mat_mul(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`MatMul`, of transposed matrices where the node says so."""
    flags = ("transpose_a", "transpose_b") if "transpose_a" in node.attrs else ("adj_x", "adj_y")
    names = []
    for given, flag, tensor in zip(inputs, flags, node.inputs):
        name = given
        if node.attrs[flag]:
            rank = _rank(tensor)
            order = [*range(rank - 2), rank - 1, rank - 2]
            name = builder.node("Transpose", [name], perm=order)
        names.append(name)
    return [builder.node("MatMul", names)]


@rule("raw.einsum")
def einsum(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The same equation."""
    return [builder.node("Einsum", inputs, equation=str(node.attrs["equation"]))]


@rule("raw.bias_add")
def bias_add(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """An addition along the last axis."""
    if str(node.attrs["data_format"] or "NHWC").startswith("NC"):
        raise UnsupportedOpError("channels that come first")
    return [builder.node("Add", inputs)]


# -- shapes ----------------------------------------------------------------------------------


@rule("raw.reshape")
def reshape(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """To the dimensions the node has; 0 is 0."""
    dims = [int(size) for size in node.attrs["dims"]]
    return [builder.node("Reshape", [inputs[0], builder.ints(dims)], allowzero=1)]


@rule("raw.reshape_dynamic")
def reshape_dynamic(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """To a shape that is computed."""
    shape = builder.node("Cast", [inputs[1]], to=builder.onnx.TensorProto.INT64)
    return [builder.node("Reshape", [inputs[0], shape], allowzero=1)]


@rule("raw.transpose")
def transpose(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The axes in another order; backwards where none is given."""
    order = node.attrs["perm"]
    flags = {} if order is None else {"perm": [int(each) for each in order]}
    return [builder.node("Transpose", inputs, **flags)]


@rule("raw.expand_dims")
def expand_dims(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """One dimension more."""
    return [builder.node("Unsqueeze", [inputs[0], builder.ints([int(node.attrs["axis"])])])]


@rule("raw.squeeze")
def squeeze(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Dimensions of size 1 away: those named, or all."""
    axes = [int(each) for each in node.attrs["axis"] or ()]
    return [builder.node("Squeeze", [inputs[0], builder.ints(axes)] if axes else inputs)]


@rule("raw.shape")
def shape(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The shape, in the dtype asked for."""
    return [builder.cast(builder.node("Shape", inputs), node.outputs[0].dtype)]


@rule("raw.size")
def size(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The number of elements."""
    return [builder.cast(builder.node("Size", inputs), node.outputs[0].dtype)]


@rule("raw.broadcast_to")
def broadcast_to(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """To known dimensions."""
    return [builder.node("Expand", [inputs[0], builder.ints(_dims(node.outputs[0]))])]


@rule("raw.fill")
def fill(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """One value everywhere."""
    return [builder.node("Expand", [inputs[0], builder.ints(_dims(node.outputs[0]))])]


@rule("raw.zeros_like", "raw.ones_like")
def full_like(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Zeros or ones in the shape of another tensor."""
    (tensor,) = node.outputs
    value = builder.like(tensor, 1 if node.op.type == "OnesLike" else 0)
    return [builder.node("Expand", [value, builder.node("Shape", inputs)])]


@rule("raw.tile")
def tile(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Copies along each axis."""
    times = [int(each) for each in node.attrs["multiples"]]
    return [builder.node("Tile", [inputs[0], builder.ints(times)])]


@rule("raw.range")
def range_(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Start, limit and step."""
    return [builder.node("Range", inputs)]


# -- joining and cutting ---------------------------------------------------------------------


@rule("raw.concat")
def concat(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Along one axis."""
    return [builder.node("Concat", inputs, axis=int(node.attrs["axis"]))]


@rule("raw.stack")
def stack(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Along a new axis."""
    axis = _axis(node.attrs["axis"], node.outputs[0])
    parts = [builder.node("Unsqueeze", [name, builder.ints([axis])]) for name in inputs]
    return [builder.node("Concat", parts, axis=axis)]


@rule("raw.unstack")
def unstack(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """One tensor for each place along an axis."""
    axis = _axis(node.attrs["axis"], node.inputs[0])
    return [
        builder.node("Gather", [inputs[0], builder.ints(index)], axis=axis)
        for index in range(len(node.outputs))
    ]


@rule("raw.split_evenly", "raw.split")
def split(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Parts along an axis, of one size or of those given."""
    names = [builder.fresh("Split") for _ in node.outputs]
    axis = int(node.attrs["axis"])
    sizes = node.attrs.get("sizes")
    if sizes is None:
        builder.node("Split", inputs[:1], names, axis=axis, num_outputs=len(names))
    else:
        known = [_dims(part)[axis] for part in node.outputs]
        builder.node("Split", [inputs[0], builder.ints(known)], names, axis=axis)
    return names


@rule("raw.pad")
def pad(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """A border of a value, or of the array's own mirrored."""
    modes = {"constant": "constant", "reflect": "reflect"}
    mode = modes.get(str(node.attrs["mode"]).lower())
    if mode is None:
        raise UnsupportedOpError(f"mode {node.attrs['mode']!r}")
    pairs = [[int(size) for size in pair] for pair in node.attrs["paddings"]]
    pads = builder.ints([pair[0] for pair in pairs] + [pair[1] for pair in pairs])
    names = [inputs[0], pads, inputs[1]] if mode == "constant" else [inputs[0], pads]
    return [builder.node("Pad", names, mode=mode)]


@rule("raw.gather")
def gather(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Places along an axis."""
    if node.attrs["batch_dims"]:
        raise UnsupportedOpError("batch_dims")
    return [builder.node("Gather", inputs, axis=int(node.attrs["axis"]))]


@rule("raw.one_hot")
def one_hot(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`on_value` at the index, else `off_value`, also where the index is out of range."""
    depth, axis = int(node.attrs["depth"]), int(node.attrs["axis"])
    axes = builder.ints([axis])
    places = builder.node("Unsqueeze", [builder.cast(inputs[0], _int64(builder)), axes])
    rank = _rank(node.outputs[0])
    dims = [1] * rank
    dims[axis] = depth
    numbers = builder.weight(np.arange(depth, dtype=np.int64).reshape(dims))
    return [builder.node("Where", [builder.node("Equal", [places, numbers]), *inputs[1:]])]


def _int64(builder: Builder) -> Any:
    from engine.ir import dtypes

    return dtypes.int64


@rule("raw.slice")
def slice_(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """From a place on, so many; -1 for all the rest."""
    starts = [int(each) for each in node.attrs["begin"]]
    sizes = [int(each) for each in node.attrs["size"]]
    ends = [_INT64_MAX if count < 0 else start + count for start, count in zip(starts, sizes)]
    axes = builder.ints(list(range(len(starts))))
    return [builder.node("Slice", [inputs[0], builder.ints(starts), builder.ints(ends), axes])]


@rule("raw.strided_slice")
def strided_slice(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Numbers, slices, `...` and new axes between brackets."""
    key = node.attrs["key"]
    rank = _rank(node.inputs[0])
    used = sum(1 for each in key if each is not None and each is not Ellipsis)
    starts: list[int] = []
    ends: list[int] = []
    steps: list[int] = []
    axes: list[int] = []
    gone: list[int] = []
    added: list[int] = []
    axis = place = 0
    for each in key:
        if each is None:
            added.append(place)
            place += 1
        elif each is Ellipsis:
            axis += rank - used
            place += rank - used
        elif isinstance(each, tuple):
            start, end, step = each
            step = 1 if step is None else int(step)
            if (start, end, step) != (None, None, 1):
                starts.append(int(start) if start is not None else 0 if step > 0 else _INT64_MAX)
                ends.append(
                    int(end) if end is not None else _INT64_MAX if step > 0 else -_INT64_MAX
                )
                steps.append(step)
                axes.append(axis)
            axis += 1
            place += 1
        elif isinstance(each, (int, np.integer)):
            starts.append(int(each))
            ends.append(int(each) + 1 if each != -1 else _INT64_MAX)
            steps.append(1)
            axes.append(axis)
            gone.append(axis)
            axis += 1
        else:
            raise UnsupportedOpError(f"an index like {each!r}")
    name = inputs[0]
    if axes:
        bounds = [builder.ints(each) for each in (starts, ends, axes, steps)]
        name = builder.node("Slice", [name, *bounds])
    if gone:
        name = builder.node("Squeeze", [name, builder.ints(gone)])
    if added:
        name = builder.node("Unsqueeze", [name, builder.ints(added)])
    return [name if name != inputs[0] else builder.node("Identity", [name])]


@rule("raw.reverse")
def reverse(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """Backwards along axes."""
    axis = node.attrs["axis"]
    axes = [_axis(each, node.inputs[0]) for each in ([axis] if isinstance(axis, int) else axis)]
    if not axes:
        return [builder.node("Identity", inputs)]
    bounds = ([-1] * len(axes), [-_INT64_MAX] * len(axes), axes, [-1] * len(axes))
    return [builder.node("Slice", [inputs[0], *(builder.ints(each) for each in bounds)])]


# -- images ----------------------------------------------------------------------------------


def _pads(node: Node, window: list[int], strides: list[int], dilations: list[int]) -> list[int]:
    """The border that `SAME` means, which depends on the size of the image."""
    padding = node.attrs["padding"]
    if padding == "VALID":
        return [0] * (2 * len(window))
    if padding != "SAME":
        raise UnsupportedOpError(f"padding {padding!r}")
    before, after = [], []
    sizes = _dims(node.inputs[0])[1:-1]
    for size, width, stride, dilation in zip(sizes, window, strides, dilations):
        reach = (width - 1) * dilation + 1
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return [*before, *after]


def _spatial(value: Any, count: int) -> list[int]:
    if isinstance(value, int):
        return [value] * count
    found = [int(each) for each in value]
    return found[1:-1] if len(found) == count + 2 else found


def _channels_first(builder: Builder, name: str, rank: int) -> str:
    return builder.node("Transpose", [name], perm=[0, rank - 1, *range(1, rank - 1)])


def _channels_last(builder: Builder, name: str, rank: int) -> str:
    return builder.node("Transpose", [name], perm=[0, *range(2, rank), 1])


@rule("raw.conv2d_forward")
def conv2d(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """ONNX wants the channels first: transposed before and behind."""
    height, width, depth, _ = _dims(node.inputs[1])
    if _dims(node.inputs[0])[-1] != depth:
        raise UnsupportedOpError("grouped channels")
    strides = _spatial(node.attrs["strides"], 2)
    dilations = _spatial(node.attrs["dilations"], 2)
    image = _channels_first(builder, inputs[0], 4)
    kernel = builder.node("Transpose", [inputs[1]], perm=[3, 2, 0, 1])
    pads = _pads(node, [height, width], strides, dilations)
    flags = {"strides": strides, "dilations": dilations, "pads": pads}
    return [_channels_last(builder, builder.node("Conv", [image, kernel], **flags), 4)]


@rule("raw.max_pool", "raw.avg_pool")
def pool(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The greatest or the mean of each window; the border does not count."""
    rank = _rank(node.inputs[0])
    window = _spatial(node.attrs["ksize"], rank - 2)
    strides = _spatial(node.attrs["strides"], rank - 2)
    pads = _pads(node, window, strides, [1] * len(window))
    kind = "MaxPool" if node.op.type == "MaxPool" else "AveragePool"
    image = _channels_first(builder, inputs[0], rank)
    made = builder.node(kind, [image], kernel_shape=window, strides=strides, pads=pads)
    return [_channels_last(builder, made, rank)]
