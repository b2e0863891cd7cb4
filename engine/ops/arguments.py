"""Arguments that are numbers or tensors: shapes, axes, sizes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor, cpp_name
from engine.ir.dtypes import DType, int32, int64
from engine.ir.interpreter import current
from engine.ir.shapes import TensorShape
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf


def shape_tensor(shape: Any) -> Tensor:
    """`shape` as a vector of int32 (int64 if it is one)."""
    if isinstance(shape, TensorShape):
        return tf.constant(shape.as_list(), int32)
    if isinstance(shape, Tensor):
        return shape
    if isinstance(shape, (list, tuple)):
        kinds = {item.dtype for item in shape if isinstance(item, Tensor)}
        kind = int64 if int64 in kinds else int32
        items = [tf.cast(item, kind) if isinstance(item, Tensor) else item for item in shape]
        return convert_to_tensor(items, kind)
    return convert_to_tensor(shape)


def checked_ints(
    value: Any, type: str, parameter: str, attr: str = "Tidx", lenient: bool = True
) -> Any:
    """`known_ints(value)`, if TensorFlow takes `value` as indices: int32, int64, or convertible.

    Args:
        value: number, sequence, array or tensor.
        type: TensorFlow's name of the op, `parameter` that of its input, `attr` of its dtype.
        lenient: are sequences converted by what they hold, not to int32 whatever they hold?

    Raises:
        InvalidArgumentError: (TypeError while tracing) for another dtype.
        TypeError: for a number that is no integer.
    """
    if isinstance(value, Tensor):
        if value.dtype not in (int32, int64):
            raise refused_index(value.dtype, type, parameter, attr)
        return known_ints(value)
    try:
        return known_ints(value)
    except TypeError:
        if hasattr(value, "astype") and value.dtype.kind in "fb":
            return known_ints(value.astype("int32"))
        plain = _without_bools(value)
        try:
            return known_ints(plain)
        except TypeError:
            if isinstance(value, (int, float)) or not lenient:
                raise
        made = convert_to_tensor(plain, dtype_hint=int32)
        if made.dtype not in (int32, int64):
            raise refused_index(made.dtype, type, parameter, attr) from None
        return known_ints(made)


def _without_bools(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_without_bools(item) for item in value]
    return int(value) if isinstance(value, bool) else value


def refused_index(dtype: DType, type: str, parameter: str, attr: str) -> Exception:
    """The error of indices of a dtype that is not int32 or int64."""
    return refused_dtype(dtype, (int32, int64), type, parameter, attr)


def refused_dtype(
    dtype: DType, allowed: Iterable[DType], type: str, parameter: str, attr: str
) -> Exception:
    """The error of an argument whose dtype is not one of those that an op allows."""
    names = ", ".join(item.name for item in allowed)
    if current().eager:
        return InvalidArgumentError(
            None, None,
            f"Value for attr '{attr}' of {cpp_name(dtype)} is not in the list of allowed values: "
            f"{names}\n\t; NodeDef: {{{{node {type}}}}}; Op<name={type}> [Op:{type}] name: ",
        )  # fmt: skip
    return TypeError(
        f"Value passed to parameter '{parameter}' has DataType {dtype.name} "
        f"not in list of allowed values: {names}"
    )


def listed(value: Any, argument: str, type: str, called: str) -> list[Any]:
    """The items of an argument that must be a list with at least one.

    Args:
        value: list, tuple, or (eagerly) a tensor whose first axis is taken apart.
        argument: its name.
        type: TensorFlow's name of the op.
        called: how messages call the op.
    """
    if isinstance(value, Tensor) and not current().eager:
        raise TypeError(f"Expected list for '{argument}' argument to '{called}' Op, not {value}.")
    items = list(value)
    if not items:
        raise refusal(type, "Value for attr 'N' of 0 must be at least minimum 1",
                      f"List argument '{argument}' to '{type}' Op with length 0 shorter than "
                      "minimum length 1.")  # fmt: skip
    return items


def refusal(type: str, problem: str, traced: str = "") -> Exception:
    """What an op raises for values that its kernel refuses: another type while tracing.

    Args:
        type: TensorFlow's name of the op.
        problem: what the kernel says.
        traced: what inference says; by default the same.
    """
    if current().eager:
        return InvalidArgumentError(None, None, f"{problem} [Op:{type}]")
    return ValueError(traced or problem)


def scalar_int(
    value: Any, type: str, parameter: str, problem: str, attr: str = "Tidx", single: bool = False
) -> Any:
    """The integer of an index that must be a scalar; None where a tensor hides it.

    Args:
        value: number or tensor.
        type: as for `checked_ints`, as are `parameter` and `attr`.
        problem: what the kernel says of a value with axes; `{shape}` stands for its shape.
        single: is a vector of one element as good?

    Raises:
        InvalidArgumentError: (ValueError while tracing) if `value` is no scalar.
    """
    if value is None:
        raise ValueError("Attempt to convert a value (None) with an unsupported type "
                         "(<class 'NoneType'>) to a Tensor.")  # fmt: skip
    found = checked_ints(value, type, parameter, attr)
    if single and isinstance(found, tuple) and len(found) == 1:
        found = found[0]
        if found is None:
            return None
    if found is None and isinstance(value, Tensor) and not value.dims:
        return None
    if isinstance(found, int):
        return found
    shape = getattr(value, "dims", None) or getattr(value, "shape", None) or (len(value),)
    if current().eager:
        shown = "[" + ",".join(map(str, shape)) + "]"
        raise InvalidArgumentError(None, None, problem.format(shape=shown) + f" [Op:{type}]")
    raise ValueError(f"Shape must be rank 0 but is rank {len(shape)} for '{type}'")


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
    return found
