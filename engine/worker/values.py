"""Results as data: dtype, shape, a preview, and the numbers of small arrays."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["describe_value"]

_PREVIEW = 4000
_NUMBERS = 16_384
_ITEMS = 50
_DEPTH = 6


def describe_value(value: Any, depth: int = 0) -> dict[str, Any]:
    """A result as plain data; never raises because of what the value is."""
    try:
        array = _array(value)
        if array is not None:
            return _tensor(value, array)
        items = _items(value)
        if items is not None and depth < _DEPTH:
            return {
                "kind": "structure",
                "type": type(value).__name__,
                "preview": preview(value),
                "items": [[name, describe_value(item, depth + 1)] for name, item in items[:_ITEMS]],
            }
    except Exception as error:  # the user's own classes may do anything
        return _python(value, f"<{type(value).__name__}: its description raised {error!r}>")
    return _python(value, preview(value))


def _python(value: Any, text: str) -> dict[str, Any]:
    return {"kind": "python", "type": type(value).__name__, "preview": text}


def preview(value: Any) -> str:
    """The value's own text, cut."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}: repr raised {type(error).__name__}>"
    return text if len(text) <= _PREVIEW else text[:_PREVIEW] + " …"


def _array(value: Any) -> Any:
    """The numpy array of a tensor or array; None for other values."""
    import numpy

    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return numpy.asarray(value)
    if hasattr(value, "numpy") and hasattr(value, "dtype") and hasattr(value, "shape"):
        return numpy.asarray(value.numpy())
    return None


def _tensor(value: Any, array: Any) -> dict[str, Any]:
    import numpy

    numeric = array.dtype.kind in "biuf" and array.size <= _NUMBERS
    plot = {1: "line", 2: "image"}.get(array.ndim) if numeric and array.size > 1 else None
    text = numpy.array2string(array, max_line_width=72, threshold=200, edgeitems=3)
    dtype = getattr(value.dtype, "name", None) or str(value.dtype)
    return {
        "kind": "tensor",
        "dtype": dtype,
        "shape": [int(size) for size in array.shape],
        "preview": text if len(text) <= _PREVIEW else text[:_PREVIEW] + " …",
        "data": _numbers(array.tolist()) if numeric else None,
        "plot": plot,
    }


def _numbers(value: Any) -> Any:
    """Nested numbers that JSON has: what is not finite becomes None."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _items(value: Any) -> list[tuple[str, Any]] | None:
    if isinstance(value, dict):
        return [(str(name), item) for name, item in value.items()]
    names = getattr(value, "_fields", None)
    if names is not None and isinstance(value, tuple):
        return list(zip(names, value, strict=True))
    if isinstance(value, (list, tuple)):
        return [(str(index), item) for index, item in enumerate(value)]
    return None
