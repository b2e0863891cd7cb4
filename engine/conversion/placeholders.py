"""Values that stand in for variables which get their first value inside a loop."""

from __future__ import annotations

from typing import Any

from engine.conversion.staging import is_missing, is_tensor, operations

__all__ = ["placeholder_for"]


def placeholder_for(like: Any, invariant: Any, original: Any) -> tuple[Any, Any]:
    """A zero value of the kind of `like`, and the shape invariant that it needs.

    Args:
        like: What the variable is after one turn.
        invariant: The shape that the user said it keeps, or None.
        original: What the variable is before the loop; answered where nothing fits.

    Raises:
        TypeError: If no zero value of that kind exists.
    """
    if is_missing(like):
        return original, None
    if isinstance(like, (bool, int, float)):
        return type(like)(0), None
    if is_tensor(like):
        return _zeros(like, invariant)
    if hasattr(type(like), "__composite_parts__"):
        parts = [_zeros(part, None)[0] for part in like.__composite_parts__()]
        return like.__composite_like__(parts), None
    if isinstance(like, (list, tuple, dict)):
        return _structure(like, invariant)
    raise TypeError(
        f"Found an unsupported type '{type(like).__name__}' while creating placeholder for "
        f"{like}. Supported types include Tensor, int, float, bool, list, tuple or dict."
    )


def _zeros(like: Any, invariant: Any) -> tuple[Any, Any]:
    from engine.ir.shapes import TensorShape, as_dims

    dims = as_dims(like.shape)
    wanted = dims if invariant is None else as_dims(getattr(invariant, "shape", invariant))
    zeros = operations().zeros
    if dims is None or wanted is None:
        return zeros((), like.dtype), TensorShape(None)
    filled = tuple(
        size if size is not None else (kept if kept is not None else 0)
        for size, kept in zip(dims, wanted)
    )
    grows = any(size is None for size in dims)
    return zeros(filled, like.dtype), TensorShape.of(wanted) if grows else None


def _structure(like: Any, invariant: Any) -> tuple[Any, Any]:
    from engine.ir.structure import flatten, pack
    from engine.ops.control import flatten_shapes

    leaves = flatten(like)
    shapes = [None] * len(leaves) if invariant is None else flatten_shapes(invariant)
    pairs = [placeholder_for(leaf, shape, None) for leaf, shape in zip(leaves, shapes)]
    found = [shape for _, shape in pairs]
    kept = found if any(shape is not None for shape in found) else None
    return pack(like, [value for value, _ in pairs]), kept
