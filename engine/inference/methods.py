"""Calls of methods, by what their receiver is."""

from __future__ import annotations

import ast
import re
from typing import Any

from engine.inference import handed
from engine.inference.binding import Arguments
from engine.inference.containers import element_of, iterate
from engine.inference.events import Called, Formatted
from engine.inference.machine import Frame, Machine
from engine.inference.object_tables import METHOD_RESULTS, MUTATORS
from engine.inference.values import (
    NONE,
    UNKNOWN,
    Const,
    Container,
    Function,
    Library,
    Python,
    Tensor,
    Unknown,
    Value,
)

__all__ = ["call_method", "kind_of"]


def kind_of(value: Value) -> str:
    """The word for a receiver in the names of calls."""
    if isinstance(value, Tensor):
        return "tensor"
    if isinstance(value, (Library, Container)):
        return value.kind
    if isinstance(value, Python):
        return value.type or "python"
    if isinstance(value, Const):
        return type(value.value).__name__
    return "function" if isinstance(value, Function) else "?"


def call_method(
    machine: Machine, owner: Value, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of `owner.name(...)`."""
    kind = kind_of(owner)
    event = Called(
        node, frame.context, f"{kind}.{name}", arguments.positional, arguments.keywords, owner
    )
    machine.emit(event)
    frame.last_call = event
    result = _result(machine, owner, kind, name, arguments, node, frame)
    event.result = result
    frame.last_call = event
    return result


def _result(
    machine: Machine,
    owner: Value,
    kind: str,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value:
    if isinstance(owner, Container):
        return _container_method(machine, owner, name, arguments, node, frame)
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return _string_method(machine, owner.value, name, arguments, node, frame)
    if isinstance(owner, Function):
        return _function_method(machine, owner, name, arguments, node, frame)
    if isinstance(owner, Library):
        taken = handed.hand_to_method(machine, owner, name, arguments, node, frame)
        if taken is not None:
            return taken
        if owner.kind == "tape" and name in ("gradient", "jacobian", "batch_jacobian"):
            _note_target(node, arguments, frame)
        special = _library_method(owner, name, arguments, frame)
        if special is not None:
            return special
    if isinstance(owner, Unknown) and name in _DATASET_METHODS and _is_dataset(node, arguments):
        made = Library("dataset", "", None)
        return handed.hand_to_method(machine, made, name, arguments, node, frame) or made
    known = METHOD_RESULTS.get((kind, name)) or METHOD_RESULTS.get((kind, "*"))
    if known is not None:
        return _of_kind(known, owner, node, frame)
    return _unlisted(owner, kind, name, arguments, node, frame)


_DATASET_METHODS = ("map", "filter", "flat_map", "interleave")
_DATASET_NAME = re.compile(
    r"(?:^|_)ds\d*$|data_?set|_data$|^(?:train|val|valid|test)_(?:ds|data)", re.I
)


def _is_dataset(node: ast.AST, arguments: Arguments) -> bool:
    """Whether a receiver that nothing is known of is a dataset, by its name or the arguments."""
    if "num_parallel_calls" in arguments.keywords or "deterministic" in arguments.keywords:
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return _DATASET_NAME.search(name) is not None


def _of_kind(kind: str, owner: Value, node: ast.AST, frame: Frame) -> Value:
    staged = frame.context.staged
    if kind == "tensor":
        if isinstance(owner, Library) and owner.kind == "variable":
            return Tensor(staged, owner.dtype, owner.dims, node)
        return Tensor(staged, node=node)
    if kind == "none":
        return NONE
    if kind == "?":
        return UNKNOWN
    if kind in ("int", "str", "python", "ndarray", "shape", "bool"):
        return Python("" if kind == "python" else kind)
    if isinstance(owner, Library) and owner.kind == kind:
        return owner
    return Library(kind, "", frame.born(node))


def _unlisted(
    owner: Value, kind: str, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    staged = frame.context.staged
    if kind == "tensor":
        return Tensor(staged, node=node)
    if kind == "dataset":
        return owner
    if kind in ("ndarray", "rng"):
        return Python("ndarray")
    if kind in ("str", "bytes"):
        return Python("str")
    if kind in ("int", "float", "bool", "exception", "logger", "python", "shape"):
        return Python("shape" if kind == "shape" else "")
    if kind == "variable":
        return UNKNOWN
    if isinstance(owner, Unknown) and owner.argument and staged:
        return Unknown("derived")
    return UNKNOWN


def _note_target(node: ast.AST, arguments: Arguments, frame: Frame) -> None:
    """What gradients are taken of is a tensor, where nothing else is known of it."""
    target = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if isinstance(target, ast.Name) and target.id in frame.scope.names and arguments.positional:
        if isinstance(arguments.positional[0], Unknown):
            frame.scope.names[target.id] = Tensor(frame.context.staged, node=node)


def _gradient_of(sources: Value | None, staged: bool) -> Value:
    """The gradient for some sources: as they are arranged, a tensor for each."""
    if isinstance(sources, Container):
        element = _gradient_of(sources.element, staged)
        if sources.items is None:
            return Container("list", None, element)
        return Container("list", [_gradient_of(item, staged) for item in sources.items], element)
    if isinstance(sources, Tensor) or (isinstance(sources, Library) and sources.kind == "variable"):
        return Tensor(staged)
    return Unknown("derived") if staged else UNKNOWN


def _library_method(owner: Library, name: str, arguments: Arguments, frame: Frame) -> Value | None:
    staged = frame.context.staged
    if owner.kind == "tape" and name == "gradient":
        sources = arguments.positional[1] if len(arguments.positional) > 1 else None
        sources = arguments.keywords.get("sources", sources)
        return _gradient_of(sources, staged)
    if owner.kind == "iterator" and name in ("get_next", "__next__"):
        element = element_of(owner, staged)
        return Unknown("derived") if isinstance(element, Unknown) and staged else element
    if owner.kind == "dataset" and name in (
        "take",
        "repeat",
        "shuffle",
        "prefetch",
        "cache",
        "skip",
    ):
        return owner
    if owner.kind == "dataset" and name in ("batch", "padded_batch", "unbatch", "window", "zip"):
        return Library("dataset", owner.name, owner.born)
    if owner.kind == "dataset" and name == "enumerate":
        element = owner.data if isinstance(owner.data, Value) else UNKNOWN
        pair = Container("tuple", [Tensor(False, "int64", ()), element])
        return Library("dataset", owner.name, owner.born, pair)
    return None


def _container_method(
    machine: Machine,
    owner: Container,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value:
    first = arguments.positional[0] if arguments.positional else UNKNOWN
    if name in ("append", "add", "appendleft"):
        _grow(owner, first, frame)
        return NONE
    if name in ("extend", "update"):
        iterate(machine, node, first, f"list.{name}", frame, False) if name == "extend" else None
        owner.add(element_of(first, frame.context.staged) if name == "extend" else _values(first))
        owner.forget_items()
        return NONE
    if name == "insert" and len(arguments.positional) > 1:
        owner.add(arguments.positional[1])
        owner.forget_items()
        return NONE
    if name in MUTATORS.get(owner.kind, frozenset()):
        owner.forget_items()
        if name == "setdefault" and len(arguments.positional) > 1:
            owner.add(arguments.positional[1])
        return owner.element if name in ("pop", "popleft", "setdefault") else NONE
    if owner.kind == "dict":
        return _dict_method(owner, name, arguments)
    if owner.kind == "shape":
        if name in ("as_list", "concatenate", "with_rank", "merge_with"):
            made = Container("shape" if name != "as_list" else "list", owner.items, owner.element)
            made.source = owner.source
            return made
        return Python("int")
    if name == "copy":
        return Container(owner.kind, owner.items, owner.element, frame.born(node), owner.keys)
    return Python("int") if name in ("index", "count") else UNKNOWN


def _grow(owner: Container, value: Value, frame: Frame) -> None:
    owner.add(value)
    in_loop = frame.context.loop is not None or any(r.is_loop for r in frame.context.regions())
    if (
        owner.items is not None
        and not in_loop
        and not frame.context.unsure
        and owner.kind == "list"
    ):
        owner.items.append(
            UNKNOWN if isinstance(value, Container) and value.holds(owner) else value
        )
    else:
        owner.forget_items()


def _values(value: Value) -> Value:
    return value.element if isinstance(value, Container) else UNKNOWN


def _dict_method(owner: Container, name: str, arguments: Arguments) -> Value:
    items = owner.items
    if name == "values":
        return Container("list", items, owner.element)
    if name == "keys":
        return Container("keys", None, Python("str"))
    if name == "items":
        if items is not None and owner.keys is not None:
            pairs = [Container("tuple", [Const(k), v]) for k, v in zip(owner.keys, items)]
            return Container("list", pairs)
        return Container("list", None, Container("tuple", [UNKNOWN, owner.element]))
    if name == "get":
        key = arguments.positional[0] if arguments.positional else None
        if isinstance(key, Const) and owner.keys is not None and items is not None:
            if key.value in owner.keys:
                return items[owner.keys.index(key.value)]
            return arguments.positional[1] if len(arguments.positional) > 1 else NONE
        return UNKNOWN
    if name == "copy":
        return Container("dict", items, owner.element, owner.born, owner.keys)
    return UNKNOWN


def _string_method(
    machine: Machine, text: str, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    if name == "format" and frame.context.staged and isinstance(node, ast.Call):
        specs = _format_specs(text)
        values: list[tuple[Any, Value]] = list(enumerate(arguments.positional))
        values.extend(arguments.keywords.items())
        nodes: dict[Any, ast.AST] = dict(enumerate(node.args))
        nodes.update((k.arg, k.value) for k in node.keywords if k.arg)
        for key, value in values:
            spec = specs.get(key, "")
            where = nodes.get(key, node)
            machine.emit(Formatted(where, frame.context, "format", value, spec, ""))
    if name == "join" and arguments.positional:
        iterate(machine, node, arguments.positional[0], "str.join", frame, False)
    if name in ("split", "rsplit", "splitlines"):
        return Container("list", None, Python("str"), frame.born(node))
    if name in ("startswith", "endswith", "isdigit"):
        return Python("bool")
    return Python("int") if name in ("find", "index", "count") else Python("str")


def _format_specs(text: str) -> dict[Any, str]:
    import string

    found: dict[Any, str] = {}
    position = 0
    try:
        for _, field, spec, conversion in string.Formatter().parse(text):
            if field is None:
                continue
            key: Any = field.split(".")[0].split("[")[0]
            if key == "":
                key = position
                position += 1
            elif key.isdigit():
                key = int(key)
            found[key] = "" if conversion else (spec or "")
    except ValueError:
        return {}
    return found


def _function_method(
    machine: Machine,
    owner: Function,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value:
    if name == "python_function" and owner.staging is not None:
        plain = owner.copy()
        plain.staging = None
        return machine.call(plain, arguments, node, frame)
    if name == "get_concrete_function" and owner.staging is not None:
        given = Arguments(
            [_from_spec(v) for v in arguments.positional], {}, not arguments.positional
        )
        given.keywords = {key: _from_spec(v) for key, v in arguments.keywords.items()}
        machine.call(owner, given, node, frame)
        return Library("staged", owner.qualname, frame.born(node), owner)
    if name == "__wrapped__":
        return UNKNOWN
    return UNKNOWN


def _from_spec(value: Value) -> Value:
    if isinstance(value, Library) and value.kind == "spec":
        return Tensor(False, value.dtype, value.dims)
    return value
