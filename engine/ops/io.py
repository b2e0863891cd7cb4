"""Files, raw bytes, time."""

from __future__ import annotations

import base64
import os
import time
from typing import Any

from engine.base.errors import NotFoundError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, float64, int32, string
from engine.ir.op import IO, RANDOM, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array, refuse
from engine.ops.strings_basic import each


@op("io.read_file", type="ReadFile", groups={"filename": string}, effect=IO)
def read_file(filename: Tensor, name: str | None = None) -> TensorSpec:
    """The content of a file, as a scalar string.

    Raises:
        NotFoundError: if there is no such file.
    """
    return spec(string, ())


@read_file.kernel
def _read_file_kernel(xp: Any, filename: bytes) -> bytes:
    try:
        with open(os.fsdecode(filename), "rb") as file:
            return file.read()
    except (FileNotFoundError, IsADirectoryError) as error:
        text = f"{os.fsdecode(filename)}; {error.strerror}"
        raise NotFoundError(None, None, text) from None


@op("io.write_file", type="WriteFile", groups={"filename": string, "contents": string}, effect=IO)
def write_file(filename: Tensor, contents: Tensor, name: str | None = None) -> None:
    """Write a scalar string to a file; folders on the way are made."""


@write_file.kernel
def _write_file_kernel(xp: Any, filename: bytes, contents: bytes) -> None:
    path = os.fsdecode(filename)
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(contents)


@op("io.matching_files", type="MatchingFiles", groups={"pattern": string}, effect=IO)
def matching_files(pattern: Tensor, name: str | None = None) -> TensorSpec:
    """The sorted names of the files that fit one or several patterns with `*` and `?`."""
    return spec(string, (None,))


@matching_files.kernel
def _matching_files_kernel(xp: Any, pattern: Any) -> Any:
    import glob

    found: set[bytes] = set()
    for item in as_array(xp, pattern).reshape(-1):
        found.update(os.fsencode(path) for path in glob.glob(os.fsdecode(item)))
    out = xp.empty(len(found), dtype=object)
    out[:] = sorted(found)
    return out


@op("raw.decode_raw", samples=[(b"abcd", int32, True)], type="DecodeRaw", groups={"input": string})
def decode_raw_op(
    input: Tensor, dtype: DType, little_endian: bool, name: str | None = None
) -> TensorSpec:
    """Bytes read as numbers, along a new last axis."""
    return spec(dtype, None if input.dims is None else (*input.dims, None))


@decode_raw_op.kernel
def _decode_raw_kernel(xp: Any, x: Any, dtype: DType, little_endian: bool) -> Any:
    array = as_array(xp, x)
    kind = xp.dtype(dtype.as_numpy_dtype).newbyteorder("<" if little_endian else ">")
    rows = []
    for raw in array.reshape(-1):
        if len(raw) % dtype.size:
            raise refuse(f"Input to DecodeRaw has length {len(raw)} that is not a multiple of "
                         f"{dtype.size}, the size of {dtype.name}")  # fmt: skip
        rows.append(xp.frombuffer(raw, dtype=kind).astype(dtype.as_numpy_dtype))
    if len({len(row) for row in rows}) > 1:
        raise refuse("DecodeRaw requires input strings to all be the same size")
    if not rows:
        return xp.zeros((*array.shape, 0), dtype=dtype.as_numpy_dtype)
    return xp.stack(rows).reshape((*array.shape, -1))


@public("io.decode_raw")
def decode_raw(
    input_bytes: Any, out_type: Any, little_endian: bool = True, fixed_length: int | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Bytes read as numbers.

    Args:
        input_bytes: strings of one length.
        out_type: numeric dtype.
        little_endian: order of the bytes of a number.
        fixed_length: accepted; must be None.
        name: of the node.

    Returns:
        `out_type`, with one axis more.

    Raises:
        InvalidArgumentError: if the length is no multiple of the size of a number.
    """
    if fixed_length is not None:
        raise ValueError("`fixed_length` is not supported: cut or fill the strings first.")
    tensor = convert_to_tensor(input_bytes, string)
    return decode_raw_op(tensor, as_dtype(out_type), bool(little_endian), name=name)


@op("io.encode_base64", samples=[("string[3]",)], type="EncodeBase64", groups={"input": string})
def encode_base64(input: Tensor, pad: bool = False, name: str | None = None) -> TensorSpec:
    """Strings in the web-safe base-64 alphabet; `pad`: with `=` at the end."""
    return spec(string, input.dims)


@encode_base64.kernel
def _encode_base64_kernel(xp: Any, x: Any, pad: bool) -> Any:
    def encode(raw: bytes) -> bytes:
        text = base64.urlsafe_b64encode(raw)
        return text if pad else text.rstrip(b"=")

    return each(xp, encode, x)


@op("io.decode_base64", type="DecodeBase64", groups={"input": string})
def decode_base64(input: Tensor, name: str | None = None) -> TensorSpec:
    """The inverse of `tf.io.encode_base64`."""
    return spec(string, input.dims)


@decode_base64.kernel
def _decode_base64_kernel(xp: Any, x: Any) -> Any:
    def decode(raw: bytes) -> bytes:
        try:
            return base64.b64decode(raw + b"=" * (-len(raw) % 4), b"-_", validate=True)
        except ValueError:
            raise refuse("Invalid character found in base64.") from None

    return each(xp, decode, x)


@op("timestamp", type="Timestamp", effect=RANDOM)
def timestamp(name: str | None = None) -> TensorSpec:
    """Seconds since the beginning of 1970, as a float64 scalar."""
    return spec(float64, ())


@timestamp.kernel
def _timestamp_kernel(xp: Any) -> Any:
    return xp.float64(time.time())
