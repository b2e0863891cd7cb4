"""Operators on values that are known in part."""

from __future__ import annotations

import ast
import re

from engine.inference.values import (
    UNKNOWN,
    Const,
    Container,
    Dims,
    Library,
    Python,
    Stage,
    Tensor,
    Unknown,
    Value,
)

__all__ = [
    "binary",
    "broadcast",
    "compare",
    "is_tensorlike",
    "mismatch",
    "percent_specs",
    "spec_of",
    "unary",
]

_NUMBERS = (int, float)
_LARGE = 10**12
_PERCENT = re.compile(r"%(?:\(\w*\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[hlL]?([a-zA-Z%])")


def percent_specs(text: str) -> list[str]:
    """The conversion letters of a `%` format, in order."""
    return [letter for letter in _PERCENT.findall(text) if letter != "%"]


def is_tensorlike(value: Value) -> bool:
    """Whether an operator on the value is an op: a tensor, or a variable, which is read."""
    if isinstance(value, Tensor):
        return True
    return isinstance(value, Library) and value.kind in ("variable", "sparse", "ragged")


def spec_of(value: Value) -> tuple[str | None, Dims | None, bool]:
    """The dtype and shape that a value has in an op; true where the dtype gives way."""
    if isinstance(value, Tensor):
        return value.dtype, value.dims, value.weak
    if isinstance(value, Library):
        return value.dtype, value.dims, False
    if isinstance(value, Const):
        kinds = {bool: "bool", int: "int32", float: "float32", str: "string", bytes: "string"}
        return kinds.get(type(value.value)), (), True
    if isinstance(value, Python) and value.type == "ndarray":
        return value.dtype, value.dims, True
    if isinstance(value, Python) and value.type in ("int", "float", "bool"):
        default = {"int": "int32", "float": "float32", "bool": "bool"}[value.type]
        return value.dtype or default, (), True
    return None, None, True


def binary(operator: str, left: Value, right: Value, staged: bool, node: ast.AST) -> Value:
    """`left operator right`, operators by the names of their nodes (`Add`, `Mult` ...)."""
    if is_tensorlike(left) or is_tensorlike(right):
        return _tensor_result(operator, left, right, staged, node)
    if isinstance(left, Const) and isinstance(right, Const):
        return _fold(operator, left.value, right.value)
    if isinstance(left, Container) or isinstance(right, Container):
        return _containers(operator, left, right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("derived") if staged and _from_argument(left, right) else UNKNOWN
    if left.stage is Stage.PYTHON and right.stage is Stage.PYTHON:
        return _numbers(operator, left, right)
    return UNKNOWN


def _from_argument(*values: Value) -> bool:
    """Whether some operand is, or comes from, an argument of the traced function."""
    return any(isinstance(value, Unknown) and bool(value.argument) for value in values)


def _tensor_result(operator: str, left: Value, right: Value, staged: bool, node: ast.AST) -> Value:
    left_dtype, left_dims, left_weak = spec_of(left)
    right_dtype, right_dims, right_weak = spec_of(right)
    symbolic = staged
    strong = left_dtype if not left_weak else right_dtype
    if left_weak == right_weak:
        strong = left_dtype if left_dtype == right_dtype else None
    elif strong is None:
        strong = None
    if operator == "MatMult":
        dims: Dims | None = None
        if left_dims is not None and right_dims is not None:
            if len(left_dims) == 2 and len(right_dims) == 2:
                dims = (left_dims[0], right_dims[1])
    else:
        dims = broadcast(left_dims, right_dims)
    if operator == "Div" and strong is not None and strong.startswith(("int", "uint")):
        strong = "float64" if strong in ("int32", "int64", "uint32") else None
    return Tensor(symbolic, strong, dims, node)


def broadcast(left: Dims | None, right: Dims | None) -> Dims | None:
    """The shape of an element-wise result, None where it is not known or there is none."""
    if left is None or right is None:
        return None
    size = max(len(left), len(right))
    padded = [(1,) * (size - len(dims)) + tuple(dims) for dims in (left, right)]
    result: list[int | None] = []
    for a, b in zip(*padded):
        if a == 1:
            result.append(b)
        elif b in (1, a):
            result.append(a)
        elif a is None or b is None:
            result.append(a if b is None else b)
        else:
            return None
    return tuple(result)


def mismatch(operator: str, left: Value, right: Value) -> str:
    """Why an operator cannot work on two tensors, empty where it can or where that is not known."""
    if not (is_tensorlike(left) and is_tensorlike(right)):
        return ""
    first, second = spec_of(left)[1], spec_of(right)[1]
    if first is None or second is None:
        return ""
    if operator == "MatMult":
        if len(first) < 2 or len(second) < 2 or None in (first[-1], second[-2]):
            return ""
        if first[-1] == second[-2]:
            return ""
    elif broadcast(first, second) is not None:
        return ""
    shapes = f"{list(first)} and {list(second)}".replace("None", "?")
    return f"the shapes {shapes} do not fit together"


def _fold(operator: str, left: object, right: object) -> Value:
    if isinstance(left, str) and isinstance(right, str) and operator == "Add":
        return Const(left + right) if len(left) + len(right) < 1000 else Python("str")
    if not isinstance(left, _NUMBERS) or not isinstance(right, _NUMBERS):
        return Python(type(left).__name__ if isinstance(left, str) else "")
    if abs(left) > _LARGE or abs(right) > _LARGE:
        return Python(type(left).__name__)
    try:
        if operator == "Add":
            return Const(left + right)
        if operator == "Sub":
            return Const(left - right)
        if operator == "Mult":
            return Const(left * right)
        if operator == "Div":
            return Const(left / right)
        if operator == "FloorDiv":
            return Const(left // right)
        if operator == "Mod":
            return Const(left % right)
        if operator == "Pow" and abs(right) < 64 and abs(left) < 10_000:
            return Const(left**right)
    except (ArithmeticError, ValueError):
        return Python(type(left).__name__)
    return Python(type(left).__name__)


def _containers(operator: str, left: Value, right: Value) -> Value:
    if operator == "Add" and isinstance(left, Container) and isinstance(right, Container):
        if left.items is not None and right.items is not None:
            return Container(left.kind, [*left.items, *right.items], None, left.born)
        from engine.inference.values import join

        return Container(left.kind, None, join(left.element, right.element), left.born)
    if operator == "Mult":
        whole, count = (left, right) if isinstance(left, Container) else (right, left)
        if isinstance(whole, Container):
            items = whole.items
            if items is not None and isinstance(count, Const) and isinstance(count.value, int):
                if len(items) * count.value <= 16:
                    return Container(whole.kind, items * count.value, None, whole.born)
            return Container(whole.kind, None, whole.element, whole.born)
    if isinstance(left, Container) and left.kind in ("shape", "set"):
        return Container(left.kind, None, left.element, left.born)
    return UNKNOWN


def _numbers(operator: str, left: Value, right: Value) -> Value:
    varying = any(isinstance(v, Python) and v.varying for v in (left, right))
    types = set()
    for value in (left, right):
        if isinstance(value, Const):
            types.add(type(value.value).__name__)
        elif isinstance(value, Python):
            types.add(value.type)
    if "ndarray" in types:
        return Python("ndarray")
    if types <= {"int", "float", "bool"}:
        if "float" in types or operator == "Div":
            return Python("float", varying)
        return Python("int", varying)
    return Python(types.pop() if len(types) == 1 else "", varying)


def compare(operator: str, left: Value, right: Value, staged: bool, node: ast.AST) -> Value:
    """The result of an ordering or an equality."""
    if is_tensorlike(left) or is_tensorlike(right):
        if isinstance(left, Const) and left.value is None:
            return Const(operator == "NotEq")
        if isinstance(right, Const) and right.value is None:
            return Const(operator == "NotEq")
        if any(isinstance(v, Const) and isinstance(v.value, str) for v in (left, right)):
            return Tensor(staged, "bool", None, node)
        dims = broadcast(spec_of(left)[1], spec_of(right)[1])
        return Tensor(staged, "bool", dims, node)
    if isinstance(left, Const) and isinstance(right, Const):
        return _fold_compare(operator, left.value, right.value)
    if left.stage is Stage.PYTHON and right.stage is Stage.PYTHON:
        if any(isinstance(v, Python) and v.type == "ndarray" for v in (left, right)):
            return Python("ndarray")
        return Python("bool")
    if any(isinstance(v, Const) and isinstance(v.value, (str, type(None))) for v in (left, right)):
        return Python("bool")
    return UNKNOWN


def _fold_compare(operator: str, left: object, right: object) -> Value:
    if operator == "Eq":
        return Const(left == right)
    if operator == "NotEq":
        return Const(left != right)
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        if operator == "Lt":
            return Const(left < right)
        if operator == "LtE":
            return Const(left <= right)
        if operator == "Gt":
            return Const(left > right)
        if operator == "GtE":
            return Const(left >= right)
    return Python("bool")


def unary(operator: str, value: Value, staged: bool, node: ast.AST) -> Value:
    """`-value`, `+value` or `~value`."""
    if isinstance(value, Const) and isinstance(value.value, _NUMBERS):
        if operator == "USub":
            return Const(-value.value)
        if operator == "UAdd":
            return value
    if is_tensorlike(value):
        dtype, dims, _ = spec_of(value)
        return Tensor(staged, dtype, dims, node)
    return value if isinstance(value, Python) else UNKNOWN
