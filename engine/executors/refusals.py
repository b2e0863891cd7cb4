"""What eager ops say of arguments that do not fit: other words than while tracing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from engine.ir.shapes import bracketed

_PERMUTATION = re.compile(r"perm dim \[(.*)\] is not a permutation of (\d+) dimensions")
_REDUCTION = re.compile(r"Invalid reduction dimension (\S+) for input with (\d+) dimensions?\.?$")
_SELECT = re.compile(r"condition, then and else must be broadcastable, got (.*), (\[.*), (\[.*)")
_TRANSPOSE = re.compile(r"Dimension must be (\d+) but is (\d+) for 'transpose'.*")


def eager_text(type_: str, inputs: Sequence[Any], message: str) -> str:
    """The message of an eager op of a type, from that of its inference or kernel."""
    if message.startswith("Dimensions must be equal, but are") and len(inputs) == 2:
        left, right = (bracketed(t.dims) for t in inputs)
        if type_ == "MatMul":
            return f"Matrix size-incompatible: In[0]: {left}, In[1]: {right}"
        if type_ == "BatchMatMulV2":
            return f"Matrix size-incompatible: In[0]: {left}, In[1]: {right} 0 0"
        return f"Incompatible shapes: {left} vs. {right}"
    if type_ == "MatrixInverse" and message == "Input matrix is not invertible.":
        return "Input is not invertible."
    for pattern, told in _OTHERS:
        found = pattern.match(message)
        if found is not None:
            return told(found)
    return message


def _missing(found: re.Match[str]) -> str:
    given = [item.strip() for item in found[1].split(",")]
    rank = int(found[2])
    known = {int(item) % rank for item in given if item.lstrip("-").isdigit()}
    absent = next((i for i in range(rank) if i not in known), 0)
    return f"{absent} is missing from {{{','.join(given)}}}."


_OTHERS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (_PERMUTATION, _missing),
    (_SELECT, lambda m: f"condition {m[1]}, then {m[2]}, and else {m[3]} must be broadcastable"),
    (_REDUCTION, lambda m: f"Invalid reduction dimension ({m[1]} for input with {m[2]} "
                           "dimension(s)"),
    (_TRANSPOSE, lambda m: f"transpose expects a vector of size {m[1]}. But input(1) is a vector "
                           f"of size {m[2]}"),
]  # fmt: skip
