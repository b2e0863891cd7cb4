"""Python values and arrays as numpy values of the engine's dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.ir import dtypes
from engine.ir.dtypes import DType
from engine.ir.shapes import TensorShape

_FROM_NUMPY: dict[Any, DType] = {}


def _fill() -> None:
    for dtype in dtypes.ALL:
        if dtype.kind in "fiucb" and dtype is not dtypes.bfloat16:
            _FROM_NUMPY[np.dtype(dtype.name)] = dtype
    _FROM_NUMPY[np.dtype(object)] = dtypes.string
    try:
        import ml_dtypes

        _FROM_NUMPY[np.dtype(ml_dtypes.bfloat16)] = dtypes.bfloat16
    except ImportError:
        pass


_fill()


def dtype_of(value: Any) -> DType:
    """The dtype of a numpy value, or of `bytes`; variant for anything else."""
    try:
        return _FROM_NUMPY[value.dtype]
    except (AttributeError, KeyError):
        return dtypes.string if isinstance(value, bytes) else dtypes.variant


def make_value(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    """The numpy form of `value` and its dtype.

    Args:
        value: number, string, array, or nested list of them.
        dtype: required dtype; None: the usual one (int32 and float32 for Python numbers).

    Raises:
        TypeError: if `value` cannot be of `dtype`.
        ValueError: if `value` is None or ragged.
    """
    kind = type(value)
    if kind is float and (dtype is None or dtype is dtypes.float32):
        return np.float32(value), dtypes.float32
    if (kind is int and dtype is None) or kind is bool:
        return _python_scalar(value, dtype)
    if isinstance(value, (np.ndarray, np.generic)):
        return _from_array(value, dtype)
    if value is None:
        raise ValueError("Attempt to convert a value (None) with an unsupported type "
                         "(<class 'NoneType'>) to a Tensor.")  # fmt: skip
    if isinstance(value, (str, bytes)):
        _require(value, dtype, "S")
        return (value.encode() if isinstance(value, str) else value), dtypes.string
    if isinstance(value, (bool, int, float, complex)):
        return _python_scalar(value, dtype)
    if dtype is not None and dtype.kind == "V":
        return value, dtype
    return _from_sequence(value, dtype)


def shaped_value(value: Any, dtype: DType | None, shape: Any) -> tuple[Any, DType]:
    """As `make_value`, reshaped to `shape`; a single element is repeated.

    Raises:
        TypeError: if `value` has another number of elements.
    """
    made, found = make_value(value, dtype)
    if shape is None:
        return made, found
    dims = TensorShape(shape).as_list()
    array = np.asarray(made, dtype=object) if type(made) is bytes else np.asarray(made)
    count = math.prod(dims)  # type: ignore[arg-type]
    if array.size == count:
        return array.reshape(dims)[()], found  # type: ignore[arg-type]
    if array.size == 1:
        return np.full(dims, array.reshape(()), dtype=array.dtype), found  # type: ignore[arg-type]
    raise TypeError(
        f"A constant of shape {array.shape} has {array.size} elements, but `shape` "
        f"{tuple(dims)} has {count}."
    )


def constant_of(value: Any, dtype: DType | None) -> Any:
    """The value of a tensor given to `tf.constant` while tracing.

    Raises:
        TypeError: if it has none yet.
    """
    found = getattr(value, "_value", None)
    if found is None:
        raise TypeError(
            "Expected any non-tensor type, but got a tensor instead: a value that is computed "
            f"cannot be a constant of the graph ({value!r})."
        )
    return found if dtype is None else np.asarray(found).astype(dtype.as_numpy_dtype)


def _require(value: Any, dtype: DType | None, kinds: str) -> None:
    if dtype is not None and dtype.kind not in kinds:
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {_short(dtype)}")


def _short(dtype: DType) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def _python_scalar(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    if isinstance(value, bool):
        _require(value, dtype, "b")
        return np.bool_(value), dtypes.bool_
    if isinstance(value, int):
        if dtype is None:
            dtype = dtypes.int32 if -(2**31) <= value < 2**31 else dtypes.int64
        _require(value, dtype, "iufc")
    elif isinstance(value, float):
        dtype = dtype or dtypes.float32
        _require(value, dtype, "fc")
    else:
        dtype = dtype or dtypes.complex128
        _require(value, dtype, "c")
    return _checked_scalar(value, dtype), dtype


def _checked_scalar(value: Any, dtype: DType) -> Any:
    try:
        return dtype.as_numpy_dtype(value)
    except OverflowError:
        raise TypeError(
            f"Cannot convert {value!r} to EagerTensor of dtype {_short(dtype)}"
        ) from None


def _from_array(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    found = value.dtype
    if found.kind in "US" or (found.kind == "O" and (dtype is None or dtype.kind == "S")):
        return _strings(value, dtype)
    own = _FROM_NUMPY.get(found)
    if own is None:
        raise ValueError(f"Failed to convert a NumPy array to a Tensor (Unsupported numpy "
                         f"dtype: {found}).")  # fmt: skip
    if dtype is None or dtype is own:
        if isinstance(value, np.ndarray):
            value = value[()] if value.ndim == 0 else value.copy()
        return value, own
    if dtype.kind not in "fiucb" or (dtype.kind == "b") != (own.kind == "b"):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {_short(dtype)}")
    return np.asarray(value).astype(dtype.as_numpy_dtype)[()], dtype


def _strings(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    _require(value, dtype, "S")
    array = np.asarray(value, dtype=object)
    flat = [item.encode() if isinstance(item, str) else bytes(item) for item in array.ravel()]
    if array.ndim == 0:
        return flat[0], dtypes.string
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(array.shape), dtypes.string


def _from_sequence(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    if not isinstance(value, (list, tuple)):
        if hasattr(value, "__array__"):
            return _from_array(np.asarray(value), dtype)
        if hasattr(value, "__iter__") and not isinstance(value, (dict, set, frozenset)):
            value = list(value)
        else:
            raise ValueError(
                f"Attempt to convert a value ({value!r}) with an unsupported type "
                f"({type(value)!r}) to a Tensor."
            )
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.") from None
    if array.dtype == object and array.size:
        return _from_objects(value, array, dtype)
    if array.size == 0 and dtype is None:
        return array.astype(np.float32), dtypes.float32
    if array.dtype.kind in "US":
        leaf = _first_leaf(value)
        if not isinstance(leaf, (str, bytes)):
            raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
        return _strings(np.array(value, dtype=object), dtype)
    return _numbers(value, array, dtype)


def _from_objects(value: Any, array: Any, dtype: DType | None) -> tuple[Any, DType]:
    leaf = next(iter(array.ravel()))
    if isinstance(leaf, (str, bytes)):
        return _strings(array, dtype)
    if isinstance(leaf, (list, tuple)):
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
    raise ValueError(
        f"Attempt to convert a value ({value!r}) with an unsupported type "
        f"({type(leaf)!r}) to a Tensor."
    )


def _first_leaf(value: Any) -> Any:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def _numbers(value: Any, array: Any, dtype: DType | None) -> tuple[Any, DType]:
    python = not isinstance(_first_leaf(value), (np.ndarray, np.generic))
    if dtype is None:
        if python and array.dtype == np.float64:
            dtype = dtypes.float32
        elif python and array.dtype == np.int64:
            fits = array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
            dtype = dtypes.int32 if fits else dtypes.int64
        else:
            return _from_array(array, None)
    source = array.dtype.kind
    fits_kind = {"i": "iufc", "u": "iufc", "f": "fc", "c": "c", "b": "b"}.get(source, "")
    if array.size and dtype.kind not in fits_kind and python:
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {_short(dtype)}")
    return array.astype(dtype.as_numpy_dtype), dtype
