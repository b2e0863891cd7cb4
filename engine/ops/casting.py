"""Tensors of another dtype: cast, saturate_cast, bitcast."""

from __future__ import annotations

from typing import Any

from engine.base.tracebacks import hide_engine_frames
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import (
    NUMERIC,
    DType,
    as_dtype,
    bfloat16,
    complex64,
    complex128,
    float32,
    float64,
    int32,
    int64,
)
from engine.ir.op import op, public
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import refused_dtype
from engine.ops.kernels import refuse
from engine.ops.namespace import tf


@op(
    "raw.cast",
    samples=[("float32[3]", float64), ("int32[3]", float32), ("float32[]", int32)],
    type="Cast",
    hint="Cast",
)
def cast_op(x: Tensor, dtype: DType, name: str | None = None) -> TensorSpec:
    """`x` as `dtype`."""
    if x.dtype.kind in "SV" or dtype.kind in "SV":
        raise ValueError(f"Cast {x.dtype.name} to {dtype.name} is not supported")
    return spec(dtype, x.dims)


@cast_op.kernel
def _cast_kernel(xp: Any, x: Any, dtype: DType) -> Any:
    kind = getattr(x, "dtype", None)
    if kind is None or kind.kind == "O" or dtype.kind == "S":
        raise refuse(f"Cast string to {dtype.name} is not supported")
    if kind.kind == "c" and dtype.kind != "c":
        x = x.real
        kind = x.dtype
    if kind.kind == "f" and dtype.kind in "iu":
        return _to_integer(xp, x, dtype)
    return x.astype(dtype.as_numpy_dtype)


def _to_integer(xp: Any, x: Any, dtype: DType) -> Any:
    """What C conversion gives on x86: out of range becomes the smallest 32- or 64-bit integer."""
    wide = "int32" if dtype.size < 4 or dtype is int32 else "int64"
    if dtype.kind == "u" and dtype.size == 8:
        found = xp.where(x < 0, x.astype("int64").astype("uint64"), x.astype("uint64"))
        return xp.where(xp.isfinite(x), found, xp.uint64(2**63))[()]
    if x.dtype.itemsize == 2:
        x = x.astype("float32")
    wrapped = x.astype(wide)
    return wrapped if dtype.name == wide else wrapped.astype(dtype.name)


@cast_op.binder
def _cast_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    source, target = inputs[0].dtype, attrs["dtype"]
    simple = source.kind in "iub" or (source.kind == "f" and target.kind in "fcb")
    if simple and inputs[0].dims == () and target.kind in "fiub":
        return target.as_numpy_dtype
    if simple and inputs[0].dims is not None:
        kind = target.as_numpy_dtype
        return lambda x: x.astype(kind)
    return lambda x: _cast_kernel(xp, x, target)


@cast_op.gradient
def _cast_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor | None:
    source = node.inputs[0].dtype
    if source.kind not in "fc" or node.attrs["dtype"].kind not in "fc":
        return None
    return tf.cast(grad, source)


@public("cast", "dtypes.cast")
def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """A tensor with its elements converted to another dtype.

    Args:
        x: numeric or bool tensor, or something that converts to one.
        dtype: the dtype of the result. Floats become integers by dropping the fraction, complex
            numbers real ones by dropping the imaginary part.
        name: of the node.

    Raises:
        UnimplementedError: (ValueError while tracing) for strings.
    """
    try:
        wanted = as_dtype(dtype)
        if isinstance(x, Tensor) and x.dtype is wanted:
            return x
        if hasattr(type(x), "with_values"):  # a sparse or ragged tensor: its values are cast
            return x.with_values(cast(x.values, wanted))
        tensor = convert_to_tensor(x)
        if tensor.dtype is wanted:
            return tensor
        if tensor.dtype.kind in "SV" or wanted.kind in "SV":
            from engine.base.errors import UnimplementedError

            raise UnimplementedError(
                None, None, f"Cast {tensor.dtype.name} to {wanted.name} is not supported [Op:Cast]"
            )
        return cast_op(tensor, wanted, name=name)
    except Exception as error:
        hide_engine_frames(error)
        raise


def _shortcut(name: str, dtype: DType) -> None:
    def convert(x: Any, name: str = f"To{name.capitalize()}") -> Tensor:
        return cast(x, dtype, name=name)

    convert.__name__ = f"to_{name}"
    convert.__doc__ = f"Cast to {dtype.name}."
    public(f"compat.v1.to_{name}")(convert)


for _name, _dtype in (("float", float32), ("double", float64), ("int32", int32),
                      ("int64", int64), ("bfloat16", bfloat16), ("complex64", complex64),
                      ("complex128", complex128)):  # fmt: skip
    _shortcut(_name, _dtype)


@public("dtypes.saturate_cast", "saturate_cast")
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """A cast that clips to the range of the new dtype first.

    Args:
        value: numeric tensor.
        dtype: the dtype of the result.
        name: of the node.
    """
    value = convert_to_tensor(value)
    wanted = as_dtype(dtype)
    if value.dtype.kind == "b":
        raise TypeError(f"Cannot find minimum value of {value.dtype!r} with type {value.dtype!r}.")
    if value.dtype.is_complex:
        if not wanted.is_complex:
            value = tf.math.real(value)
    if value.dtype.is_complex or value.dtype.kind not in "fiu" or not wanted.is_numeric:
        return cast(value, wanted, name)
    low, high = _range_of(wanted.real_dtype)
    source_low, source_high = _range_of(value.dtype)
    if source_low < low or source_high > high or value.dtype.is_floating:
        low, high = _representable(value.dtype, low, high)
        value = tf.minimum(tf.maximum(value, tf.constant(low, value.dtype)),
                           tf.constant(high, value.dtype))  # fmt: skip
    return cast(value, wanted, name)


def _range_of(dtype: DType) -> tuple[Any, Any]:
    if dtype.is_floating:
        return float(dtype.min), float(dtype.max)
    return dtype.min, dtype.max


def _representable(source: DType, low: Any, high: Any) -> tuple[Any, Any]:
    source_low, source_high = _range_of(source)
    low, high = max(low, source_low), min(high, source_high)
    if source.is_floating and isinstance(high, int) and high < 2**62:  # larger ones round up
        bits = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}[source.name]
        excess = high.bit_length() - bits
        if excess > 0:
            high = float((high >> excess) << excess)
    return (low, high) if source.is_floating else (int(low), int(high))


@op(
    "bitcast",
    type="Bitcast",
    groups={"input": "T"},
    dtypes={"T": NUMERIC},
    samples=[("float32[3,4]", "int32")],
)
def bitcast_op(input: Tensor, type: Any, name: str | None = None) -> TensorSpec:
    """The same bits read as another dtype.

    Args:
        input: numeric tensor.
        type: dtype of the result. A smaller one adds a last axis, a larger one takes the last
            axis away, which must have the right size.
        name: of the node.
    """
    wanted = as_dtype(type)
    if wanted not in NUMERIC:
        raise refused_dtype(wanted, sorted(NUMERIC, key=int), "Bitcast", "type", "type")
    size = input.dtype.size
    if wanted.size == size or input.dims is None:
        return spec(wanted, input.dims)
    if wanted.size < size:
        return spec(wanted, (*input.dims, size // wanted.size))
    ratio = wanted.size // size
    if not input.dims or input.dims[-1] not in (None, ratio):
        raise ValueError(
            f"Cannot bitcast from {input.dtype.name} to {wanted.name}: shape "
            f"{bracketed(input.dims)}"
        )
    return spec(wanted, input.dims[:-1])


@bitcast_op.kernel
def _bitcast_kernel(xp: Any, x: Any, type: Any) -> Any:
    wanted = as_dtype(type)
    if wanted not in NUMERIC:
        raise refused_dtype(wanted, sorted(NUMERIC, key=int), "Bitcast", "type", "type")
    kind = wanted.as_numpy_dtype
    x = xp.ascontiguousarray(x).reshape(xp.shape(x))
    if wanted.size == x.dtype.itemsize:
        return x.view(kind)[()]
    if wanted.size < x.dtype.itemsize:
        return x.reshape((*x.shape, 1)).view(kind)
    return x.view(kind).reshape(x.shape[:-1])[()]
