"""`tf.print` and `tf.strings.format`: tensors as text, at run time."""

from __future__ import annotations

import math
import pprint
import struct
import sys
from typing import Any

from engine.ir.dtypes import string
from engine.ir.op import IO, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import Tensor, Tensors

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'", "\\": "\\\\"}


def _single(value: float) -> str:
    """The shortest of two lengths that reads back as the same float32."""
    text = f"{value:.6g}"
    if struct.pack("f", float(text)) != struct.pack("f", value):
        text = f"{value:.9g}"
    return text


def _double(value: float) -> str:
    text = f"{value:.15g}"
    return text if float(text) == value else f"{value:.17g}"


def escape(raw: bytes) -> str:
    """Text between quotes: quotes and control characters escaped, the rest kept."""
    out = []
    for char in raw.decode("utf-8", "surrogateescape"):
        known = _ESCAPES.get(char)
        if known is not None:
            out.append(known)
        elif ord(char) < 32 or ord(char) == 127:
            out.append(f"\\{ord(char):03o}")
        else:
            out.append(char)
    return "".join(out)


def element_text(value: Any) -> str:
    """One element of a tensor, given as a numpy scalar or `bytes`."""
    if isinstance(value, bytes):
        return f'"{escape(value)}"'
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind == "b":
        return "1" if value else "0"
    if kind in "iu" and kind:
        return str(int(value))
    if kind == "c":
        return "?"
    if kind in "fV":
        number = float(value)
        if math.isnan(number):
            return "nan"
        if number in (float("inf"), float("-inf")):
            return "inf" if number > 0 else "-inf"
        return _double(number) if value.dtype.itemsize == 8 else _single(number)
    return "?"


def tensor_text(value: Any, summarize: int) -> str:
    """The text of a whole tensor, with `summarize` elements at both ends of each axis."""
    shape = getattr(value, "shape", ())
    if not shape:
        return element_text(value)
    ends = value.size if summarize < 0 else min(summarize, value.size)
    return _axis_text(value, 0, len(shape), ends)


def _axis_text(value: Any, axis: int, rank: int, ends: int) -> str:
    if axis == rank:
        return element_text(value)
    count = len(value)
    gap = " " if axis == rank - 1 else "\n" * (rank - axis - 1) + " " * (axis + 1)
    text = gap.join(_axis_text(value[i], axis + 1, rank, ends) for i in range(min(ends, count)))
    if count > 2 * ends:
        text += gap + "..."
    for i in range(max(ends, count - ends), count):
        text += gap + _axis_text(value[i], axis + 1, rank, ends)
    return f"[{text}]"


@op(
    "raw.string_format",
    samples=[(["float32[3]"], "x: {}", "{}", 3)],
    type="StringFormat",
    groups={"inputs": None},
)
def string_format_op(
    inputs: Tensors, template: str, placeholder: str, summarize: int, name: str | None = None
) -> TensorSpec:
    """`template` with tensors in the places of `placeholder`."""
    return spec(string, ())


@string_format_op.kernel
def _string_format_kernel(
    xp: Any, *values: Any, template: str, placeholder: str, summarize: int
) -> Any:
    pieces = template.split(placeholder)
    text = pieces[0]
    for i, piece in enumerate(pieces[1:]):
        value = values[i] if i < len(values) else None
        shown = placeholder if value is None else tensor_text(value, summarize)
        text += shown + piece
    return text.encode("utf-8", "surrogateescape")


@op("raw.print", type="PrintV2", groups={"input": string}, effect=IO)
def print_op(input: Tensor, stream: str, end: str, name: str | None = None) -> None:
    """Write `input` to a stream."""


@print_op.kernel
def _print_kernel(xp: Any, text: Any, stream: str, end: str) -> None:
    line = text.decode("utf-8", "surrogateescape")
    if stream.startswith("file://"):
        with open(stream[7:], "ab") as file:
            file.write(text + end.encode())
    elif stream.startswith("log("):
        import logging

        logging.getLogger("graphlens").log(_LEVELS[stream], "%s", line)
    else:
        target = sys.stdout if stream == "stdout" else sys.stderr
        _write(target, line + end)


_LEVELS = {"log(info)": 20, "log(warning)": 30, "log(error)": 40}


def _write(target: Any, text: str) -> None:
    try:
        target.write(text)
    except UnicodeEncodeError:
        encoding = getattr(target, "encoding", None) or "ascii"
        target.write(text.encode(encoding, "replace").decode(encoding))
    target.flush()


def _stream_name(stream: Any) -> str:
    if stream is sys.stdout:
        return "stdout"
    if stream is sys.stderr:
        return "stderr"
    if isinstance(stream, str):
        if stream in ("stdout", "stderr") or stream.startswith("file://"):
            return stream
    level = getattr(stream, "__name__", "")
    if callable(stream) and level in ("info", "warning", "error"):
        return f"log({level})"
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'."
    )


def is_tensor_like(value: Any) -> bool:
    """A tensor, or something that reads as one."""
    return isinstance(value, Tensor) or hasattr(type(value), "__tf_tensor__")


def _template(inputs: Any, sep: str) -> tuple[str, str, list[Any]]:
    """The text with places for tensors, the mark of such a place, and the tensors."""
    free = map_structure(lambda x: "" if is_tensor_like(x) else x, list(inputs))
    plain = " ".join(pprint.pformat(item) for item in free)
    mark = "{}"
    while mark in plain:
        mark = "{" + "." * len(mark) + "}"
    tensors: list[Any] = []
    texts = []
    for item in inputs:
        if isinstance(item, str):
            texts.append(item)
            continue
        leaves = []
        for leaf in flatten(item):
            if is_tensor_like(leaf):
                tensors.append(leaf)
                leaves.append(mark)
            else:
                leaves.append(leaf)
        texts.append(pprint.pformat(pack(item, leaves)))
    return sep.join(texts).replace(f"'{mark}'", mark), mark, tensors


@public("print")
def print_(*inputs: Any, **kwargs: Any) -> Any:
    """Print values at run time; inside a traced function a part of the graph.

    Args:
        *inputs: tensors, Python values, and containers of them.
        **kwargs: `output_stream` (sys.stderr; sys.stdout, a logging function, or
            "file://PATH"), `summarize` (3: elements shown at both ends of each axis; -1: all),
            `sep` (" "), `end` (newline), `name`.

    Raises:
        ValueError: for other keywords or streams.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    sep = kwargs.pop("sep", " ")
    end = kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    target = _stream_name(stream)
    first: Any = inputs[0] if len(inputs) == 1 else None
    if is_tensor_like(first) and first.dtype is string and first.shape.rank == 0:
        text = first
    else:
        template, mark, tensors = _template(inputs, sep)
        text = string_format_op(
            tensors, template, mark, 3 if summarize is None else summarize,
            name=None if name is None else f"{name}_format",
        )  # fmt: skip
    return print_op(text, target, end, name=name)


@public("strings.format")
def string_format(
    template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> Tensor:
    """A string with tensors in the places of a mark.

    Args:
        template: text with one `placeholder` for each tensor.
        inputs: tensor, or list of tensors.
        placeholder: the mark.
        summarize: how many elements to show at both ends of each axis; -1: all.
        name: of the node.

    Raises:
        ValueError: if the numbers of places and of tensors differ.
    """
    items = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    places = template.count(placeholder)
    if places != len(items):
        raise ValueError(
            f"The template expects {places} tensors, but the inputs only has {len(items)}. Please "
            "ensure the number of placeholders in template matches inputs length."
        )
    return string_format_op(list(items), template, placeholder, summarize, name=name)
