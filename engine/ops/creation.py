"""Tensors from nothing: zeros, ones, fill, range, linspace."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import (
    DType,
    as_dtype,
    bfloat16,
    bool_,
    float16,
    float32,
    float64,
    int32,
    int64,
    string,
    variant,
)
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import Dims, bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.arguments import (
    checked_ints,
    refusal,
    refused_index,
    shape_tensor,
    static_int,
)
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf


@op(
    "raw.fill",
    samples=[("float32[]", (2, 3)), ("string[]", (2,))],
    type="Fill",
    hint="Fill",
    groups={"value": "T"},
)
def fill_op(value: Tensor, dims: Any, name: str | None = None) -> TensorSpec:
    """A tensor of shape `dims` with `value` everywhere."""
    if value.dims not in (None, ()):
        raise ValueError(f"value must be a scalar, got shape {list(value.dims or ())}")
    if any(size < 0 for size in dims):
        raise ValueError(f"Dimension {min(dims)} must be >= 0")
    return spec(value.dtype, dims)


@fill_op.kernel
def _fill_kernel(xp: Any, value: Any, dims: Any) -> Any:
    if not dims:
        return value
    value = as_array(xp, value)
    if value.ndim:
        raise ValueError("value must be a scalar")
    return xp.full(dims, value, dtype=value.dtype)


@fill_op.binder
def _fill_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    dims = attrs["dims"]
    if not dims or inputs[0].dtype.kind in "SV" or inputs[0].dims != ():
        return lambda value: _fill_kernel(xp, value, dims)
    kind = inputs[0].dtype.as_numpy_dtype
    return lambda value: xp.full(dims, value, kind)


@fill_op.gradient
def _fill_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.reduce_sum(grad)


@op(
    "raw.fill_dynamic",
    samples=[("float32[]", (2, 3), None)],
    type="Fill",
    hint="Fill",
    groups={"dims": "index_type"},
)
def fill_dynamic(value: Tensor, dims: Tensor, known: Any, name: str | None = None) -> TensorSpec:
    """As `raw.fill`, with a shape known at run time."""
    if known is None and dims.dims is not None and dims.dims[0] is not None:
        known = (None,) * dims.dims[0]
    return spec(value.dtype, known)


@fill_dynamic.kernel
def _fill_dynamic_kernel(xp: Any, value: Any, dims: Any, known: Any) -> Any:
    shape = tuple(dims.tolist())
    if any(size < 0 for size in shape):
        raise refuse(f"Dimension {min(shape)} must be >= 0")
    return _fill_kernel(xp, value, shape)


@fill_dynamic.gradient
def _fill_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.reduce_sum(grad), None


@public("fill")
def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor with one value everywhere.

    Args:
        dims: the shape.
        value: scalar of any dtype.
        name: of the node.
        layout: unused.
    """
    known = checked_ints(dims, "Fill", "dims", "index_type")
    if isinstance(known, int):
        if not current().eager:
            raise ValueError("Shape must be rank 1 but is rank 0 for 'Fill'")
        known = (known,)
    value = convert_to_tensor(value)
    if value.dims:
        if not current().eager or math.prod(size or 0 for size in value.dims) != 1:
            raise refusal(
                "Fill", f"value must represent a scalar, got shape {bracketed(value.dims)}"
            )
        value = tf.reshape(value, [])
    if known is not None and None not in known:
        return fill_op(value, known, name=name)
    return fill_dynamic(value, shape_tensor(dims), known, name=name)


_SMALL = 1000
"""Zeros and ones of fewer elements are constants."""


def _filled(shape: Any, dtype: Any, number: int, name: str) -> Tensor:
    kind = as_dtype(dtype)
    value: Any = (b"" if number == 0 else None) if kind is string else number
    if kind is bool_:
        value = bool(number)
    if value is None or kind is variant:
        convert_to_tensor(shape)
        raise TypeError(f"Cannot convert {number} to EagerTensor of dtype {kind.name}")
    known = checked_ints(shape, "Fill", "dims", "index_type", lenient=False)
    if isinstance(known, int):
        known = (known,)
    fixed = known is not None and None not in known
    if fixed and math.prod(known) < _SMALL and all(size >= 0 for size in known):
        return current().make_constant(value, kind, known, name)  # type: ignore[attr-defined]
    scalar = tf.constant(value, kind)
    if fixed:
        return fill_op(scalar, known, name=name)
    return fill_dynamic(scalar, shape_tensor(shape), known, name=name)


@public("zeros")
def zeros(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of zeros (False, empty strings).

    Args:
        shape: sizes; a single one makes a vector.
        dtype: of the result.
        name: of the node.
        layout: unused.
    """
    return _filled(shape, dtype, 0, name or "zeros")


@public("ones")
def ones(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of ones (True).

    Args:
        shape: sizes; a single one makes a vector.
        dtype: of the result.
        name: of the node.
        layout: unused.
    """
    return _filled(shape, dtype, 1, name or "ones")


@op("raw.zeros_like", samples=[("float32[2,3]",)], type="ZerosLike", hint="zeros_like")
def zeros_like_op(x: Tensor, name: str | None = None) -> TensorSpec:
    """Zeros of the dtype and shape of `x`."""
    return spec(x.dtype, x.dims)


@zeros_like_op.kernel
def _zeros_like_kernel(xp: Any, x: Any) -> Any:
    if type(x) is bytes:
        return b""
    if x.dtype == object:
        return xp.full(x.shape, b"", dtype=object)
    return xp.zeros(x.shape, x.dtype) if x.ndim else x.dtype.type(0)


@zeros_like_op.gradient
def _zeros_like_gradient(tf: Any, node: Any, grad: Tensor) -> None:
    return None


@op("raw.ones_like", samples=[("float32[2,3]",)], type="OnesLike", hint="ones_like")
def ones_like_op(x: Tensor, name: str | None = None) -> TensorSpec:
    """Ones of the dtype and shape of `x`."""
    return spec(x.dtype, x.dims)


@ones_like_op.kernel
def _ones_like_kernel(xp: Any, x: Any) -> Any:
    return xp.ones(x.shape, x.dtype) if x.ndim else x.dtype.type(1)


@ones_like_op.gradient
def _ones_like_gradient(tf: Any, node: Any, grad: Tensor) -> None:
    return None


@public("zeros_like")
def zeros_like(
    input: Any, dtype: Any = None, name: str | None = None, layout: Any = None
) -> Tensor:
    """Zeros of the shape (and dtype, unless given) of another tensor."""
    return _like(input, dtype, name or "zeros_like", zeros, zeros_like_op)


@public("ones_like")
def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Tensor:
    """Ones of the shape (and dtype, unless given) of another tensor."""
    return _like(input, dtype, name or "ones_like", ones, ones_like_op)


def _like(input: Any, dtype: Any, name: str, make: Any, make_op: Any) -> Tensor:
    tensor = convert_to_tensor(input)
    kind = tensor.dtype if dtype is None else as_dtype(dtype)
    if tensor.dims is not None and None not in tensor.dims:
        return make(tensor.dims, kind, name=name)
    if kind is tensor.dtype and kind.kind not in "SV":
        return make_op(tensor, name=name)
    return make(tf.shape(tensor), kind, name=name)


@op(
    "raw.range",
    samples=[(1, 8, 3), (0.0, 1.0, 0.25)],
    type="Range",
    hint="range",
    value_dependent=True,
)
def range_op(start: Tensor, limit: Tensor, delta: Tensor, name: str | None = None) -> TensorSpec:
    """start, start + delta, ... below (above, for a negative delta) limit."""
    for what, item in (("start", start), ("limit", limit), ("delta", delta)):
        if item.dims:
            raise ValueError(f"{what} must be a scalar, not shape {bracketed(item.dims)}")
    first, last, step = known_value(start), known_value(limit), known_value(delta)
    length = None
    if first is not None and last is not None and step is not None:
        length = range_length(first, last, step, ValueError)
    return spec(start.dtype, (length,))


def range_length(start: Any, limit: Any, delta: Any, error: Any) -> int:
    """How many elements a range has."""
    first, last, step = start.item(), limit.item(), delta.item()
    if step == 0:
        raise error("Requires delta != 0: 0")
    if step > 0 and first > last:
        raise error(f"Requires start <= limit when delta > 0: {first}/{last}")
    if step < 0 and first < last:
        raise error(f"Requires start >= limit when delta < 0: {first}/{last}")
    if isinstance(step, int):
        return max(0, -((first - last) // step))
    return max(0, -int((first - last) // step))


@range_op.kernel
def _range_kernel(xp: Any, start: Any, limit: Any, delta: Any) -> Any:
    count = range_length(start, limit, delta, refuse)
    if start.dtype.kind in "iu":
        return xp.arange(start, limit, delta, dtype=start.dtype)
    if delta == 1 and start == 0:
        return xp.arange(count, dtype=start.dtype)
    return start + xp.arange(count, dtype=start.dtype) * delta


@range_op.gradient
def _range_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, None, None]:
    return None, None, None


_ORDER = (int32, int64, float16, bfloat16, float32, float64)


@public("range")
def range_(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range"
) -> Tensor:
    """A vector of equally spaced numbers.

    Args:
        start: first number; the limit, if it is the only argument (then the first is 0).
        limit: end, not included.
        delta: distance.
        dtype: of the result; by default what the arguments need, int32 for Python integers.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if delta is 0 or leads away from limit.
    """
    if limit is None:
        start, limit = 0, start
    wanted = None if dtype is None else as_dtype(dtype)
    values = []
    for value in (start, limit, delta):
        differs = isinstance(value, Tensor) and wanted is not None and value.dtype is not wanted
        values.append(tf.cast(value, wanted) if differs else value)
    if wanted is None:
        tensors = [convert_to_tensor(value) for value in values]
        wanted = max((item.dtype for item in tensors), key=_place)
        values = [tf.cast(item, wanted) for item in tensors]
    if wanted not in _ORDER:
        raise refused_index(wanted, "Range", "start", "Tidx")
    return range_op(*(convert_to_tensor(value, wanted) for value in values), name=name)


def _place(dtype: DType) -> int:
    assert dtype in _ORDER, f"tf.range makes no {dtype.name}"
    return _ORDER.index(dtype)


@op(
    "raw.linspace",
    samples=[("float32[]", "float32[]", 5, 0), ("float64[2]", "float64[2]", 3, -1)],
    type="LinSpace",
    hint="LinSpace",
)
def linspace_op(
    start: Tensor, stop: Tensor, num: int, axis: int, name: str | None = None
) -> TensorSpec:
    """`num` numbers from `start` to `stop`, along a new axis."""
    dims: Dims = start.dims
    if dims is None:
        return spec(start.dtype, None)
    at = axis + len(dims) + 1 if axis < 0 else axis
    return spec(start.dtype, (*dims[:at], num, *dims[at:]))


@linspace_op.kernel
def _linspace_kernel(xp: Any, start: Any, stop: Any, num: int, axis: int) -> Any:
    if num < 2:
        return xp.repeat(xp.expand_dims(start, axis), num, axis)
    kind = start.dtype
    rank = start.ndim + 1
    at = axis % rank
    step = ((stop - start) / kind.type(num - 1)).astype(kind)
    shape = [1] * rank
    shape[at] = num
    index = xp.arange(num, dtype=kind).reshape(shape)
    out = xp.expand_dims(start, at) + xp.expand_dims(step, at) * index
    last: list[Any] = [slice(None)] * rank
    last[at] = num - 1
    out[tuple(last)] = stop
    return out.astype(kind)


@linspace_op.gradient
def _linspace_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    num, axis = node.attrs["num"], node.attrs["axis"]
    rank = len(node.inputs[0].dims) + 1
    shape = [1] * rank
    shape[axis % rank] = num
    kind = grad.dtype
    if num == 1:
        return tf.reduce_sum(grad, axis=axis), tf.zeros_like(node.inputs[1])
    weight = tf.reshape(tf.range(num, dtype=kind) / tf.constant(num - 1, kind), shape)
    return (
        tf.reduce_sum(grad * (1 - weight), axis=axis),
        tf.reduce_sum(grad * weight, axis=axis),
    )


@public("linspace")
def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Tensor:
    """Evenly spaced numbers, both ends included.

    Args:
        start: first number: floating-point tensor (integers are taken as float64).
        stop: last number, of the same dtype; the shapes broadcast.
        num: how many, at least 1.
        name: of the node.
        axis: where the new axis goes.

    Raises:
        InvalidArgumentError: if `num` is not positive.
    """
    start = convert_to_tensor(start)
    try:
        stop = convert_to_tensor(stop, start.dtype)
    except ValueError as error:
        raise ValueError(f"stop: {error}") from None
    if isinstance(num, float):
        raise TypeError("Argument `tensor` (name: num) must be of type integer. Received "
                        f"`tensor` = {num} of dtype: {float32!r}")  # fmt: skip
    if start.dtype.is_integer:
        start = tf.cast(start, float64)
        stop = tf.cast(stop, float64)
    if start.dims != stop.dims:
        start, stop = start + tf.zeros_like(stop), stop + tf.zeros_like(start)
    count = static_int(num)
    if count is None:
        return _linspace_dynamic(start, stop, num, axis)
    if count < 0:
        raise refusal("Range", f"Requires num >= 0: {count}",
                      f"Requires start <= limit when delta > 0: 1/{count}")  # fmt: skip
    return linspace_op(start, stop, count, axis, name=name)


def _linspace_dynamic(start: Tensor, stop: Tensor, num: Tensor, axis: int) -> Tensor:
    steps = tf.cast(tf.range(num), start.dtype)
    last = tf.cast(tf.maximum(num - 1, 1), start.dtype)
    ones = tf.ones_like(tf.shape(start))
    at = axis if axis >= 0 else tf.rank(start) + 1 + axis
    pattern = tf.concat([ones[:at], tf.reshape(num, [1]), ones[at:]], 0)
    start, stop = tf.expand_dims(start, axis), tf.expand_dims(stop, axis)
    return start + (stop - start) / last * tf.reshape(steps, pattern)


@public("is_tensor")
def is_tensor(x: Any) -> bool:
    """Is it a tensor, a variable or another of the engine's values that ops accept?"""
    kind = type(x)
    if isinstance(x, Tensor) or hasattr(kind, "__tf_tensor__"):
        return True
    rows = hasattr(kind, "__composite_parts__") and hasattr(kind, "dtype")
    return rows and not hasattr(kind, "unstack")


@public("executing_eagerly")
def executing_eagerly() -> bool:
    """True where op calls compute at once: outside `tf.function`."""
    return current().eager
