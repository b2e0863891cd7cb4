"""Elements and items: what iterating and indexing a value gives."""

from __future__ import annotations

import ast

from engine.inference.arithmetic import spec_of
from engine.inference.events import Iterated
from engine.inference.machine import Frame, Machine
from engine.inference.values import (
    NONE,
    UNKNOWN,
    Const,
    Container,
    Dims,
    Function,
    Library,
    Python,
    Tensor,
    Union,
    Unknown,
    Value,
    join_all,
)

__all__ = ["comes_from_tensors", "element_of", "iterate", "subscript", "truth", "turning", "turns"]


def truth(value: Value) -> bool | None:
    """Whether a value is true, None where that is not known."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Function):
        return True
    if isinstance(value, Container) and value.items is not None and value.born is None:
        return bool(value.items)
    return None


def iterate(
    machine: Machine, node: ast.AST, value: Value, kind: str, frame: Frame, converted: bool
) -> None:
    """Notes that a value is iterated."""
    if frame.context.staged:
        machine.emit(Iterated(node, frame.context, kind, value, converted))


def element_of(value: Value, staged: bool) -> Value:
    """What one turn of an iteration gives."""
    if isinstance(value, Container):
        if value.kind in ("dict", "keys"):
            return Python("str") if value.keys else UNKNOWN
        return value.element
    if isinstance(value, Tensor):
        dims = value.dims[1:] if value.dims else None
        return Tensor(staged or value.symbolic, value.dtype, dims, value.node)
    if isinstance(value, Library):
        return _library_element(value, staged)
    if isinstance(value, Python):
        if value.type in ("range", "int"):
            return Python("int", varying=True)
        if value.type == "str":
            return Python("str")
        return Python() if value.type == "ndarray" else UNKNOWN
    if isinstance(value, Union):
        return join_all(element_of(option, staged) for option in value.options)
    if staged and comes_from_tensors(value):
        return Unknown("derived")
    return UNKNOWN


def comes_from_tensors(value: Value, depth: int = 0) -> bool:
    """Whether a value that is not known further was made in a trace from what is staged there."""
    if isinstance(value, Unknown):
        return value.argument == "derived"
    if isinstance(value, Library) and value.kind == "method" and isinstance(value.data, Value):
        return depth < 6 and comes_from_tensors(value.data, depth + 1)
    return False


def _library_element(value: Library, staged: bool) -> Value:
    if value.kind in ("dataset", "iterator"):
        element = value.data if isinstance(value.data, Value) else None
        if element is not None:
            return _as_given(element, staged)
        return (
            Tensor(True)
            if staged and value.kind == "dataset" and value.data == "tensor"
            else UNKNOWN
        )
    if value.kind == "variable":
        return Tensor(staged, value.dtype, value.dims[1:] if value.dims else None)
    return UNKNOWN


def _as_given(element: Value, staged: bool) -> Value:
    if isinstance(element, Tensor):
        return Tensor(staged, element.dtype, element.dims, element.node)
    if isinstance(element, Container) and element.items is not None:
        items = [_as_given(item, staged) for item in element.items]
        return Container(element.kind, items, None, element.born, element.keys)
    return element


def subscript(value: Value, index: Value, staged: bool, node: ast.AST) -> Value:
    """`value[index]`."""
    if isinstance(value, Container):
        return _container_item(value, index)
    if isinstance(value, Tensor):
        return Tensor(staged or value.symbolic, value.dtype, _sliced(value.dims, index), node)
    if isinstance(value, Library) and value.kind == "variable":
        return Tensor(staged, value.dtype, _sliced(value.dims, index), node)
    if isinstance(value, Python):
        if value.type == "shape":
            return Container("shape") if _is_slice(index) else Python("int")
        if value.type == "ndarray":
            return Python("ndarray")
        if value.type == "str":
            return Python("str")
    return UNKNOWN


def _is_slice(index: Value) -> bool:
    return isinstance(index, Container) and index.kind == "slice"


def _container_item(value: Container, index: Value) -> Value:
    if isinstance(index, Container) and index.kind == "slice":
        return _container_slice(value, index)
    if isinstance(index, Const) and value.items is not None:
        if value.kind == "dict":
            if value.keys is not None and index.value in value.keys:
                return value.items[value.keys.index(index.value)]
            return UNKNOWN
        if isinstance(index.value, int) and -len(value.items) <= index.value < len(value.items):
            return value.items[index.value]
    if value.kind == "shape" and value.items is None:
        return Python("int")
    if value.items is not None and not value.items:
        return UNKNOWN
    return value.element


def _container_slice(value: Container, index: Container) -> Value:
    bounds = index.items or []
    if value.items is not None and all(
        isinstance(bound, Const) and isinstance(bound.value, (int, type(None))) for bound in bounds
    ):
        numbers = [bound.value for bound in bounds if isinstance(bound, Const)]
        return Container(value.kind, value.items[slice(*numbers)], None, value.born)
    return Container(value.kind, None, value.element, value.born)


def _sliced(dims: Dims | None, index: Value) -> Dims | None:
    parts = index.items if isinstance(index, Container) and index.kind == "tuple" else [index]
    if dims is None or parts is None:
        return None
    result: list[int | None] = []
    rest = list(dims)
    given = sum(1 for part in parts if not _is_new_axis(part) and not _is_ellipsis(part))
    for part in parts:
        if _is_new_axis(part):
            result.append(1)
        elif _is_ellipsis(part):
            keep = max(len(rest) - _following(parts, part), 0)
            result.extend(rest[:keep])
            rest = rest[keep:]
        elif isinstance(part, Container) and part.kind == "slice":
            if not rest:
                return None
            result.append(_slice_size(rest.pop(0), part))
        elif isinstance(part, (Const, Python)) or (
            isinstance(part, Tensor) and spec_of(part)[1] == ()
        ):
            if not rest:
                return None
            rest.pop(0)
        else:
            return None
    return tuple(result + rest) if given <= len(dims) else None


def _following(parts: list[Value], ellipsis: Value) -> int:
    after = parts[next(i for i, part in enumerate(parts) if part is ellipsis) + 1 :]
    return sum(1 for part in after if not _is_new_axis(part))


def _is_new_axis(part: Value) -> bool:
    return isinstance(part, Const) and part.value is None


def _is_ellipsis(part: Value) -> bool:
    return isinstance(part, Const) and part.value is Ellipsis


def _slice_size(size: int | None, part: Container) -> int | None:
    bounds = part.items or [NONE, NONE, NONE]
    if all(isinstance(bound, Const) and bound.value is None for bound in bounds):
        return size
    if size is None or not all(isinstance(bound, Const) for bound in bounds):
        return None
    numbers = [bound.value for bound in bounds if isinstance(bound, Const)]
    if not all(number is None or isinstance(number, int) for number in numbers):
        return None
    try:
        return len(range(*slice(*numbers).indices(size)))
    except ValueError:
        return None


def turns(value: Value) -> int | None:
    """How often Python goes round a loop over the value, where that is known."""
    if isinstance(value, Container):
        if value.items is not None:
            return len(value.items)
        return value.length
    return None


def turning(whole: Value, element: Value) -> Value:
    """The element as Python's loop over the whole binds it: a number differs from turn to turn."""
    if isinstance(element, Const):
        return Python(type(element.value).__name__, varying=True)
    if _differ(whole) and isinstance(element, Python):
        return Python(element.type, varying=True)
    return element


def _differ(value: Value) -> bool:
    """Whether a loop goes over numbers that are written out, each another one."""
    if not isinstance(value, Container) or value.items is None:
        return False
    numbers = [item.value for item in value.items if isinstance(item, Const)]
    same = len(numbers) == len(value.items) and len({type(n) for n in numbers}) == 1
    return same and type(numbers[0]) in (int, float) and len(set(numbers)) > 1
