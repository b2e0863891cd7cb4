"""Elements moved and added at the edges: pad, roll, reverse, reverse_sequence."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints, static_ints
from engine.ops.dynamic import dynamic_twin
from engine.ops.kernels import as_array, refuse

_MODES = {"CONSTANT": "constant", "REFLECT": "reflect", "SYMMETRIC": "symmetric"}


def _padded(dims: Dims, paddings: Any) -> Dims:
    if dims is None:
        return None if paddings is None else (None,) * len(paddings)
    if paddings is None:
        return (None,) * len(dims)
    if len(paddings) != len(dims):
        raise ValueError(f"The first dimension of paddings must be the rank of inputs: "
                         f"{len(paddings)} != {len(dims)}")  # fmt: skip
    return tuple(None if size is None else size + sum(pair) for size, pair in zip(dims, paddings))


def _check(dims: Any, paddings: Any, mode: str) -> None:
    for size, (before, after) in zip(dims, paddings):
        if before < 0 or after < 0:
            raise ValueError(f"Paddings must be non-negative: {before} {after}")
        limit = {"reflect": size - 1, "symmetric": size}.get(mode) if size is not None else None
        if limit is not None and max(before, after) > limit:
            less = "less than" if mode == "reflect" else "no greater than"
            raise ValueError(f"paddings must be {less} the dimension size: {before}, {after} not "
                             f"{less} {size}")  # fmt: skip


@op(
    "raw.pad",
    samples=[
        ("float32[2,3]", 0.5, ((1, 0), (0, 2)), "constant"),
        ("float32[3,4]", 0.0, ((1, 1), (2, 0)), "reflect"),
        ("float32[3]", 0.0, ((2, 1),), "symmetric"),
    ],
    type="PadV2",
    hint="Pad",
)
def pad_op(
    tensor: Tensor, value: Tensor, paddings: Any, mode: str, name: str | None = None
) -> TensorSpec:
    """`tensor` with elements added before and behind along each axis."""
    dims = _padded(tensor.dims, paddings)
    if tensor.dims is not None:
        _check(tensor.dims, paddings, mode)
    return spec(tensor.dtype, dims)


@pad_op.kernel
def _pad_kernel(xp: Any, x: Any, value: Any, paddings: Any, mode: str) -> Any:
    x = as_array(xp, x)
    _padded(x.shape, paddings)
    _check(x.shape, paddings, mode)
    if mode != "constant":
        return xp.pad(x, paddings, mode=mode)[()]
    shape = tuple(n + before + after for n, (before, after) in zip(x.shape, paddings))
    out = xp.full(shape, value, dtype=x.dtype)
    out[tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, paddings))] = x
    return out[()]


@pad_op.gradient
def _pad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor | None]:
    x, paddings, mode = node.inputs[0], node.attrs["paddings"], node.attrs["mode"]
    if mode != "constant":
        return unpad(grad, x, paddings, mode), None
    inner = tf.slice(grad, [before for before, _ in paddings], tf.shape(x))
    return inner, tf.reduce_sum(grad) - tf.reduce_sum(inner)


@op(
    "raw.unpad",
    samples=[("float32[5]", "float32[3]", ((1, 1),), "reflect")],
    type="MirrorPadGrad",
    hint="MirrorPadGrad",
)
def unpad(grad: Tensor, like: Tensor, paddings: Any, mode: str) -> TensorSpec:
    """`grad` folded back to the shape of `like`: what was mirrored out of it is added up."""
    return spec(grad.dtype, like.dims)


@unpad.kernel
def _unpad_kernel(xp: Any, grad: Any, like: Any, paddings: Any, mode: str) -> Any:
    count = like.size
    places = xp.pad(xp.arange(count).reshape(like.shape), paddings, mode=mode)
    out = xp.zeros(count, grad.dtype)
    xp.add.at(out, places.reshape(-1), grad.reshape(-1))
    return out.reshape(like.shape)


@unpad.gradient
def _unpad_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    mode = node.attrs["mode"].upper()
    return tf.pad(grad, [list(pair) for pair in node.attrs["paddings"]], mode), None


@op(
    "raw.pad_dynamic",
    samples=[("float32[2,3]", 0.5, ((1, 0), (0, 2)), "constant")],
    type="PadV2",
    hint="Pad",
    groups={"paddings": "Tpaddings"},
)
def pad_dynamic(
    tensor: Tensor, value: Tensor, paddings: Tensor, mode: str, name: str | None = None
) -> TensorSpec:
    """As `raw.pad`, with paddings known at run time."""
    rank = paddings.dims[0] if paddings.dims else None
    if tensor.dims is not None:
        rank = len(tensor.dims)
    return spec(tensor.dtype, None if rank is None else (None,) * rank)


@pad_dynamic.kernel
def _pad_dynamic_kernel(xp: Any, x: Any, value: Any, paddings: Any, mode: str) -> Any:
    try:
        return _pad_kernel(xp, x, value, tuple(map(tuple, paddings.tolist())), mode)
    except ValueError as error:
        raise refuse(str(error)) from None


@pad_dynamic.gradient
def _pad_dynamic_gradient(
    tf: Any, node: Any, grad: Tensor
) -> tuple[Tensor | None, Tensor | None, None]:
    x, _, paddings = node.inputs
    if node.attrs["mode"] != "constant":
        return None, None, None
    inner = tf.slice(grad, tf.cast(paddings[:, 0], int32), tf.shape(x))
    return inner, tf.reduce_sum(grad) - tf.reduce_sum(inner), None


@public("pad")
def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """A tensor with elements added at the edges.

    Args:
        tensor: of any dtype, rank R.
        paddings: int32 or int64 [R, 2]: how many before and behind, for each axis.
        mode: "CONSTANT", "REFLECT" (mirrored, without the edge) or "SYMMETRIC" (with it).
        constant_values: what is added in constant mode.
        name: of the node.

    Raises:
        ValueError: for other modes.
        InvalidArgumentError: (ValueError while tracing) if the paddings do not fit.
    """
    kind = _MODES.get(str(mode).upper())
    if kind is None:
        raise ValueError("Value of argument `mode` expected to be one of 'CONSTANT', 'REFLECT', or "
                         f"'SYMMETRIC'. Received `mode` = '{mode}'")  # fmt: skip
    tensor = convert_to_tensor(tensor)
    if type(constant_values) is int and constant_values == 0:
        constant_values = {"S": b"", "b": False}.get(tensor.dtype.kind, 0)
    value = convert_to_tensor(constant_values, None if isinstance(constant_values, Tensor)
                              else tensor.dtype)  # fmt: skip
    pairs = _pairs(paddings)
    if pairs is not None:
        return pad_op(tensor, value, pairs, kind, name=name)
    return pad_dynamic(tensor, value, paddings, kind, name=name)


def _pairs(paddings: Any) -> Any:
    found = convert_to_tensor(paddings)
    if found.dims is not None and (len(found.dims) != 2 or found.dims[1] not in (2, None)):
        if not current().eager:
            raise ValueError(f"Shape must be a matrix with 2 columns, not {list(found.dims)}")
        raise refuse(f"paddings must be a matrix with 2 columns: {list(found.dims)}")
    known = known_value(found)
    if known is None and isinstance(paddings, (list, tuple)):
        rows = [static_ints(row) for row in paddings]
        return None if None in rows else tuple(rows)
    return None if known is None else tuple(tuple(row) for row in known.tolist())


@op("raw.roll", samples=[("float32[3,4]", (1, -1), (0, 1))], type="Roll", hint="Roll")
def roll_op(input: Tensor, shift: Any, axis: Any, name: str | None = None) -> TensorSpec:
    """`input` rotated along axes."""
    return spec(input.dtype, input.dims)


@roll_op.kernel
def _roll_kernel(xp: Any, x: Any, shift: Any, axis: Any) -> Any:
    return xp.roll(x, shift, axis)


@roll_op.gradient
def _roll_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    back = [-count for count in node.attrs["shift"]]
    return tf.roll(grad, back, list(node.attrs["axis"]))


@op(
    "raw.roll_dynamic",
    samples=[("float32[4]", 1, 0)],
    type="Roll",
    hint="Roll",
    groups={"shift": "Ts", "axis": "Ta"},
)
def roll_dynamic(input: Tensor, shift: Tensor, axis: Tensor, name: str | None = None) -> TensorSpec:
    """As `raw.roll`, by counts known at run time."""
    return spec(input.dtype, input.dims)


@roll_dynamic.kernel
def _roll_dynamic_kernel(xp: Any, x: Any, shift: Any, axis: Any) -> Any:
    return xp.roll(x, tuple(xp.atleast_1d(shift).tolist()), tuple(xp.atleast_1d(axis).tolist()))


@roll_dynamic.gradient
def _roll_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return tf.roll(grad, -node.inputs[1], node.inputs[2]), None, None


@public("roll")
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """A tensor whose elements moved along axes; what leaves at one end enters at the other.

    Args:
        input: tensor of rank 1 or more.
        shift: by how much, for each axis.
        axis: axis or axes.
        name: of the node.
    """
    counts = checked_ints(shift, "Roll", "shift", "Tshift")
    axes = checked_ints(axis, "Roll", "axis", "Taxis")
    if isinstance(counts, int) != isinstance(axes, int) and None not in (counts, axes):
        if current().eager:
            raise refuse("shift and axis must have the same size [Op:Roll]")
        raise ValueError("Shapes must be equal rank for 'Roll'")
    counts, axes = ((v,) if isinstance(v, int) else v for v in (counts, axes))
    if counts is None or axes is None or None in counts + axes:
        return roll_dynamic(input, shift, axis, name=name)
    return roll_op(input, counts, axes, name=name)


@op("raw.reverse", samples=[("float32[3,4]", (0, -1))], type="ReverseV2", hint="ReverseV2")
def reverse_op(tensor: Tensor, axis: Any, name: str | None = None) -> TensorSpec:
    """`tensor` with some axes reversed."""
    if tensor.dims is not None:
        rank = len(tensor.dims)
        for item in axis:
            if not -rank <= item < rank:
                raise ValueError(f"'axis'[{axis.index(item)}] = {item} is out of valid range "
                                 f"[{-rank}, {rank - 1}]")  # fmt: skip
        if len({item % rank for item in axis}) < len(axis):
            raise ValueError(f"axis {axis[-1]} specified more than once.")
    return spec(tensor.dtype, tensor.dims)


@reverse_op.kernel
def _reverse_kernel(xp: Any, x: Any, axis: Any) -> Any:
    return xp.flip(as_array(xp, x), axis)


@reverse_op.gradient
def _reverse_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    axis = node.attrs["axis"]
    return tf.reverse(grad, list(axis) if isinstance(axis, tuple) else axis)


_reverse_loose = dynamic_twin(
    reverse_op, "axis", lambda tensor, axis: spec(tensor.dtype, tensor.dims)
)


@public("reverse")
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """A tensor with the order reversed along some axes.

    Args:
        tensor: of any dtype.
        axis: list or vector of axes.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) for axes out of range or named twice.
    """
    axes = checked_ints(axis, "ReverseV2", "axis")
    if isinstance(axes, int) or getattr(axis, "dims", None) == ():
        if current().eager:
            found = convert_to_tensor(tensor)
            if found.dims and 0 in found.dims:
                return found
            raise refuse("'dims' must be 1-dimension, not 0 [Op:ReverseV2]")
        raise ValueError("Shape must be rank 1 but is rank 0 for 'ReverseV2'")
    if axes is None or None in axes:
        return _reverse_loose(tensor, axis, name=name)
    return reverse_op(tensor, axes, name=name)


@op("reverse_sequence", type="ReverseSequence", groups={"seq_lengths": "Tlen"},
    dtypes={"Tlen": frozenset({int32, int64})},
    samples=[("float32[2,4]", (2, 3), 1)])  # fmt: skip
def reverse_sequence(
    input: Tensor, seq_lengths: Tensor, seq_axis: int | None = None,
    batch_axis: int | None = None, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The first elements of each slice reversed, as many as its length says.

    Args:
        input: tensor of rank 2 or more.
        seq_lengths: int32 or int64, one for each slice along `batch_axis`.
        seq_axis: along which elements are reversed.
        batch_axis: along which the slices lie, by default 0.
        name: of the node.
    """
    if input.dims is None or seq_lengths.dims is None:
        return spec(input.dtype, input.dims)
    batch = (batch_axis or 0) % len(input.dims)
    sizes = list(input.dims)
    if sizes[batch] is None:
        sizes[batch] = seq_lengths.dims[0]
    elif seq_lengths.dims[0] not in (None, sizes[batch]):
        raise ValueError(f"Dimensions must be equal, but are {sizes[batch]} and "
                         f"{seq_lengths.dims[0]}")  # fmt: skip
    return spec(input.dtype, tuple(sizes))


@reverse_sequence.kernel
def _reverse_sequence_kernel(
    xp: Any, x: Any, seq_lengths: Any, seq_axis: int, batch_axis: int | None
) -> Any:
    batch = batch_axis or 0
    seq_axis, batch = seq_axis % x.ndim, batch % x.ndim
    if seq_axis == batch:
        raise refuse(f"batch_dim == seq_dim {seq_axis}")
    if seq_lengths.ndim != 1 or len(seq_lengths) != x.shape[batch]:
        raise refuse(f"Length of seq_lens != input.dims({batch}), ({xp.size(seq_lengths)} vs. "
                     f"{x.shape[batch]})")  # fmt: skip
    if (xp.asarray(seq_lengths) > x.shape[seq_axis]).any():
        raise refuse(f"seq_lens({int(seq_lengths.argmax())}) > input.dims({seq_axis})")
    out = x.copy()
    for i, length in enumerate(seq_lengths.tolist()):
        key: list[Any] = [slice(None)] * x.ndim
        key[batch] = i
        key[seq_axis] = slice(0, length)
        back = list(key)
        back[seq_axis] = slice(length - 1, None, -1) if length else slice(0, 0)
        out[tuple(key)] = x[tuple(back)]
    return out


@reverse_sequence.gradient
def _reverse_sequence_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.reverse_sequence(grad, node.inputs[1], **node.attrs), None
