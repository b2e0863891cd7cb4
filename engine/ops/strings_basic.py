"""Strings element by element: length, substr, case, strip, join, numbers to text and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.base.errors import OutOfRangeError
from engine.ir.dtypes import DType, as_dtype, float32, float64, int32, int64, string
from engine.ir.op import op, public
from engine.ir.shapes import bracketed, broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor, Tensors
from engine.ops.arguments import refused_dtype, static_ints
from engine.ops.kernels import as_array, refuse

SPACE = b" \t\n\v\f\r"


def each(xp: Any, function: Callable[[Any], Any], value: Any, kind: Any = object) -> Any:
    """`function` of every element; an array of `kind`, or one result for one element."""
    if type(value) is bytes:
        result = function(value)
        return result if kind is object else xp.asarray(result, dtype=kind)[()]
    array = xp.asarray(value)
    if not array.ndim:
        result = function(value)
        return result if kind is object else xp.asarray(result, dtype=kind)[()]
    out = xp.empty(array.size, dtype=kind)
    out[:] = [function(item) for item in array.reshape(-1)]
    return out.reshape(array.shape)


def _check_unit(unit: str) -> str:
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise refuse(f"Value for attr 'unit' of \"{unit}\" is not in the list of allowed values: "
                     '"BYTE", "UTF8_CHAR"')  # fmt: skip
    return unit


@op("strings.length", samples=[("string[3]",)], type="StringLength", groups={"input": string})
def length(input: Tensor, unit: str = "BYTE", name: str | None = None) -> TensorSpec:
    """How long each string is.

    Args:
        input: strings.
        unit: "BYTE" or "UTF8_CHAR".
        name: of the node.

    Returns:
        int32, of the same shape.
    """
    return spec(int32, input.dims)


def _characters(raw: bytes) -> int:
    return sum(byte & 0xC0 != 0x80 for byte in raw)


@length.kernel
def _length_kernel(xp: Any, x: Any, unit: str) -> Any:
    return each(xp, len if _check_unit(unit) == "BYTE" else _characters, x, "int32")


def _case(name: str, type: str, lower: bool) -> None:
    @op(f"strings.{name}", type=type, groups={"input": string}, samples=[("string[3]",)])
    def infer(input: Tensor, encoding: str = "", name: str | None = None) -> TensorSpec:
        return spec(string, input.dims)

    @infer.kernel
    def kernel(xp: Any, x: Any, encoding: str) -> Any:
        if encoding not in ("", "utf-8"):
            raise refuse(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
        return each(xp, plain if not encoding else wide, x)

    def plain(raw: bytes) -> bytes:
        return raw.lower() if lower else raw.upper()

    def wide(raw: bytes) -> bytes:
        text = raw.decode("utf-8", "replace")
        return (text.lower() if lower else text.upper()).encode()

    infer.op.doc = infer.__doc__ = f"""Strings in {name} case.

    Args:
        input: strings.
        encoding: "" (only ASCII letters change) or "utf-8".
        name: of the node.
    """


_case("lower", "StringLower", True)
_case("upper", "StringUpper", False)


@op("strings.strip", samples=[("string[3]",)], type="StringStrip", groups={"input": string})
def strip(input: Tensor, name: str | None = None) -> TensorSpec:
    """Strings without white space at both ends."""
    return spec(string, input.dims)


@strip.kernel
def _strip_kernel(xp: Any, x: Any) -> Any:
    return each(xp, lambda raw: raw.strip(SPACE), x)


@op(
    "strings.substr",
    samples=[("string[2]", 0, 1)],
    type="Substr",
    groups={"input": string, "pos": "P", "len": "P"},
)
def substr(
    input: Tensor, pos: Tensor, len: Tensor, unit: str = "BYTE", name: str | None = None
) -> TensorSpec:
    """Pieces of strings.

    Args:
        input: strings.
        pos: int32 or int64: first place, negative: counted from the end.
        len: how many bytes or characters.
        unit: "BYTE" or "UTF8_CHAR".
        name: of the node.

    Raises:
        InvalidArgumentError: if `pos` lies outside a string.
    """
    if pos.dims is not None and len.dims is not None and pos.dims != len.dims:
        raise ValueError(f"pos and len should have the same shape, got: {bracketed(pos.dims)} vs. "
                         f"{bracketed(len.dims)}")  # fmt: skip
    return spec(string, broadcast(input.dims, pos.dims))


def _piece(raw: bytes, start: int, count: int, unit: str) -> bytes:
    text: Any = raw if unit == "BYTE" else raw.decode("utf-8", "surrogateescape")
    size = len(text)
    if not -size <= start <= size:
        raise refuse(f"pos {start} out of range for string '{raw.decode('utf-8', 'replace')}'")
    if start < 0:
        start += size
    found = text[start:] if count < 0 else text[start : start + count]
    return found if unit == "BYTE" else found.encode("utf-8", "surrogateescape")


@substr.kernel
def _substr_kernel(xp: Any, x: Any, pos: Any, len: Any, unit: str) -> Any:
    _check_unit(unit)
    if xp.shape(pos) != xp.shape(len):
        raise refuse(f"pos and len should have the same shape, got: {bracketed(xp.shape(pos))} "
                     f"vs. {bracketed(xp.shape(len))}")  # fmt: skip
    x, pos, len = as_array(xp, x), xp.asarray(pos), xp.asarray(len)
    x, pos, len = xp.broadcast_arrays(x, pos, len)
    out = xp.empty(x.size, dtype=object)
    rows = zip(x.reshape(-1), pos.reshape(-1), len.reshape(-1))
    out[:] = [_piece(raw, int(start), int(count), unit) for raw, start, count in rows]
    return out.reshape(x.shape)[()]


@op(
    "strings.join",
    samples=[(["string[2]", "string[]"], "-")],
    type="StringJoin",
    groups={"inputs": string},
)
def join(inputs: Tensors, separator: str = "", name: str | None = None) -> TensorSpec:
    """Strings joined, element by element.

    Args:
        inputs: list of string tensors of one shape; scalars go with every shape.
        separator: put between them.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the shapes differ.
    """
    dims: Any = ()
    for item in inputs:
        if item.dims is None:
            return spec(string, None)
        if item.dims == ():
            continue
        if dims not in ((), item.dims):
            raise ValueError(f"Input shapes do not match: {bracketed(dims)} vs. "
                             f"{bracketed(item.dims)}")  # fmt: skip
        dims = item.dims
    return spec(string, dims)


@join.kernel
def _join_kernel(xp: Any, *inputs: Any, separator: str) -> Any:
    middle = separator.encode() if isinstance(separator, str) else separator
    if all(type(item) is bytes for item in inputs):
        return middle.join(inputs)
    arrays = [as_array(xp, item) for item in inputs]
    shape = next((item.shape for item in arrays if item.ndim), ())
    if any(item.ndim and item.shape != shape for item in arrays):
        raise ValueError("input shapes do not match")
    flat = [xp.broadcast_to(item, shape).reshape(-1) for item in arrays]
    out = xp.empty(flat[0].size, dtype=object)
    out[:] = [middle.join(row) for row in zip(*flat)]
    return out.reshape(shape)[()]


@op(
    "raw.reduce_join",
    samples=[("string[2,3]", (1,), False, ",")],
    type="ReduceJoin",
    hint="ReduceJoin",
    groups={"inputs": string},
)
def reduce_join_op(
    inputs: Tensor, axis: Any, keepdims: bool, separator: str, name: str | None = None
) -> TensorSpec:
    """Strings joined along axes."""
    if inputs.dims is None:
        return spec(string, None)
    rank = len(inputs.dims)
    gone = set(_joined_axes(axis, rank))
    return spec(string, tuple(
        1 if i in gone else size for i, size in enumerate(inputs.dims) if keepdims or i not in gone
    ))  # fmt: skip


def _joined_axes(axis: Any, rank: int) -> list[int]:
    axes = list(range(rank))[::-1] if axis is None else list(axis)
    for item in axes:
        if not -rank <= item < rank:
            raise OutOfRangeError(
                None, None, f"Invalid reduction dimension {item} for input with {rank} dimension(s)"
            )
    return [item % rank for item in axes]


@reduce_join_op.kernel
def _reduce_join_kernel(xp: Any, x: Any, axis: Any, keepdims: bool, separator: str) -> Any:
    x = as_array(xp, x)
    middle = separator.encode()
    axes = _joined_axes(axis, x.ndim)
    rest = [i for i in range(x.ndim) if i not in axes]
    moved = x.transpose(rest + axes[::-1]).reshape((*[x.shape[i] for i in rest], -1))
    out = xp.empty(moved.shape[:-1], dtype=object)
    for place in xp.ndindex(*out.shape):
        out[place] = middle.join(moved[place])
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape)) if keepdims else out.shape
    return out.reshape(shape)[()]


@public("strings.reduce_join")
def reduce_join(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "",
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Strings joined along axes.

    Args:
        inputs: strings.
        axis: axis or axes; None: all.
        keepdims: keep the axes, with size 1.
        separator: put between strings.
        name: of the node.

    Raises:
        OutOfRangeError: for an axis that `inputs` does not have.
    """
    axes = None if axis is None else static_ints(axis)
    return reduce_join_op(inputs, axes, bool(keepdims), separator, name=name)


@op(
    "strings.as_string",
    "as_string",
    type="AsString",
    groups={"input": "T"},
    samples=[("float32[3]",), ("int32[2]",), ("bool[2]",)],
)
def as_string(
    input: Tensor, precision: int = -1, scientific: bool = False, shortest: bool = False,
    width: int = -1, fill: str = "", name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Numbers as text.

    Args:
        input: numbers or bools.
        precision: digits behind the point.
        scientific: with an exponent.
        shortest: whichever of both is shorter.
        width: least width.
        fill: "" (blanks), "0", "+", "-" or " ", as in C's printf.
        name: of the node.

    Raises:
        InvalidArgumentError: for impossible combinations.
    """
    if scientific and shortest:
        raise ValueError("Cannot select both scientific and shortest notation")
    if input.dtype.kind in "iub":
        if scientific or shortest:
            raise refuse(f"scientific and shortest format not supported for datatype "
                         f"{input.dtype.name}")  # fmt: skip
        if precision >= 0:
            raise ValueError(f"precision not supported for datatype {input.dtype.name}")
    return spec(string, input.dims)


@as_string.kernel
def _as_string_kernel(
    xp: Any, x: Any, precision: int, scientific: bool, shortest: bool, width: int, fill: str
) -> Any:
    if scientific and shortest:
        raise refuse("Cannot select both scientific and shortest notation")
    kind = "S" if type(x) is bytes else x.dtype.kind
    if precision >= 0 and kind not in "fcSO":
        raise refuse(f"precision not supported for datatype {getattr(x, 'dtype', 'string')}")
    letter = "g" if shortest else "e" if scientific else "f"
    points = f".{precision}" if precision >= 0 else ""
    prefix = f"%{fill}{width if width >= 0 else ''}"

    def text(value: Any) -> bytes:
        if kind in "SO":
            return value.ljust(width) if fill == "-" else value.rjust(width)
        if kind == "b":
            word = "true" if value else "false"
            return word.encode()
        if kind == "c":
            shape = f"({prefix}{points}{letter},{prefix}{points}{letter})"
            return (shape % (value.real, value.imag)).encode()
        if kind in "iu":
            return (f"{prefix}d" % int(value)).encode()
        number = float(value)
        if not math.isfinite(number):
            return (f"{prefix.replace('0', '')}s" % str(number)).encode()
        return (f"{prefix}{points}{letter}" % number).encode()

    return each(xp, text, x)


_PARSED = frozenset({float32, float64, int32, int64})


@op(
    "raw.string_to_number",
    samples=[((b"1.5", b"2"), float32)],
    type="StringToNumber",
    hint="StringToNumber",
    groups={"input": string},
)
def string_to_number(input: Tensor, out_type: DType, name: str | None = None) -> TensorSpec:
    """Text as numbers."""
    return spec(out_type, input.dims)


def _number(raw: bytes, whole: bool) -> Any:
    text = raw.decode("utf-8", "replace").strip()
    try:
        if "_" in text:
            raise ValueError
        if not whole and text.lower().lstrip("+-").startswith("0x"):
            return float.fromhex(text)
        return int(text) if whole else float(text)
    except ValueError:
        raise refuse(
            f"StringToNumberOp could not correctly convert string: {raw.decode('utf-8', 'replace')}"
        ) from None


@string_to_number.kernel
def _string_to_number_kernel(xp: Any, x: Any, out_type: DType) -> Any:
    whole = out_type.is_integer

    def parse(raw: bytes) -> Any:
        number = _number(raw, whole)
        if whole and not out_type.min <= number <= out_type.max:
            raise refuse(f"StringToNumberOp could not correctly convert string: {raw.decode()}")
        return number

    return each(xp, parse, x, out_type.name)


@public("strings.to_number")
def to_number(input: Any, out_type: Any = float32, name: str | None = None) -> Tensor:
    """Text as numbers.

    Args:
        input: strings.
        out_type: float32, float64, int32 or int64.
        name: of the node.

    Raises:
        InvalidArgumentError: if a string is no number of that type.
    """
    kind = as_dtype(out_type)
    if kind not in _PARSED:
        raise refused_dtype(kind, _PARSED, "StringToNumber", "out_type", "out_type")
    return string_to_number(input, kind, name=name)
