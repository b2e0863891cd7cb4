"""What kernels of several families share."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError


def as_array(xp: Any, value: Any) -> Any:
    """An array of `value`, which may be `bytes`."""
    if type(value) is bytes:
        out = xp.empty((), dtype=object)
        out[()] = value
        return out
    return xp.asarray(value)


def is_array(item: Any) -> bool:
    """Is the value always an array (not `bytes`), of known rank?"""
    return item.dims is not None and item.dtype.kind not in "SV"


def refuse(message: str) -> InvalidArgumentError:
    """The error of a kernel whose arguments have wrong values."""
    return InvalidArgumentError(None, None, message)
