"""Python values and arrays as numpy values of the engine's dtypes, as outside of graphs."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from engine.ir import dtypes
from engine.ir.dtypes import DType
from engine.ir.shapes import TensorShape
from engine.ir.tensor import EagerTensor


class _FromNumpy(dict[Any, DType]):
    """numpy's dtypes -> ours; bfloat16 is another package's, and known once a value comes."""

    def __missing__(self, found: Any) -> DType:
        if found.name != "bfloat16":
            raise KeyError(found)
        self[found] = dtypes.bfloat16
        return dtypes.bfloat16


_FROM_NUMPY = _FromNumpy(
    {np.dtype(d.name): d for d in dtypes.ALL if d.kind in "fiucb" and d is not dtypes.bfloat16}
)
_FROM_NUMPY[np.dtype(object)] = dtypes.string

_FLOATS: dict[Any, Any] = {dtypes.float32: np.float32, dtypes.float64: np.float64}
_MIXED = "Can't convert Python sequence with mixed types to Tensor."
_RAGGED = "Can't convert non-rectangular Python sequence to Tensor."
_TOO_LARGE = "Can't convert Python sequence with out-of-range integer to Tensor."
_FLOAT_MAX = float(np.finfo(np.float32).max)


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
        ValueError: if `value` is None, ragged, or of a type that has no tensor form.
    """
    kind = type(value)
    if kind is float and (dtype is None or dtype is dtypes.float32) and abs(value) <= _FLOAT_MAX:
        return np.float32(value), dtypes.float32
    if kind is int and (dtype is None or dtype is dtypes.int32) and -(2**31) <= value < 2**31:
        return np.int32(value), dtypes.int32
    if isinstance(value, (np.ndarray, np.generic)):
        return from_array(value, dtype)
    if kind is list or kind is tuple:
        quick = _plain_list(value, dtype)
        if quick is not None:
            return quick
    elif dtype in _FLOATS and (kind is float or (kind is int and abs(value) < 2**53)):
        return _FLOATS[dtype](value), dtype  # type: ignore[return-value]
    if dtype is not None and dtype.kind == "V":
        return value, dtype
    if hasattr(value, "__array__") and not isinstance(value, type):
        return from_array(np.asarray(value), dtype)
    leaves: list[Any] = []
    shape = _shape_of(value)
    _collect(value, shape, 0, leaves)
    if not leaves:
        found = dtype or dtypes.float32
        return np.zeros(shape, found.as_numpy_dtype), found
    flat, found = _convert(value, leaves, dtype)
    if not shape:
        return flat[0], found
    return flat.reshape(shape), found


def _plain_list(value: Any, dtype: DType | None) -> tuple[Any, DType] | None:
    """A flat list of Python numbers of one type, as most are; None: no such list."""
    kinds = set(map(type, value))
    if kinds == {int}:
        if dtype is None and min(value) >= -(2**31) and max(value) < 2**31:
            return np.array(value, np.int32), dtypes.int32
        if dtype is dtypes.int32 and min(value) >= -(2**31) and max(value) < 2**31:
            return np.array(value, np.int32), dtype
        if dtype is dtypes.int64 and min(value) >= -(2**63) and max(value) < 2**63:
            return np.array(value, np.int64), dtype
    elif kinds == {float} and (dtype is None or dtype is dtypes.float32):
        if min(value) >= -_FLOAT_MAX and max(value) <= _FLOAT_MAX:
            return np.array(value, np.float32), dtypes.float32
    return None


def is_sequence(value: Any) -> bool:
    """Is it opened as a nested list?"""
    kind = type(value)
    if kind is list or kind is tuple:
        return True
    if kind in (int, float, bool, str, bytes, complex) or value is None:
        return False
    if isinstance(value, (str, bytes, dict, set, frozenset, np.generic)):
        return False
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return hasattr(kind, "__getitem__") and hasattr(kind, "__len__")


def _shape_of(value: Any) -> tuple[int, ...]:
    shape: list[int] = []
    while is_sequence(value):
        if isinstance(value, EagerTensor) and not value.dims:
            raise ValueError("TypeError: Scalar tensor has no `len()`")
        shape.append(len(value))
        if shape[-1] == 0:
            break
        value = value[0]
    return tuple(shape)


def _collect(value: Any, shape: tuple[int, ...], axis: int, out: list[Any]) -> None:
    if axis == len(shape):
        if is_sequence(value):
            raise ValueError(_MIXED)
        out.append(value[()] if isinstance(value, np.ndarray) else value)
        return
    if not is_sequence(value) or len(value) != shape[axis]:
        raise ValueError(_RAGGED)
    if axis == len(shape) - 1 and type(value) in (list, tuple):
        if not any(is_sequence(item) or isinstance(item, np.ndarray) for item in value):
            out.extend(value)
            return
    for item in value:
        _collect(item, shape, axis + 1, out)


def _leaf_kind(leaf: Any) -> str:
    """What a first element makes of a sequence: b, i, f (float32), d, h, c, S."""
    if isinstance(leaf, (bool, np.bool_)):
        return "b"
    if isinstance(leaf, (int, np.integer)):
        return "i"
    if isinstance(leaf, np.float64):
        return "d"
    if isinstance(leaf, np.float16):
        return "h"
    if isinstance(leaf, (float, np.floating)):
        return "f"
    if isinstance(leaf, (complex, np.complexfloating)):
        return "c"
    if isinstance(leaf, (str, bytes)):
        return "S"
    raise ValueError(
        f"Attempt to convert a value ({leaf!r}) with an unsupported type ({type(leaf)!r}) to a "
        "Tensor."
    )


_TAKES = {"f": "fdhib", "d": "fdhib", "h": "fdhib", "i": "ib", "b": "b", "S": "S", "c": "cfdhi"}
_DIRECT = {
    dtypes.float32: "f", dtypes.float64: "d", dtypes.float16: "h", dtypes.int32: "i",
    dtypes.int64: "i", dtypes.uint64: "i", dtypes.bool_: "b", dtypes.string: "S",
    dtypes.complex128: "c",
}  # fmt: skip
_INFERRED = {"f": dtypes.float32, "d": dtypes.float64, "h": dtypes.float16, "b": dtypes.bool_,
             "S": dtypes.string, "c": dtypes.complex128}  # fmt: skip


def _kinds(leaves: list[Any]) -> str:
    """The kinds of all elements, the first one's first."""
    seen: dict[type, Any] = {}
    for leaf in leaves:
        seen.setdefault(type(leaf), leaf)
    first = _leaf_kind(leaves[0])
    rest = ""
    for leaf in seen.values():
        try:
            rest += _leaf_kind(leaf)
        except ValueError:
            raise ValueError(_MIXED) from None
    return first + rest


def _convert(value: Any, leaves: list[Any], dtype: DType | None) -> tuple[Any, DType]:
    kinds = _kinds(leaves)
    direct = _DIRECT.get(dtype) if dtype is not None else None
    if direct is not None and all(kind in _TAKES[direct] for kind in kinds):
        if direct != "i" or _in_range(leaves, dtype):  # type: ignore[arg-type]
            return _array(leaves, dtype), dtype  # type: ignore[arg-type,return-value]
    target = kinds[0]
    if target == "i" and any(kind in "fdh" for kind in kinds):
        target = "f"
    if not all(kind in _TAKES[target] for kind in kinds):
        raise ValueError(_MIXED)
    if target == "i":
        if not _in_range(leaves, dtypes.int64):
            raise ValueError(_TOO_LARGE)
        found = dtypes.int32 if _in_range(leaves, dtypes.int32) else dtypes.int64
    else:
        found = _INFERRED[target]
    if dtype is None:
        if target == "f" and any(_FLOAT_MAX < abs(x) < math.inf for x in leaves):
            raise ValueError("Can't convert Python sequence with a value out of range for a "
                             "double-precision float.")  # fmt: skip
        return _array(leaves, found), found
    if not _compatible(dtype, found):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {_short(dtype)}")
    wide = {"f": dtypes.float64, "i": dtypes.int64}.get(target, found)
    with np.errstate(all="ignore"):
        return _array(leaves, wide).astype(dtype.as_numpy_dtype), dtype


def _compatible(wanted: DType, found: DType) -> bool:
    if wanted is found:
        return True
    if wanted.is_integer:
        return found.is_integer
    if wanted.is_floating:
        return found.is_floating or found.is_integer
    return wanted.is_complex and found.is_numeric


def _in_range(leaves: list[Any], dtype: DType) -> bool:
    return bool(dtype.min <= min(leaves)) and bool(max(leaves) <= dtype.max)


def _array(leaves: list[Any], dtype: DType) -> Any:
    if dtype is dtypes.string:
        out = np.empty(len(leaves), dtype=object)
        out[:] = [x.encode() if isinstance(x, str) else bytes(x) for x in leaves]
        return out
    with np.errstate(over="ignore"):
        if dtype.kind == "f" and any(type(x) is int and abs(x) > 2**60 for x in leaves):
            leaves = [float(x) for x in leaves]
        return np.array(leaves, dtype=dtype.as_numpy_dtype)


def _short(dtype: DType) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def from_array(value: Any, dtype: DType | None) -> tuple[Any, DType]:
    """A numpy value, cast to `dtype` (as C does, whatever is lost)."""
    found = value.dtype
    if dtype is dtypes.string or (dtype is None and found.kind in "USO"):
        return _strings(value)
    own = _FROM_NUMPY[found] if found in _FROM_NUMPY or found.name == "bfloat16" else None
    if dtype is None:
        if own is None:
            name = {"M": "DATETIME", "m": "TIMEDELTA", "V": "VOID", "g": "LONGDOUBLE"}.get(
                found.char if found.char == "g" else found.kind, found.name.upper()
            )
            raise ValueError(
                f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type: NPY_{name})."
            )
        dtype = own
    if dtype is own:
        if isinstance(value, np.ndarray):
            value = value[()] if value.ndim == 0 else np.array(value, order="C")
        return value, own
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array(value).astype(dtype.as_numpy_dtype)[()], dtype


def _strings(value: Any) -> tuple[Any, DType]:
    array = np.asarray(value, dtype=object)
    flat = []
    for item in array.ravel():
        if not isinstance(item, (str, bytes)):
            raise ValueError(
                "Failed to convert a NumPy array to a Tensor (Unsupported object type "
                f"{type(item).__name__})."
            )
        flat.append(item.encode() if isinstance(item, str) else bytes(item))
    if array.ndim == 0:
        return flat[0], dtypes.string
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(array.shape), dtypes.string


def shaped(made: Any, shape: Any, value: Any) -> Any:
    """A converted constant in the shape that `tf.constant` was given; one element is repeated.

    Raises:
        TypeError: if it has another number of elements.
    """
    dims = TensorShape(shape).as_list()
    array = np.asarray(made, dtype=object) if type(made) is bytes else np.asarray(made)
    count = math.prod(dims)  # type: ignore[arg-type]
    if array.size == count:
        return array.reshape(dims)[()]  # type: ignore[arg-type]
    if array.size == 1:
        return np.full(dims, array.reshape(()), dtype=array.dtype)[()]  # type: ignore[arg-type]
    raise TypeError(
        f"Constant {array} (converted from {value}) has {array.size} elements, but got `shape` "
        f"{tuple(dims)} with {count} elements."
    )


def shaped_value(value: Any, dtype: DType | None, shape: Any) -> tuple[Any, DType]:
    """As `make_value`, in a given shape (None: its own)."""
    made, found = make_value(value, dtype)
    return (made if shape is None else shaped(made, shape, value)), found
