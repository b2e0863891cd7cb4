"""Python values as constants of graphs, where the rules differ from those outside of graphs."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.executors.constants import dtype_of, from_array, shaped
from engine.ir import dtypes
from engine.ir.dtypes import DType
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor

_ACCEPTED: dict[str, tuple[type, ...]] = {
    "f": (bool, int, float, np.bool_, np.integer, np.floating),
    "i": (bool, int, np.bool_, np.integer),
    "u": (bool, int, np.bool_, np.integer),
    "b": (bool, np.bool_),
    "S": (str, bytes, np.str_),
    "c": (bool, int, float, complex, np.number, np.bool_),
}

_SMALL = 3e38
"""Numbers below are float32 without overflow."""


def graph_value(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    """The numpy form of a constant of a graph, and its dtype.

    Args:
        value: number, string, array, or nested list of them.
        dtype: required dtype; None: the usual one (int32 and float32 for Python numbers).

    Raises:
        TypeError: if `value` cannot be of `dtype`, or has no tensor form.
        ValueError: if `value` is None or ragged.
    """
    kind = type(value)
    if kind is int and (dtype is None or dtype is dtypes.int32) and -(2**31) <= value < 2**31:
        return np.int32(value), dtypes.int32
    if kind is float and (dtype is None or dtype is dtypes.float32):
        if -_SMALL < value < _SMALL:
            return np.float32(value), dtypes.float32
        with np.errstate(over="ignore"):
            return np.float32(value), dtypes.float32
    if isinstance(value, (np.ndarray, np.generic)):
        return _array_value(value, dtype)
    if value is None:
        raise ValueError("None values not supported.")
    if dtype is not None and dtype.kind == "V":
        return value, dtype
    leaves = _leaves(value)
    if dtype is not None:
        _check(leaves, dtype)
    elif any(isinstance(leaf, Tensor) for leaf in leaves):
        raise TypeError("Expected any non-tensor type, but got a tensor instead.")
    texts = dtype is dtypes.string or _all_texts(leaves)
    array = np.array(value, dtype=object) if texts else _to_array(value, leaves, dtype)
    if array.shape != _list_shape(value) and not _is_buffer(value):
        raise ValueError(
            f"Expected values {value} to be a dense tensor with shape {list(_list_shape(value))}, "
            f"but got shape {list(array.shape)}."
        )
    if texts:
        return _strings(value, leaves, array.shape)
    if dtype is None:
        array = _default(array)
    found = dtype_of(array)
    if found.kind in "SV":
        raise _unsupported(value)
    return array[()], found


def _array_value(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    if value.dtype.kind == "O":
        for item in np.asarray(value).ravel():
            if not isinstance(item, (str, bytes)):
                raise TypeError(f"Expected binary or unicode string, got {item!r}")
    elif dtype is dtypes.string and value.dtype.kind not in "US":
        raise TypeError(f"Expected binary or unicode string, got {np.asarray(value).ravel()[0]!r}")
    elif dtype is None and value.dtype.kind in "Mm":
        dtypes.as_dtype(value.dtype)
    return from_array(value, dtype)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _list_shape(value: Any) -> tuple[int, ...]:
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return tuple(shape)


def _all_texts(leaves: list[Any]) -> bool:
    return bool(leaves) and all(isinstance(leaf, (str, bytes)) for leaf in leaves)


def _is_buffer(value: Any) -> bool:
    return isinstance(value, (bytearray, memoryview)) or hasattr(value, "__array__")


def _check(leaves: list[Any], dtype: DType) -> None:
    accepted = _ACCEPTED[dtype.kind]
    for leaf in leaves:
        if isinstance(leaf, np.ndarray):
            continue
        if not isinstance(leaf, accepted):
            if leaf is None:
                raise ValueError("None values not supported.")
            raise TypeError(
                f"Expected {dtype.name}, but got {leaf} of type '{type(leaf).__name__}'."
            )


def _to_array(value: Any, leaves: list[Any], dtype: DType | None) -> Any:
    kind = None if dtype is None else dtype.as_numpy_dtype
    if dtype is not None and dtype.kind in "iu":
        wide = np.array(value, dtype=np.int64 if _fits(leaves) else None)
        if wide.dtype == object:
            raise OverflowError("Python int too large to convert to C long")
        return wide.astype(kind)
    with np.errstate(over="ignore"):
        array = np.array(value, dtype=kind)
    if array.dtype.kind in "US" or (array.dtype == object and kind is None):
        raise _unsupported(value)
    return array


def _fits(leaves: list[Any]) -> bool:
    return all(-(2**63) <= leaf < 2**63 for leaf in leaves if isinstance(leaf, int))


def _default(array: Any) -> Any:
    if array.dtype == np.float64:
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64:
        narrow = array.astype(np.int32)
        return narrow if np.array_equal(narrow, array) else array
    return array


def _strings(value: Any, leaves: list[Any], shape: tuple[int, ...]) -> tuple[Any, DType]:
    flat = []
    for leaf in leaves:
        if not isinstance(leaf, (str, bytes)):
            raise _unsupported(value)
        flat.append(leaf.encode() if isinstance(leaf, str) else bytes(leaf))
    if not shape:
        return flat[0], dtypes.string
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(shape), dtypes.string


def _unsupported(value: Any) -> TypeError:
    return TypeError(
        f"Failed to convert elements of {value} to Tensor. Consider casting elements to a "
        "supported type, one of tf.dtypes."
    )


def graph_constant(value: Any, dtype: DType | None, shape: Any) -> tuple[Any, DType]:
    """The value of a `tf.constant` in a graph, in a given shape (None: its own).

    Raises:
        TypeError: if it has another number of elements, or is a tensor without a value.
    """
    if isinstance(value, SymbolicTensor):
        if dtype is None:
            raise TypeError("Expected any non-tensor type, but got a tensor instead.")
        raise TypeError(f"Expected {dtype.name}, but got {value} of type 'SymbolicTensor'.")
    if isinstance(value, EagerTensor):
        value = value.numpy()
    made, found = graph_value(value, dtype)
    return (made if shape is None else shaped(made, shape, value)), found
