"""Results as text, and back: what the files in `answers/` hold."""

from __future__ import annotations

from typing import Any

import numpy as np

DIGITS = {
    "bfloat16": 4,
    "float16": 4,
    "float32": 8,
    "complex64": 8,
    "float64": 15,
    "complex128": 15,
}
TOLERANCE = {"bfloat16": 1e-2, "float16": 2e-3, "float32": 2e-5, "complex64": 2e-5}


def text_of(result: Any) -> str:
    """``float32[2] 1 2.5`` for a tensor, several of them between semicolons."""
    if isinstance(result, (list, tuple)):
        return "(" + " ; ".join(text_of(item) for item in result) + ")"
    if hasattr(result, "numpy") and hasattr(result, "dtype"):
        array = np.asarray(result.numpy())
        digits = DIGITS.get(result.dtype.name)
        sizes = ",".join(map(str, array.shape))
        values = " ".join(_element(item, digits) for item in array.reshape(-1))
        return f"{result.dtype.name}[{sizes}] {values}".rstrip()
    return f"{result!r}" if isinstance(result, (bool, int, float, str, type(None))) else str(result)


def _element(item: Any, digits: int | None) -> str:
    if isinstance(item, bytes):
        return repr(item)
    if digits is None:
        return str(item)
    if isinstance(item, np.complexfloating):
        return f"{item.real:.{digits}g}|{item.imag:.{digits}g}"
    return f"{float(item):.{digits}g}"


def same(left: str, right: str) -> bool:
    """Do both texts stand for the same results, up to rounding?"""
    parts = [side.strip("()").split(" ; ") for side in (left, right)]
    if left.count("(") != right.count("(") or len(parts[0]) != len(parts[1]):
        return False
    return all(_same_tensor(a.split(), b.split()) for a, b in zip(*parts, strict=True))


def _same_tensor(left: list[str], right: list[str]) -> bool:
    if left == right:
        return True
    if left[0] != right[0] or len(left) != len(right) or "[" not in left[0]:
        return False
    kind = left[0].partition("[")[0]
    if kind not in DIGITS:
        return False
    values = [
        np.array([complex(*map(float, item.split("|"))) for item in side[1:]])
        for side in (left, right)
    ]
    tolerance = TOLERANCE.get(kind, 1e-10)
    finite = np.abs(values[0][np.isfinite(values[0])])
    size = float(finite.max()) if len(finite) else 0.0
    with np.errstate(invalid="ignore"):
        return np.allclose(values[0], values[1], rtol=tolerance,
                           atol=tolerance * max(size, 1e-3), equal_nan=True)  # fmt: skip
