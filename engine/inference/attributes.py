"""Attributes: what reading one gives, and what storing one does."""

from __future__ import annotations

import ast

from engine.inference.binding import Arguments, unknown_parameter
from engine.inference.context import Born
from engine.inference.events import AttributeRead, Read, Stored
from engine.inference.library_tables import CONSTANTS
from engine.inference.machine import Frame, Machine
from engine.inference.object_tables import ATTRIBUTES, LEVELS, VARIABLE_LISTS
from engine.inference.values import (
    NO_SIZE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    Deferred,
    Function,
    Instance,
    Library,
    ModuleValue,
    Python,
    Symbol,
    Tensor,
    Union,
    Unknown,
    Value,
    join,
    join_all,
)

__all__ = [
    "attribute",
    "bind_receiver",
    "class_flavours",
    "init_instance",
    "sample_of",
    "store_attribute",
]

_FLAVOURS: tuple[tuple[str, str], ...] = (
    ("tf.keras.Model", "model"),
    ("tf.keras.models.Model", "model"),
    ("tf.keras.Sequential", "model"),
    ("tf.keras.models.Sequential", "model"),
    ("tf.keras.losses.", "loss"),
    ("tf.keras.metrics.", "metric"),
    ("tf.keras.optimizers.", "optimizer"),
    ("tf.keras.callbacks.", "callback"),
    ("tf.keras.layers.", "layer"),
    ("tf.keras.Layer", "layer"),
    ("tf.Module", "module"),
    ("tf.experimental.ExtensionType", "extension"),
    ("enum.", "enum"),
    ("typing.NamedTuple", "namedtuple"),
    ("collections.namedtuple", "namedtuple"),
)


def class_flavours(cls: ClassValue) -> frozenset[str]:
    """What kinds of library class a user's class derives from."""
    found: set[str] = set()
    for base in cls.bases:
        if isinstance(base, ClassValue):
            found |= base.flavours
        elif isinstance(base, Symbol):
            for prefix, flavour in _FLAVOURS:
                if base.name == prefix or (prefix.endswith(".") and base.name.startswith(prefix)):
                    found.add(flavour)
                    break
            else:
                found.add("foreign")
        elif not isinstance(base, Symbol):
            found.add("foreign")
    return frozenset(found)


def attribute(machine: Machine, node: ast.Attribute, frame: Frame) -> Value:
    """The value of `owner.name`."""
    owner = machine.eval(node.value, frame)
    return read_attribute(machine, node, owner, node.attr, frame)


def read_attribute(machine: Machine, node: ast.AST, owner: Value, name: str, frame: Frame) -> Value:
    """What an attribute of a value is."""
    if isinstance(owner, Symbol):
        return _of_symbol(machine, f"{owner.name}.{name}", frame)
    if isinstance(owner, ModuleValue):
        return _of_module(machine, owner, name)
    if frame.context.staged:
        machine.emit(AttributeRead(node, frame.context, owner, name))
    if isinstance(owner, Instance):
        return _of_instance(machine, node, owner, name, frame)
    if isinstance(owner, ClassValue):
        found = owner.lookup(name)
        if isinstance(found, Function) and found.flavour == "class":
            return bind_receiver(found, owner)
        if found is not None:
            return found
        return UNKNOWN
    if isinstance(owner, Tensor):
        return _of_tensor(owner, name)
    if isinstance(owner, Library):
        return _of_library(machine, node, owner, name, frame)
    if isinstance(owner, Container):
        return _of_container(owner, name)
    if isinstance(owner, Union):
        return join_all(
            read_attribute(machine, node, option, name, frame)
            for option in owner.options
            if not (isinstance(option, Const) and option.value is None)
        )
    if isinstance(owner, Function):
        return owner.attributes.get(name) or Library("method", name, None, owner)
    if isinstance(owner, (Python, Const)):
        return _of_python(owner, name)
    if isinstance(owner, Unknown) and owner.argument:
        if name == "shape":
            return Python("shape")
        return UNKNOWN if name in ("dtype", "name") else Library("method", name, None, owner)
    return Library("method", name, None, owner) if name in _WATCHED else UNKNOWN


_WATCHED = frozenset(
    ["numpy", "item", "tolist", "append", "format", "assign", "run", "map", "filter", "flat_map",
     "interleave", *LEVELS]
)  # fmt: skip


def _of_symbol(machine: Machine, name: str, frame: Frame) -> Value:
    if name.startswith("tf.compat.v2."):
        name = f"tf.{name[13:]}"
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name.startswith("tf.") and name.count(".") == 1 and name[3:] in _DTYPES:
        return Library("dtype", name[3:])
    return Symbol(name)


_DTYPES = frozenset(
    [
        "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8",
        "uint16", "uint32", "uint64", "bool", "string", "complex64", "complex128", "half", "double",
    ]
)  # fmt: skip


def _of_module(machine: Machine, owner: ModuleValue, name: str) -> Value:
    found = owner.module.scope.names.get(name)
    if isinstance(found, Deferred):
        found = owner.module.scope.names[name] = machine.load(found)
    if found is not None:
        return found
    inner = machine.module_of(owner.module, f".{name}")
    return ModuleValue(inner) if inner is not None else UNKNOWN


def _of_tensor(owner: Tensor, name: str) -> Value:
    if name == "shape":
        if owner.dims is None:
            return Python("shape")
        missing: Value = NO_SIZE if owner.declared else Python("int")
        items = [missing if size is None else Const(size) for size in owner.dims]
        made = Container("shape", items)
        made.source = owner
        return made
    if name in ("dtype", "name", "device", "graph", "op", "ndim"):
        return Python({"ndim": "int", "name": "str"}.get(name, name))
    if name == "T":
        dims = None if owner.dims is None else owner.dims[::-1]
        return Tensor(owner.symbolic, owner.dtype, dims, owner.node)
    return Library("method", name, None, owner)


def _of_container(owner: Container, name: str) -> Value:
    if owner.kind == "shape" and name in ("rank", "ndims"):
        return Const(len(owner.items)) if owner.items is not None else Python("int")
    return Library("method", name, None, owner)


def _of_python(owner: Value, name: str) -> Value:
    if isinstance(owner, Python) and owner.type == "shape" and name in ("rank", "ndims"):
        return Python("int")
    if isinstance(owner, Python) and owner.type == "ndarray":
        if name in ("shape",):
            return Container("tuple", None, Python("int"))
        if name in ("dtype", "ndim", "size"):
            return Python("int")
        if name == "T":
            return owner
    return Library("method", name, None, owner)


def _of_library(machine: Machine, node: ast.AST, owner: Library, name: str, frame: Frame) -> Value:
    if owner.kind == "super" and isinstance(owner.data, tuple):
        cls, receiver = owner.data
        for base in cls.bases:
            if isinstance(base, ClassValue):
                found = base.lookup(name)
                if found is not None:
                    return bind_receiver(found, receiver) if receiver is not None else found
        return Library("method", name, None, owner)
    if name in VARIABLE_LISTS and owner.kind in ("layer", "model", "optimizer", "metric", "module"):
        return Container("list", None, Library("variable", name), None)
    kind = ATTRIBUTES.get((owner.kind, name))
    if owner.kind == "keras tensor" and name == "shape" and owner.dims is not None:
        return Container("shape", [NO_SIZE if d is None else Const(d) for d in owner.dims])
    if kind == "shape" and owner.dims is not None:
        return Container(
            "shape", [Const(d) if d is not None else Python("int") for d in owner.dims]
        )
    if kind is not None:
        return kind_value(kind, frame)
    return Library("method", name, owner.born, owner)


def kind_value(kind: str, frame: Frame) -> Value:
    """The value that a word of the tables stands for."""
    if kind == "tensor":
        return Tensor(frame.context.staged)
    if kind in ("int", "float", "str", "bool", "shape", "dtype", "ndarray", "python"):
        return Python("" if kind == "python" else kind)
    if kind == "tensors":
        return Container("list", None, Tensor(frame.context.staged))
    if kind == "?":
        return UNKNOWN
    return Library(kind, "", frame.born(None))


def _of_instance(
    machine: Machine, node: ast.AST, owner: Instance, name: str, frame: Frame
) -> Value:
    if name in owner.attributes:
        value = owner.attributes[name]
        if frame.context.staged and owner.born.context.trace != frame.context.trace:
            machine.emit(Read(node, frame.context, "attribute", name, value, owner))
        return value
    found = owner.cls.lookup(name)
    if found is not None:
        if isinstance(found, Function):
            if found.flavour == "property":
                bound = bind_receiver(found, owner)
                assert isinstance(bound, Function)
                plain = bound.copy()
                plain.flavour = ""
                context = frame.context
                if context.staged and plain.staging is None:
                    frame.context = context.with_(converted=False, reason="property")
                result = machine.call(plain, Arguments([], {}), node, frame)
                frame.context = context
                return result
            return bind_receiver(found, owner)
        return found
    flavours = owner.cls.flavours
    if flavours & {"layer", "model", "module", "metric", "optimizer"}:
        if name in VARIABLE_LISTS:
            return Container("list", None, Library("variable", name), None)
        kind = (
            "model"
            if "model" in flavours
            else next(iter(flavours & {"layer", "metric", "optimizer", "module"}))
        )
        known = ATTRIBUTES.get((kind, name))
        if known is not None:
            return kind_value(known, frame)
        return Library("method", name, owner.born, Library(kind, owner.cls.qualname, owner.born))
    if "enum" in flavours or "namedtuple" in flavours:
        return Python()
    return UNKNOWN


def bind_receiver(found: Value, receiver: Value) -> Value:
    """A function taken from a class, as it is when taken from an object."""
    if isinstance(found, Function) and found.flavour != "static":
        made = found.copy()
        if found.flavour == "class" and isinstance(receiver, Instance):
            made.receiver = receiver.cls
        else:
            made.receiver = receiver
        return made
    return found


def init_instance(
    machine: Machine, made: Instance, arguments: Arguments, node: ast.AST, frame: Frame
) -> None:
    """Walks `__init__` of a new object; constructors are never converted."""
    init = made.cls.lookup("__init__")
    context = frame.context
    if isinstance(init, Function):
        frame.context = context.with_(converted=False, reason="constructor")
        machine.call(bind_receiver(init, made), arguments, node, frame)
        frame.context = context
    else:
        for name, value in zip(_fields(made.cls), arguments.positional):
            made.attributes[name] = value
        for name, value in arguments.keywords.items():
            made.attributes.setdefault(name, value)
    _build_layer(machine, made, node, frame)


def _build_layer(machine: Machine, made: Instance, node: ast.AST, frame: Frame) -> None:
    """Keras builds a layer before its first call: then its attributes are there."""
    build = made.cls.lookup("build")
    if not isinstance(build, Function) or frame.context.staged or build.staging is not None:
        return
    if made.cls.flavours & {"layer", "model"}:
        shape = Container("shape", None, Python("int"))
        machine.call(bind_receiver(build, made), Arguments([shape], {}), node, frame)


def _fields(cls: ClassValue) -> list[str]:
    return [
        part.target.id
        for part in cls.node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


def sample_of(machine: Machine, cls: ClassValue, frame: Frame) -> Instance:
    """Some object of a class; made with unknown arguments where the file makes none."""
    if cls.sample is None:
        made = Instance(cls, Born(frame.context, cls.node))
        cls.sample = made
        init = cls.lookup("__init__")
        if isinstance(init, Function) and init.staging is None:
            values: list[Value] = []
            args = [*init.node.args.posonlyargs, *init.node.args.args][1:]
            defaults = [None] * (len(args) - len(init.defaults)) + list(init.defaults)
            for arg, default in zip(args, defaults[-len(args) :] if args else []):
                values.append(unknown_parameter(init, arg, default, False))
            init_instance(machine, made, Arguments(values, {}, open=True), cls.node, frame)
    return cls.sample


def store_attribute(
    machine: Machine,
    node: ast.AST,
    owner: Value,
    name: str,
    value: Value,
    frame: Frame,
    augmented: str,
) -> None:
    """Keeps and notes that `owner.name = value` was done."""
    old = owner.attributes.get(name) if isinstance(owner, Instance) else None
    machine.emit(Stored(node, frame.context, "attribute", name, value, owner, old, augmented))
    if isinstance(owner, Instance):
        is_none = isinstance(value, Const) and value.value is None
        was_none = isinstance(old, Const) and old.value is None
        if old is None:
            owner.attributes[name] = value
        elif was_none and not is_none:
            owner.attributes[name] = value if _certain(frame) else join(old, value)
        elif not is_none:
            owner.attributes[name] = join(old, value)
        else:
            owner.attributes[name] = join(old, value)
    elif isinstance(owner, (ClassValue, Function)):
        owner.attributes[name] = (
            join(owner.attributes[name], value) if name in owner.attributes else value
        )


def _certain(frame: Frame) -> bool:
    """Whether the store is made while the object is set up, before anything can read it."""
    function = frame.function
    return (
        function is not None
        and isinstance(function.node, ast.FunctionDef)
        and function.node.name == "__init__"
    )
