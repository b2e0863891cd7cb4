"""Python's operators on ragged tensors: element by element, rows staying as they are."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf


class RaggedOperators:
    """Operators of a tensor of rows; the other operand is ragged with the same rows or dense.

    Raises:
        InvalidArgumentError: if the rows of two ragged operands differ, or their dtypes.
        ValueError: if a dense operand has neither one element nor one for each row.
    """

    values: Any
    row_splits: Any
    with_values: Any
    row_lengths: Any

    def __hash__(self) -> int:
        raise TypeError("RaggedTensor is unhashable.")

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")


def _other_values(ragged: Any, other: Any) -> Any:
    """What stands opposite to the values of `ragged`."""
    if isinstance(other, RaggedOperators):
        tf.debugging.assert_equal(ragged.row_splits, other.row_splits)
        return other.values
    if isinstance(other, (bool, int, float, str)):
        return other
    dense: Any = convert_to_tensor(other)
    dims = dense.dims
    if dims == ():
        return dense
    if dims is not None and all(size == 1 for size in dims):
        return tf.reshape(dense, [])
    if dims is not None and len(dims) == 2 and dims[1] == 1 and _is_flat(ragged):
        return tf.repeat(dense[:, 0], ragged.row_lengths())
    raise ValueError(
        f"A dense tensor of shape {dense.shape} cannot be broadcast to ragged rows: it needs one "
        "element, or the shape [rows, 1]."
    )


def _is_flat(ragged: Any) -> bool:
    return not isinstance(ragged.values, RaggedOperators) and len(ragged.values.dims or ()) == 1


def _compute(name: str) -> Callable[..., Any]:
    """What the operator does to values; the bitwise ones are logical, as in TensorFlow."""
    logical = _LOGICAL.get(name)
    if logical is not None:
        return _of_bools(logical)
    return getattr(operator, f"__{name}__")


def _of_bools(logical: str) -> Callable[..., Any]:
    def compute(*values: Any) -> Any:
        for i, value in enumerate(values):
            if isinstance(value, Tensor) and value.dtype.name != "bool":
                raise InvalidArgumentError(
                    None, None, f"cannot compute {logical} as input #{i}(zero-based) was expected "
                    f"to be a bool tensor but is a {value.dtype.name} tensor",
                )  # fmt: skip
        return getattr(tf, logical)(*values)

    return compute


def _binary(name: str) -> Callable[[Any, Any], Any]:
    compute = _compute(name)

    def method(self: Any, other: Any) -> Any:
        return self.with_values(compute(self.values, _other_values(self, other)))

    return method


def _reversed(name: str) -> Callable[[Any, Any], Any]:
    compute = _compute(name)

    def method(self: Any, other: Any) -> Any:
        return self.with_values(compute(_other_values(self, other), self.values))

    return method


def _unary(name: str) -> Callable[[Any], Any]:
    compute = _compute(name)

    def method(self: Any) -> Any:
        return self.with_values(compute(self.values))

    return method


_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor")
_LOGICAL = {"and": "logical_and", "or": "logical_or", "xor": "logical_xor", "invert": "logical_not"}

for _name in (*_ARITHMETIC, "eq", "ne", "lt", "le", "gt", "ge"):
    setattr(RaggedOperators, f"__{_name}__", _binary(_name))
for _name in _ARITHMETIC:
    setattr(RaggedOperators, f"__r{_name}__", _reversed(_name))
for _name in ("neg", "abs", "invert"):
    setattr(RaggedOperators, f"__{_name}__", _unary(_name))
