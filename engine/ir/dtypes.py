"""Element types of tensors, without an array library."""

from __future__ import annotations

import sys
from typing import Any

_FLOAT_LIMITS = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float32": 3.4028234663852886e38,
    "float64": sys.float_info.max,
}


class DType:
    """The element type of a tensor; one object per type, so `is` compares them.

    Attributes:
        name: TensorFlow's name of the type, for example ``"float32"``.
        kind: one letter: ``f``loat, ``i``nt, ``u``nsigned, ``b``ool, ``c``omplex, ``S``tring,
            ``V`` for values that are no arrays (variants and resources).
        size: bytes of one element; 0 for strings.
    """

    __slots__ = ("as_datatype_enum", "kind", "name", "size")

    def __init__(self, name: str, kind: str, size: int, enum: int) -> None:
        self.name = name
        self.kind = kind
        self.size = size
        self.as_datatype_enum = enum

    @property
    def is_floating(self) -> bool:
        return self.kind == "f"

    @property
    def is_integer(self) -> bool:
        return self.kind in "iu"

    @property
    def is_unsigned(self) -> bool:
        return self.kind == "u"

    @property
    def is_bool(self) -> bool:
        return self.kind == "b"

    @property
    def is_complex(self) -> bool:
        return self.kind == "c"

    @property
    def is_quantized(self) -> bool:
        return False

    @property
    def is_numeric(self) -> bool:
        return self.kind in "fiuc"

    @property
    def is_numpy_compatible(self) -> bool:
        return self.kind != "V"

    @property
    def base_dtype(self) -> DType:
        return self

    @property
    def real_dtype(self) -> DType:
        if self is complex64:
            return float32
        return float64 if self is complex128 else self

    @property
    def as_numpy_dtype(self) -> Any:
        """The numpy scalar type (``object`` for strings); imports numpy."""
        if self.kind == "S":
            return object
        import numpy

        if self.name == "bfloat16":
            import ml_dtypes

            return ml_dtypes.bfloat16
        return getattr(numpy, "bool_" if self.kind == "b" else self.name)

    @property
    def min(self) -> Any:
        """Smallest value that the type can hold."""
        return self._limit(lowest=True)

    @property
    def max(self) -> Any:
        """Largest value that the type can hold."""
        return self._limit(lowest=False)

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of pixel values in this type: [0, largest], [0, 1] for floats.

        Raises:
            ValueError: for types without one.
        """
        if self.kind == "b":
            return 0, True
        if self.kind not in "iu" and self not in (float32, float64):
            raise ValueError(f"{self!r} does not have defined limits.")
        return (0, 1) if self.kind == "f" else (0, self.max)

    def _limit(self, lowest: bool) -> Any:
        if self.kind == "f":
            limit = _FLOAT_LIMITS[self.name]
            return self.as_numpy_dtype(-limit if lowest else limit)
        if self.kind in "iu":
            bits = 8 * self.size
            if self.kind == "u":
                return 0 if lowest else 2**bits - 1
            return -(2 ** (bits - 1)) if lowest else 2 ** (bits - 1) - 1
        which = "minimum" if lowest else "maximum"
        raise TypeError(f"Cannot find {which} value of {self} with type {self}.")

    def is_compatible_with(self, other: object) -> bool:
        return as_dtype(other) is self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = object.__hash__  # one object per type; this one runs without a Python call

    def __int__(self) -> int:
        return self.as_datatype_enum

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


float32 = DType("float32", "f", 4, 1)
float64 = DType("float64", "f", 8, 2)
int32 = DType("int32", "i", 4, 3)
uint8 = DType("uint8", "u", 1, 4)
int16 = DType("int16", "i", 2, 5)
int8 = DType("int8", "i", 1, 6)
string = DType("string", "S", 0, 7)
complex64 = DType("complex64", "c", 8, 8)
int64 = DType("int64", "i", 8, 9)
bool_ = DType("bool", "b", 1, 10)
bfloat16 = DType("bfloat16", "f", 2, 14)
uint16 = DType("uint16", "u", 2, 17)
complex128 = DType("complex128", "c", 16, 18)
float16 = DType("float16", "f", 2, 19)
resource = DType("resource", "V", 8, 20)
variant = DType("variant", "V", 8, 21)
uint32 = DType("uint32", "u", 4, 22)
uint64 = DType("uint64", "u", 8, 23)

ALL = (
    float32, float64, int32, uint8, int16, int8, string, complex64, int64, bool_, bfloat16,
    uint16, complex128, float16, resource, variant, uint32, uint64,
)  # fmt: skip

_BY_NAME: dict[str, DType] = {dtype.name: dtype for dtype in ALL}
_BY_NAME.update(half=float16, float=float32, double=float64)
_BY_NUMPY: dict[str, DType] = dict(_BY_NAME, bool_=bool_, bytes_=string, object_=string,
                                   object=string, str_=string, longlong=int64,
                                   ulonglong=uint64)  # fmt: skip
_BY_ENUM = {dtype.as_datatype_enum: dtype for dtype in ALL}
_BY_PYTHON: dict[object, DType] = {float: float32, bool: bool_, object: string}

FLOATING = frozenset({float16, bfloat16, float32, float64})
SIGNED = frozenset({int8, int16, int32, int64})
UNSIGNED = frozenset({uint8, uint16, uint32, uint64})
INTEGER = SIGNED | UNSIGNED
COMPLEX = frozenset({complex64, complex128})
NUMERIC = FLOATING | INTEGER | COMPLEX
REAL = FLOATING | INTEGER


def as_dtype(type_value: object) -> DType:
    """The `DType` that `type_value` stands for.

    Args:
        type_value: a `DType`, a name, a numpy dtype or scalar type, a Python type, or an enum
            number.

    Raises:
        TypeError: if `type_value` names no element type.
    """
    if type(type_value) is DType:
        return type_value
    try:
        if isinstance(type_value, str):
            return _BY_NAME[type_value]
        found = _BY_PYTHON.get(type_value)
        if found is not None:
            return found
        if isinstance(type_value, int):
            return _BY_ENUM[type_value]
        return _BY_NUMPY[_numpy_name(type_value)]
    except (KeyError, TypeError):
        raise TypeError(
            f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType."
        ) from None


def _numpy_name(value: object) -> str:
    if value is str or value is bytes:
        return ""
    name: Any = getattr(value, "name", None) or getattr(value, "__name__", None)
    if not isinstance(name, str):
        inner = getattr(value, "dtype", None)
        name = getattr(inner, "name", "")
    if name.startswith(("bytes", "str")):  # numpy: 'bytes24', 'str96'
        return "string"
    return str(name)
