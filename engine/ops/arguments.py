"""Arguments that are numbers or tensors: shapes, axes, sizes."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64
from engine.ir.shapes import TensorShape
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf


def shape_tensor(shape: Any) -> Tensor:
    """`shape` as a vector of int32 (int64 if it is one)."""
    if isinstance(shape, TensorShape):
        return tf.constant(shape.as_list(), int32)  # type: ignore[no-any-return]
    if isinstance(shape, Tensor):
        return shape
    if isinstance(shape, (list, tuple)):
        kinds = {item.dtype for item in shape if isinstance(item, Tensor)}
        kind = int64 if int64 in kinds else int32
        items = [tf.cast(item, kind) if isinstance(item, Tensor) else item for item in shape]
        return convert_to_tensor(items, kind)
    return convert_to_tensor(shape)


def required_int(value: Any, what: str) -> int:
    """A static integer. Raises ValueError where its value is not known while tracing."""
    found = known_ints(value)
    if isinstance(found, tuple) and len(found) == 1:
        found = found[0]
    if not isinstance(found, int):
        raise ValueError(f"`{what}` must be an integer that is known while tracing, got {value!r}")
    return found


def static_ints(value: Any) -> tuple[int, ...] | None:
    """The integers of `value` as a tuple, where all of them are known while tracing."""
    found = known_ints(value)
    if isinstance(found, int):
        return (found,)
    return None if found is None or None in found else tuple(found)


def static_int(value: Any) -> int | None:
    """The integer that `value` is, where it is known while tracing."""
    found = known_ints(value)
    if isinstance(found, tuple):
        return found[0] if len(found) == 1 else None
    return found  # type: ignore[no-any-return]


def axis_in(axis: int, rank: int, what: str = "axis") -> int:
    """`axis` counted from the front. Raises ValueError outside [-rank, rank)."""
    if not -rank <= axis < rank:
        raise ValueError(f"{what} = {axis} not in [{-rank}, {rank})")
    return axis + rank if axis < 0 else axis
