"""Python values, arrays and variables become tensors; the inputs of an op agree in dtype."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.dtypes import DType, as_dtype, int32, int64
from engine.ir.interpreter import Interpreter, current
from engine.ir.op import PUBLIC, Op, Parameter
from engine.ir.shapes import TensorShape
from engine.ir.structure import is_nested
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor

_LABELS = {"Pack": "stack", "ConcatV2": "concat"}
"""Names that these ops give their eager calls."""
CPP_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    dtype_hint: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
) -> Tensor:
    """A tensor of `value`.

    Args:
        value: tensor, variable, array, number, string or nested list of them.
        dtype: required dtype.
        dtype_hint: dtype to prefer where `value` leaves a choice.
        name: of the new node.
        preferred_dtype: old name of `dtype_hint`.

    Raises:
        ValueError: if a tensor has another dtype, or `value` is None or ragged.
        TypeError: if `value` has no tensor form.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    hint = dtype_hint if dtype_hint is not None else preferred_dtype
    return to_tensor(value, wanted, None if hint is None else as_dtype(hint), current())


_CONVERTERS: list[tuple[int, Any, Any]] = []
"""Functions that users registered for types of their own: priority, types, function."""


def register_tensor_conversion_function(
    base_type: Any, conversion_func: Any, priority: int = 100
) -> None:
    """Tell how values of some type become tensors.

    Args:
        base_type: class or tuple of classes.
        conversion_func: (value, dtype=None, name=None, as_ref=False) -> tensor or NotImplemented.
        priority: functions with smaller numbers are asked first.

    Raises:
        TypeError: if `base_type` is no class or `conversion_func` is not callable.
    """
    kinds = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(kind, type) for kind in kinds):
        raise TypeError("Argument `base_type` must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("Argument `conversion_func` must be callable.")
    _CONVERTERS.append((priority, kinds, conversion_func))
    _CONVERTERS.sort(key=lambda entry: entry[0])


def _registered(value: Any, dtype: DType | None) -> Any:
    for _, kinds, function in _CONVERTERS:
        if isinstance(value, kinds):
            found = function(value, dtype=dtype, name=None, as_ref=False)
            if found is not NotImplemented:
                return found
    return None


def to_tensor(value: Any, dtype: DType | None, hint: DType | None, it: Interpreter) -> Tensor:
    """As `convert_to_tensor`, with checked arguments."""
    kind = type(value)
    if kind is EagerTensor or kind is SymbolicTensor:
        if dtype is not None and value.dtype is not dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                f"{value.dtype.name}: {value!r}"
            )
        return value
    if (kind is float or kind is int) and dtype is not None and not _CONVERTERS:
        return it.constant(value, dtype)
    if kind is range:
        value = list(value)
    if _CONVERTERS:
        found = _registered(value, dtype)
        if found is not None:
            return found
    hook = getattr(kind, "__tf_tensor__", None)
    if hook is not None:
        return hook(value, dtype)
    if is_nested(value) and _holds_tensor(value):
        if dtype is None and hint is not None and hint is not _leaf_dtype(value):
            try:
                return _pack(value, hint, hint, it)
            except (TypeError, ValueError, InvalidArgumentError):
                pass
        return _pack(value, dtype, hint, it)
    if kind is TensorShape and dtype is None:
        return _from_shape(value, it)
    if dtype is None and hint is not None:
        try:
            return it.constant(value, hint)
        except (TypeError, ValueError, OverflowError):
            return it.constant(value, None)
    return it.constant(value, dtype)


def _from_shape(shape: TensorShape, it: Interpreter) -> Tensor:
    if not shape.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape {shape} to a Tensor.")
    sizes = shape.as_list()
    fits = all(size is not None and size < 2**31 for size in sizes)
    return it.constant(sizes, int32 if fits else int64)


def _holds_tensor(value: Any) -> bool:
    for item in value if not isinstance(value, dict) else ():
        if isinstance(item, Tensor) or hasattr(type(item), "__tf_tensor__"):
            return True
        if isinstance(item, (list, tuple)) and _holds_tensor(item):
            return True
    return False


def _pack(value: Any, dtype: DType | None, hint: DType | None, it: Interpreter) -> Tensor:
    """A nested list with tensors inside: stacked along new first axes."""
    found = dtype or _leaf_dtype(value) or hint
    items = [_packed_item(item, found, dtype, it) for item in value]
    return PUBLIC["stack"](items, name="packed")


def _packed_item(item: Any, found: DType | None, dtype: DType | None, it: Interpreter) -> Tensor:
    if not isinstance(item, Tensor):
        return to_tensor(item, found, None, it)
    if dtype is not None and item.dtype is not dtype:
        return PUBLIC["cast"](item, dtype)
    return item


def _leaf_dtype(value: Any) -> DType | None:
    for item in value:
        if isinstance(item, (list, tuple)):
            found = _leaf_dtype(item)
            if found is not None:
                return found
        elif isinstance(item, Tensor) or hasattr(type(item), "__tf_tensor__"):
            return as_dtype(item.dtype)
    return None


def op_inputs(op: Op, it: Interpreter, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The input tensors of a call, flat, converted and checked against the op's dtype groups."""
    decided: dict[str, tuple[DType, str]] = {}
    if op.first_decides:
        first = to_tensor(values[0], None, None, it)
        values = (first, *[to_tensor(value, None, first.dtype, it) for value in values[1:]])
    for parameter, value in zip(op.parameters, values):
        if not (it.eager or parameter.variadic):
            continue  # a graph's arguments decide in order; eagerly tensors go before numbers
        if isinstance(parameter.group, str) and parameter.group not in decided:
            dtype = _tensor_dtype(value, parameter.variadic)
            if dtype is not None:
                decided[parameter.group] = (dtype, parameter.name)
    out: list[Any] = []
    wrong: list[Exception] = []
    for parameter, value in zip(op.parameters, values):
        if parameter.variadic:
            for item in value if isinstance(value, (list, tuple)) else list(value):
                out.append(_convert_input(op, it, parameter, item, decided, len(out), (), wrong))
        elif value is None and parameter.optional:
            out.append(None)
        else:
            out.append(_convert_input(op, it, parameter, value, decided, len(out), values, wrong))
    if wrong:
        raise wrong[0]
    for group, allowed in op.allowed.items():
        if group in decided and decided[group][0] not in allowed:
            _refuse_dtype(op, it, *decided[group], allowed, group)
    return tuple(out)


def _tensor_dtype(value: Any, variadic: bool) -> DType | None:
    if variadic:
        for item in value:
            found = _tensor_dtype(item, False)
            if found is not None:
                return found
        return None
    if isinstance(value, Tensor):
        return value.dtype
    if hasattr(type(value), "__tf_tensor__"):
        return as_dtype(value.dtype)
    return None


def _convert_input(
    op: Op,
    it: Interpreter,
    parameter: Parameter,
    value: Any,
    decided: dict[str, tuple[DType, str]],
    index: int,
    values: tuple[Any, ...],
    wrong: list[Exception],
) -> Tensor:
    group = parameter.group
    if group is None:
        return to_tensor(value, None, None, it)
    if not isinstance(group, str):
        found = value
        if not isinstance(value, Tensor) and hasattr(type(value), "__tf_tensor__"):
            found = to_tensor(value, None, None, it)
        if isinstance(found, Tensor) and found.dtype is not group:
            fixed = all(not isinstance(p.group, str) for p in op.parameters)
            if it.eager and any(_is_slow(v) or (fixed and _is_odd(v)) for v in values):
                to_tensor(found, group, None, it)  # refused: it converts them one by one then
            error = _mismatch(op, it, parameter.name, found.dtype, group, None, index)
            if not it.eager:
                raise error
            wrong.append(error)  # said when the other arguments are converted
            return found
        return to_tensor(found, group, None, it)
    if group in decided:
        dtype, first = decided[group]
        tensor = value if isinstance(value, Tensor) else None
        if tensor is None and hasattr(type(value), "__tf_tensor__"):
            tensor = to_tensor(value, None, None, it)
        if tensor is not None:
            if tensor.dtype is not dtype:
                raise _mismatch(op, it, parameter.name, tensor.dtype, dtype, first, index)
            return tensor
        return to_tensor(value, dtype, None, it)
    tensor = to_tensor(value, None, op.defaults.get(group), it)
    decided[group] = (tensor.dtype, parameter.name)
    return tensor


def _is_slow(value: Any) -> bool:
    """Does TensorFlow's quick way of calling eager ops give up on such an argument?"""
    return value is None or isinstance(value, (list, tuple))


def _is_odd(value: Any) -> bool:
    """Does it give up on such an argument where a fixed dtype is wanted?"""
    scalar = not hasattr(value, "ndim") or not value.ndim
    return isinstance(value, (str, bytes, complex)) or (
        type(value).__module__ == "numpy" and scalar
    )


def cpp_name(dtype: DType) -> str:
    """The dtype's name in run-time messages: `float`, `double`, `int32`."""
    return CPP_NAMES.get(dtype.name, dtype.name)


def _mismatch(
    op: Op, it: Interpreter, name: str, got: DType, wanted: DType, first: str | None, index: int
) -> Exception:
    if it.eager:
        return InvalidArgumentError(
            None,
            None,
            f"cannot compute {op.type} as input #{index}(zero-based) was expected to be a "
            f"{cpp_name(wanted)} tensor but is a {cpp_name(got)} tensor [Op:{op.type}] name: "
            f"{_LABELS.get(op.type, '')}",
        )
    if first is None:
        return TypeError(
            f"Input '{name}' of '{op.type}' Op has type {got.name} that does not match expected "
            f"type of {wanted.name}."
        )
    return TypeError(
        f"Input '{name}' of '{op.type}' Op has type {got.name} that does not match type "
        f"{wanted.name} of argument '{first}'."
    )


def _refuse_dtype(
    op: Op, it: Interpreter, dtype: DType, name: str, allowed: Any, group: str
) -> None:
    names = ", ".join(item.name for item in sorted(allowed, key=int))
    if it.eager:
        raise InvalidArgumentError(
            None,
            None,
            f"Value for attr '{group}' of {cpp_name(dtype)} is not in the list of allowed values: "
            f"{names}\n\t; NodeDef: {{{{node {op.type}}}}}; Op<name={op.type}> "
            f"[Op:{op.type}] name: ",
        )
    raise TypeError(
        f"Value passed to parameter '{name}' has DataType {dtype.name} not in list of allowed "
        f"values: {names}"
    )
