"""Ragged tensors as arrays of arrays, and how they are printed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["array_text", "rows_of"]


def rows_of(values: Any, splits: Any) -> Any:
    """The rows: one array where they are equally long, else an object array of arrays.

    Args:
        values: array of the elements of all rows.
        splits: int array: row i holds values[splits[i]:splits[i + 1]].
    """
    rows = [values[first:last] for first, last in pairwise(splits)]
    if not rows:
        return np.array([], values.dtype)
    if len({len(row) for row in rows}) == 1:
        return np.array(rows)
    made = np.empty(len(rows), object)
    for i, row in enumerate(rows):
        made[i] = row
    return made


def array_text(value: Any) -> str:
    """An array with commas between its elements, those of the arrays inside it too."""
    with np.printoptions(formatter={"all": _text}):
        return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return str(value)
    return np.array2string(value, separator=", ") if value.size else repr(value.tolist())
