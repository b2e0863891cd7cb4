"""Arguments on the command line: `float32[3]=[1,2,3]` and Python expressions."""

from __future__ import annotations

import ast
import re

__all__ = ["expression"]

_SPEC = re.compile(r"^(?:(\w+)=)?([a-z]+\d*)\[([\d, ]*)\](?:=(.+))?$", re.S)
_DTYPES = frozenset(
    [
        "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8",
        "uint16", "uint32", "uint64", "bool", "string", "complex64", "complex128",
    ]
)  # fmt: skip


def expression(text: str) -> str:
    """The Python expression that an argument stands for.

    `float32[3]=[1,2,3]` is a tensor with these values, `float32[3]` one with zeros, `x=float32[3]`
    a keyword argument. A list of numbers is a tensor too: on a command line that is what is meant.
    Anything else is an expression already.
    """
    match = _SPEC.match(text.strip())
    if match is None or match.group(2) not in _DTYPES:
        return f"tf.constant({text})" if _is_array(text) else text
    keyword, dtype, dims, values = match.groups()
    shape = [int(part) for part in dims.replace(" ", "").split(",") if part]
    if values is not None:
        made = f"tf.constant({values}, dtype=tf.{dtype}, shape={shape})"
    else:
        made = f"tf.zeros({shape}, dtype=tf.{dtype})"
    return f"{keyword}={made}" if keyword else made


def _is_array(text: str) -> bool:
    """Whether a text is a literal list of numbers, perhaps nested."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return isinstance(value, list) and _are_numbers(value)


def _are_numbers(values: list[object]) -> bool:
    return bool(values) and all(
        _are_numbers(value) if isinstance(value, list) else isinstance(value, (int, float))
        for value in values
    )
