"""Tensors as the bytes of protocol buffers (`TensorProto`), and back."""

from __future__ import annotations

from math import prod
from typing import Any

from engine.base.protobuf import field, read_fields
from engine.ir.dtypes import DType, as_dtype, string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array, refuse


@op(
    "io.serialize_tensor",
    samples=[("float32[2,3]",), ("string[3]",), ("int64[]",), ("bool[2]",)],
    type="SerializeTensor",
    groups={"tensor": "T"},
)
def serialize_tensor(tensor: Tensor, name: str | None = None) -> TensorSpec:
    """A tensor with its dtype and shape as a scalar string.

    Args:
        tensor: of any dtype.
        name: of the node.
    """
    return spec(string, ())


@serialize_tensor.kernel
def _serialize_kernel(xp: Any, x: Any) -> bytes:
    array = xp.asarray(as_array(xp, x))
    sizes = b"".join(field(2, field(1, int(size))) for size in array.shape)
    text = array.dtype == object
    dtype = string if text else as_dtype(array.dtype)
    head = field(1, int(dtype)) + field(2, sizes)
    if text:
        return head + b"".join(field(8, item) for item in array.reshape(-1).tolist())
    return head + field(4, array.tobytes())


@op("raw.parse_tensor", type="ParseTensor", groups={"serialized": string})
def parse_tensor_op(serialized: Tensor, out_type: DType, name: str | None = None) -> TensorSpec:
    """The tensor that `serialize_tensor` wrote."""
    return spec(out_type, None)


@parse_tensor_op.kernel
def _parse_kernel(xp: Any, serialized: bytes, out_type: DType) -> Any:
    try:
        found, dims, content, texts = _parts(serialized)
    except (ValueError, TypeError):
        raise refuse("Could not parse `serialized` as TensorProto") from None
    if found != int(out_type):
        raise refuse(f"Type mismatch between parsed tensor ({_name(found)}) and dtype "
                     f"({_name(int(out_type))})")  # fmt: skip
    if out_type is string:
        out = xp.empty(len(texts), dtype=object)
        out[:] = texts
        return out.reshape(dims)[()]
    values = xp.frombuffer(content, dtype=out_type.as_numpy_dtype)
    if values.size != prod(dims):
        raise refuse("Could not construct tensor from proto")
    return values.reshape(dims).copy()[()]


def _parts(serialized: bytes) -> tuple[int, tuple[int, ...], bytes, list[bytes]]:
    """(number of the dtype, shape, bytes of numbers, strings)."""
    dtype, dims, content = 0, [], b""
    texts: list[bytes] = []
    for number, value in read_fields(serialized):
        if number == 1:
            dtype = int(value)
        elif number == 2:
            sizes = [dict(read_fields(part)) for kind, part in read_fields(value) if kind == 2]
            dims = [int(size.get(1, 0)) for size in sizes]
        elif number == 4:
            content = bytes(value)
        elif number == 8:
            texts.append(bytes(value))
    return dtype, tuple(dims), content, texts


def _name(number: int) -> str:
    try:
        return as_dtype(number).name
    except TypeError:
        return f"DT_{number}"


@public("io.parse_tensor")
def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor that `tf.io.serialize_tensor` wrote.

    Args:
        serialized: scalar string.
        out_type: dtype of the tensor.
        name: of the node.

    Returns:
        A tensor whose rank is not known while tracing.

    Raises:
        InvalidArgumentError: if the string holds no tensor, or one of another dtype.
    """
    return parse_tensor_op(serialized, as_dtype(out_type), name=name)
