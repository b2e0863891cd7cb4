"""Calls of Python's builtins, as they are in a trace."""

from __future__ import annotations

import ast

from engine.inference import attributes
from engine.inference.binding import Arguments
from engine.inference.blocks import bound_names
from engine.inference.containers import element_of, iterate
from engine.inference.events import Formatted, Tested
from engine.inference.machine import Frame, Machine
from engine.inference.values import (
    NONE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    Function,
    Instance,
    Library,
    Python,
    Stage,
    Symbol,
    Tensor,
    Union,
    Unknown,
    Value,
    join,
)

__all__ = ["call_builtin"]

_TYPES = {
    "isinstance": "bool", "issubclass": "bool", "hasattr": "bool", "callable": "bool",
    "id": "int", "hash": "int", "ord": "int", "chr": "str", "input": "str", "hex": "str",
    "bin": "str", "open": "file", "type": "type", "round": "float", "divmod": "",
    "complex": "complex", "vars": "", "dir": "", "globals": "", "locals": "", "bytes": "bytes",
}  # fmt: skip
_CONVERTED_NUMBERS = {"int": "int32", "float": "float32", "len": "int32"}
_ITERATING = (
    "sum", "any", "all", "list", "tuple", "set", "frozenset", "zip", "enumerate", "map", "filter",
    "reversed", "dict", "iter",
)  # fmt: skip
_FOR_DATASETS = ("zip", "enumerate", "map", "filter", "any", "all", "iter")


def call_builtin(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of a call of a builtin."""
    args = arguments.positional
    first = args[0] if args else None
    if name == "print":
        return NONE
    if name in ("int", "float", "len"):
        return _number(name, first, frame, node)
    if name == "range":
        return _range(args, frame, node)
    if name in ("min", "max"):
        return _extreme(machine, name, args, node, frame)
    if name in _ITERATING:
        return _iterating(machine, name, arguments, node, frame)
    if name in ("str", "repr", "ascii", "format"):
        spec = ""
        if name == "format" and len(args) > 1:
            spec = "x"
        if first is not None and frame.context.staged:
            machine.emit(Formatted(_arg(node, 0), frame.context, name, first, spec, ""))
        return Python("str")
    if name == "bool":
        if first is not None and frame.context.staged:
            machine.emit(Tested(_arg(node, 0), frame.context, "bool", first, False))
        return Python("bool")
    if name in ("abs", "pow", "sorted"):
        return _kept(machine, name, args, node, frame)
    if name == "next":
        return _next(first, args, frame)
    if name in ("getattr", "setattr"):
        return _by_name(machine, name, args, node, frame)
    if name == "type" and len(args) == 1 and isinstance(first, Instance):
        return first.cls
    if name == "isinstance" and len(args) == 2:
        return _isinstance(args[0], args[1])
    if name in ("property", "staticmethod", "classmethod") and isinstance(first, Function):
        made = first.copy()
        made.flavour = {"property": "property", "staticmethod": "static"}.get(name, "class")
        return made
    if name == "hasattr" and len(args) == 2 and isinstance(first, Tensor) and first.symbolic:
        if isinstance(args[1], Const) and args[1].value in ("numpy", "item", "tolist"):
            return Const(False)
    if name in _TYPES:
        return Python(_TYPES[name])
    if name == "object":
        return Library("object", "object", frame.born(node))
    if name.endswith(("Error", "Exception", "Iteration", "Interrupt", "Warning")):
        return Python("exception")
    return UNKNOWN


def _changes_in_loop(node: ast.AST, value: Value, frame: Frame) -> bool:
    """Whether a tensor may be another one in the next turn of the loop around it."""
    loop = frame.context.loop
    if loop is None or not isinstance(loop.node, (ast.For, ast.AsyncFor, ast.While)):
        return loop is not None
    if isinstance(value, Library):
        return True
    bound = bound_names([loop.node])
    read = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return bool(read & bound) or any(isinstance(part, ast.Call) for part in ast.walk(node))


def _grows_in_loop(node: ast.AST, frame: Frame) -> bool:
    """Whether the loop around it makes a list longer or shorter."""
    loop = frame.context.loop
    if loop is None or not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    name = ast.unparse(node)
    return any(
        isinstance(child, ast.Call)
        and isinstance(child.func, ast.Attribute)
        and child.func.attr in ("append", "extend", "insert", "pop", "popleft", "remove")
        and ast.unparse(child.func.value) == name
        for child in ast.walk(loop.node)
    )


def _is_turned(node: ast.AST, frame: Frame) -> bool:
    """Whether it is the name that the loop around it binds anew in each turn."""
    loop = frame.context.loop
    return (
        loop is not None
        and isinstance(loop.node, (ast.For, ast.AsyncFor))
        and isinstance(loop.node.target, ast.Name)
        and isinstance(node, ast.Name)
        and node.id == loop.node.target.id
    )


def _arg(node: ast.AST, index: int) -> ast.AST:
    if isinstance(node, ast.Call) and index < len(node.args):
        return node.args[index]
    return node


def _number(name: str, value: Value | None, frame: Frame, node: ast.AST) -> Value:
    if value is None:
        return Const(0)
    if isinstance(value, Tensor) or (isinstance(value, Library) and value.kind == "variable"):
        if not frame.context.staged:
            varying = name != "len" and _changes_in_loop(_arg(node, 0), value, frame)
            return Python("float" if name == "float" else "int", varying)
        if name == "len" and isinstance(value, Tensor):
            if value.dims and value.dims[0] is not None:
                return Const(value.dims[0])
            if not value.declared:
                # A size that is known while tracing gives a Python number.
                return Unknown("derived")
        return Tensor(True, _CONVERTED_NUMBERS[name], (), node)
    if name == "len":
        if isinstance(value, Container) and value.items is not None:
            return Const(len(value.items)) if value.kind != "list" else Python("int")
        if isinstance(value, Container) and not frame.context.staged:
            return Python("int", varying=_grows_in_loop(_arg(node, 0), frame))
        if isinstance(value, Library) and value.kind == "dataset" and frame.context.staged:
            return Tensor(True, "int64", (), node)
        return Python("int") if value.stage is Stage.PYTHON else UNKNOWN
    if isinstance(value, Const) and isinstance(value.value, (int, float, bool)):
        try:
            return Const(int(value.value) if name == "int" else float(value.value))
        except (ValueError, OverflowError):
            return Python(name)
    if value.stage is Stage.UNKNOWN:
        if not frame.context.staged and _is_turned(_arg(node, 0), frame):
            return Python(name, varying=True)
        return Unknown(value.argument) if isinstance(value, Unknown) else UNKNOWN
    varying = isinstance(value, Python) and value.varying
    return Python(name, varying or (not frame.context.staged and _is_turned(_arg(node, 0), frame)))


def _range(args: list[Value], frame: Frame, node: ast.AST) -> Value:
    staged = [value for value in args if value.stage is Stage.STAGED]
    if staged and frame.context.converted:
        return Tensor(True, "int32", (None,), node)
    made = Container("range", None, Python("int", varying=True), frame.born(node))
    numbers = [value.value for value in args if isinstance(value, Const)]
    if len(numbers) == len(args) and 1 <= len(numbers) <= 3:
        if all(isinstance(number, int) for number in numbers):
            try:
                made.length = len(range(*numbers))
            except (ValueError, OverflowError):
                made.length = None
    if any(value.stage is Stage.UNKNOWN for value in args):
        made.source = next(value for value in args if value.stage is Stage.UNKNOWN)
    return made


def _extreme(machine: Machine, name: str, args: list[Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) == 1:
        iterate(machine, _arg(node, 0), args[0], name, frame, False)
        element = element_of(args[0], frame.context.staged)
        several = isinstance(args[0], Container) and len(args[0].items or (1, 2)) > 1
        if several and element.stage is Stage.STAGED and frame.context.staged:
            machine.emit(Tested(node, frame.context, name, element, False))
        return element
    staged = [value for value in args if value.stage is Stage.STAGED]
    if staged and frame.context.staged:
        machine.emit(Tested(node, frame.context, name, staged[0], False))
        return staged[0]
    numbers = [value.value for value in args if isinstance(value, Const)]
    if len(numbers) == len(args) and numbers and all(type(n) in (int, float) for n in numbers):
        return Const(max(numbers) if name == "max" else min(numbers))
    result: Value | None = None
    for value in args:
        result = value if result is None else join(result, value)
    return result or UNKNOWN


def _iterating(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    args = arguments.positional
    sources = args[1:] if name in ("map", "filter") else args
    sources = sources[:1] if name not in ("map", "zip") else sources
    for index, value in enumerate(sources):
        place = index + (1 if name in ("map", "filter") else 0)
        is_data = isinstance(value, Library) and value.kind in ("dataset", "iterator")
        good = is_data and name in _FOR_DATASETS and frame.context.converted
        iterate(machine, _arg(node, place), value, name, frame, good)
    staged = frame.context.staged
    inner = [element_of(value, staged) for value in sources]
    if name in ("any", "all"):
        if staged and isinstance(sources[0], Container) and inner[0].stage is Stage.STAGED:
            machine.emit(Tested(_arg(node, 0), frame.context, name, inner[0], False))
        return Python("bool")
    if name == "sum":
        if inner and inner[0].stage is Stage.STAGED:
            return Tensor(True, node=node)
        return inner[0] if inner else UNKNOWN
    if name == "dict":
        return _new_dict(arguments, node, frame)
    in_graph = staged and frame.context.converted
    if (in_graph or name == "iter") and any(
        isinstance(v, Library) and v.kind == "dataset" for v in sources
    ):
        data = sources[0] if name == "iter" else None
        kind = "iterator" if name == "iter" else "dataset"
        return Library(kind, "", frame.born(node), getattr(data, "data", None))
    return _new_sequence(machine, name, args, sources, inner, node, frame)


def _new_dict(arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    args = arguments.positional
    if not args and not arguments.open:
        keys = list(arguments.keywords)
        return Container("dict", list(arguments.keywords.values()), None, frame.born(node), keys)
    if args and isinstance(args[0], Container) and args[0].kind == "dict":
        source = args[0]
        return Container("dict", source.items, source.element, frame.born(node), source.keys)
    return Container("dict", None, UNKNOWN, frame.born(node))


def _new_sequence(
    machine: Machine,
    name: str,
    args: list[Value],
    sources: list[Value],
    inner: list[Value],
    node: ast.AST,
    frame: Frame,
) -> Value:
    born = frame.born(node)
    if name == "enumerate":
        pair = Container("tuple", [Python("int", varying=True), *(inner or [UNKNOWN])])
        return _like(sources, "iterator", pair, frame, node)
    if name == "zip":
        return _like(sources, "iterator", Container("tuple", inner), frame, node)
    if name == "map":
        result = _call_inner(machine, args[0], inner, node, frame) if args else UNKNOWN
        return _like(sources, "iterator", result, frame, node)
    if name == "filter" and args:
        chosen = _call_inner(machine, args[0], inner, node, frame)
        if frame.context.staged:
            machine.emit(Tested(_arg(node, 0), frame.context, "filter", chosen, False))
    kind = {"frozenset": "set", "iter": "iterator", "filter": "iterator", "reversed": "iterator"}
    source = sources[0] if sources else None
    if source is None:
        return Container(kind.get(name, name), [], None, born)
    if name == "iter" and isinstance(source, Library):
        return Library("iterator", "", born, source.data) if source.kind == "iterator" else UNKNOWN
    if name == "iter" and not isinstance(source, (Container, Tensor)):
        return UNKNOWN
    if isinstance(source, Unknown) and name == "reversed":
        return UNKNOWN
    items = None
    if isinstance(source, Container) and source.items is not None and source.kind != "dict":
        items = source.items if name in ("list", "tuple", "iter") else None
    made = Container(kind.get(name, name), items, inner[0] if items is None else None, born)
    if isinstance(source, Container):
        made.length = source.length if source.items is None else len(source.items)
    return made


def _like(
    sources: list[Value], kind: str, element: Value, frame: Frame, node: ast.AST
) -> Container:
    made = Container(kind, None, element, frame.born(node))
    lengths = [
        value.length if value.items is None else len(value.items)
        for value in sources
        if isinstance(value, Container)
    ]
    known = [length for length in lengths if length is not None]
    if known and len(lengths) == len(sources):
        made.length = min(known)
    if sources:
        made.source = sources[0]
    return made


def _call_inner(
    machine: Machine, function: Value, inner: list[Value], node: ast.AST, frame: Frame
) -> Value:
    if not isinstance(function, Function):
        return UNKNOWN
    context = frame.context
    if context.staged:
        frame.context = context.with_(converted=False, reason="library")
    result = machine.call(function, Arguments(inner, {}), node, frame)
    frame.context = context
    return result


def _kept(machine: Machine, name: str, args: list[Value], node: ast.AST, frame: Frame) -> Value:
    first = args[0] if args else UNKNOWN
    if isinstance(first, Tensor):
        return Tensor(frame.context.staged, first.dtype, first.dims, node)
    if name == "sorted":
        compared = element_of(first, frame.context.staged)
        if frame.context.staged and isinstance(first, Container) and isinstance(compared, Tensor):
            machine.emit(Tested(node, frame.context, "sorted", compared, False))
        return Container("list", None, element_of(first, frame.context.staged), frame.born(node))
    return first if isinstance(first, Python) else UNKNOWN


def _next(value: Value | None, args: list[Value], frame: Frame) -> Value:
    if value is None:
        return UNKNOWN
    element = element_of(value, frame.context.staged)
    if isinstance(element, Unknown) and isinstance(value, Library) and frame.context.staged:
        return Unknown("derived")
    return element


def _by_name(machine: Machine, name: str, args: list[Value], node: ast.AST, frame: Frame) -> Value:
    if len(args) < 2 or not isinstance(args[1], Const) or not isinstance(args[1].value, str):
        return UNKNOWN
    owner, attr = args[0], args[1].value
    if name == "setattr":
        value = args[2] if len(args) > 2 else UNKNOWN
        attributes.store_attribute(machine, node, owner, attr, value, frame, "")
        return NONE
    if isinstance(owner, Instance) and attr not in owner.attributes and len(args) > 2:
        if owner.cls.lookup(attr) is None:
            return args[2]
    return attributes.read_attribute(machine, node, owner, attr, frame)


def _isinstance(value: Value, kind: Value) -> Value:
    if isinstance(value, Tensor) and value.symbolic and getattr(kind, "name", "") == "tf.Tensor":
        return Const(True)
    if isinstance(value, Tensor) and value.symbolic and _is_no_tensor(kind):
        return Const(False)
    names = (
        {getattr(k, "name", "") for k in (kind.items or [])}
        if isinstance(kind, Container)
        else {getattr(kind, "name", "")}
    )
    plain = {
        f"builtins.{n}"
        for n in ("int", "float", "str", "bool", "list", "tuple", "dict", "set", "bytes")
    }
    if names and names <= plain and not isinstance(value, (Unknown, Union)):
        actual = ""
        if isinstance(value, Const):
            actual = type(value.value).__name__
        elif isinstance(value, (Python, Container)):
            actual = value.type if isinstance(value, Python) else value.kind
        elif isinstance(value, Tensor):
            actual = "tensor"
        if f"builtins.{actual}" in names:
            return Const(True)
        if isinstance(value, Tensor):
            return Const(False)
    return Python("bool")


def _is_no_tensor(kind: Value) -> bool:
    """Whether no tensor is of this class: it is the user's own, or NumPy's."""
    if isinstance(kind, ClassValue):
        return "extension" not in kind.flavours
    return isinstance(kind, Symbol) and kind.name.startswith("numpy.")
