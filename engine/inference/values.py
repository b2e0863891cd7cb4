"""What is known of a value without running anything."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.inference.context import Born, Scope, Staging
    from engine.inference.module import Module

__all__ = [
    "NONE",
    "NO_SIZE",
    "UNKNOWN",
    "ClassValue",
    "Const",
    "Container",
    "Deferred",
    "Dims",
    "Function",
    "Instance",
    "Library",
    "ModuleValue",
    "Python",
    "Stage",
    "Symbol",
    "Tensor",
    "Union",
    "Unknown",
    "Value",
    "join",
    "join_all",
]

Dims = tuple["int | None", ...]


class Stage(Enum):
    """Whether a value stands for something that exists only when the graph runs."""

    STAGED = "staged"
    PYTHON = "python"
    UNKNOWN = "unknown"


class Value:
    """Base of all values; one that is not changed after it is made, but for its contents."""

    __slots__ = ()

    @property
    def stage(self) -> Stage:
        """Python, unless a subclass knows better."""
        return Stage.PYTHON

    def key(self) -> Hashable:
        """Equal for values that nobody can tell apart."""
        return id(self)


class Unknown(Value):
    """Anything. `argument` says that it came as an argument of a traced function."""

    __slots__ = ("argument",)

    def __init__(self, argument: str = "") -> None:
        self.argument = argument

    @property
    def stage(self) -> Stage:
        return Stage.UNKNOWN

    def key(self) -> Hashable:
        return ("?", self.argument)

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()


class Tensor(Value):
    """A tensor; `symbolic` where it was made in a trace, else it has a value when tracing.

    `declared`: a None in `dims` was written by the user, so the size is None when tracing.
    `hinted`: only an annotation makes it a tensor; it may be a list of them.
    """

    __slots__ = ("declared", "dims", "dtype", "hinted", "node", "symbolic", "weak")

    def __init__(
        self,
        symbolic: bool,
        dtype: str | None = None,
        dims: Dims | None = None,
        node: ast.AST | None = None,
        weak: bool = False,
    ) -> None:
        self.symbolic = symbolic
        self.dtype = dtype
        self.dims = dims
        self.node = node
        self.weak = weak
        self.declared = False
        self.hinted = False

    @property
    def stage(self) -> Stage:
        return Stage.STAGED if self.symbolic else Stage.PYTHON

    def key(self) -> Hashable:
        return ("tensor", self.symbolic, self.dtype, self.dims)

    def __repr__(self) -> str:
        dims = (
            "?" if self.dims is None else ",".join("?" if d is None else str(d) for d in self.dims)
        )
        return f"{'' if self.symbolic else 'eager '}{self.dtype or 'tensor'}[{dims}]"


class Const(Value):
    """A Python number, string, bool, None or Ellipsis whose value is known."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def key(self) -> Hashable:
        return ("const", type(self.value), self.value)

    def __repr__(self) -> str:
        return repr(self.value)


NONE = Const(None)
NO_SIZE = Const(None)
"""The None that a size is where a signature leaves it open."""


class Python(Value):
    """A Python value of a known type (`int`, `ndarray`, ...; empty where even that is not known).

    `varying` marks numbers that change from turn to turn; `dims` and `dtype` are an array's.
    """

    __slots__ = ("dims", "dtype", "type", "varying")

    def __init__(
        self,
        type: str = "",
        varying: bool = False,
        dtype: str | None = None,
        dims: Dims | None = None,
    ) -> None:
        self.type = type
        self.varying = varying
        self.dtype = dtype
        self.dims = dims

    def key(self) -> Hashable:
        return ("python", self.type, self.varying, self.dtype, self.dims)

    def __repr__(self) -> str:
        return self.type or "python"


class Symbol(Value):
    """A public name of a library, as `tf.reduce_sum`, that is not described further."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def key(self) -> Hashable:
        return ("symbol", self.name)

    def __repr__(self) -> str:
        return self.name


class ModuleValue(Value):
    """A module of the workspace."""

    __slots__ = ("module",)

    def __init__(self, module: Module) -> None:
        self.module = module


class Deferred(Value):
    """A name imported from a module of the workspace, which is read when the name is first used.

    Attributes:
        loaded: What it stands for, once that is known.
    """

    __slots__ = ("importer", "is_module", "loaded", "names")

    def __init__(self, importer: Module, names: tuple[str, ...], is_module: bool) -> None:
        self.importer = importer
        self.names = names
        self.is_module = is_module
        self.loaded: Value | None = None

    def key(self) -> Hashable:
        return ("deferred", id(self.importer), self.names)


class Container(Value):
    """A list, tuple, set, dict or other Python collection.

    Attributes:
        kind: `list`, `tuple`, `set`, `dict`, `generator`, `iterator`, `range` ...
        items: The elements, where each is known (values of a dict in the order of `keys`).
        keys: The constant keys of a dict whose `items` are known.
        element: What any element may be.
        born: Where it was made.
        argument: The name of the traced function's parameter that it came through, if any.
    """

    __slots__ = ("argument", "born", "element", "items", "keys", "kind", "length", "source")

    def __init__(
        self,
        kind: str,
        items: Iterable[Value] | None = None,
        element: Value | None = None,
        born: Born | None = None,
        keys: list[Any] | None = None,
        argument: str = "",
    ) -> None:
        self.kind = kind
        self.items = None if items is None else list(items)
        # Copied like the items: each collection changes by itself.
        self.keys = None if keys is None else list(keys)
        if element is None:
            element = join_all(self.items) if self.items else UNKNOWN
        self.element = element
        self.born = born
        self.argument = argument
        self.length: int | None = None
        self.source: Value | None = None

    def add(self, value: Value) -> None:
        """Some element may be `value` from now on."""
        if isinstance(value, Container) and value.holds(self):
            value = UNKNOWN
        empty = self.items is not None and not self.items
        self.element = value if empty else join(self.element, value)

    def holds(self, other: Container, depth: int = 0) -> bool:
        """Whether a collection is this one or somewhere in it: cycles would have no end."""
        if self is other or depth > 4:
            return True
        parts = self.items if self.items is not None else [self.element]
        return any(isinstance(part, Container) and part.holds(other, depth + 1) for part in parts)

    def forget_items(self) -> None:
        """How many elements there are, and in which order, is no longer known."""
        self.items = None
        self.keys = None

    def key(self) -> Hashable:
        if self.kind == "tuple" and self.items is not None:
            return ("tuple", *(item.key() for item in self.items))
        return id(self)

    def __repr__(self) -> str:
        return f"{self.kind}({self.items if self.items is not None else self.element})"


class Library(Value):
    """An object of a library: `kind` says what it is (`variable`, `dataset`, `layer`, ...)."""

    __slots__ = ("born", "data", "dims", "dtype", "kind", "name")

    def __init__(
        self, kind: str, name: str = "", born: Born | None = None, data: Any = None
    ) -> None:
        self.kind = kind
        self.name = name
        self.born = born
        self.data = data
        self.dtype: str | None = None
        self.dims: Dims | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


class Function(Value):
    """A function of the user's: a `def` or `lambda`, where it was made, and how it is staged."""

    __slots__ = (
        "attributes",
        "born",
        "convert",
        "defaults",
        "fixed",
        "flavour",
        "kw_defaults",
        "module",
        "node",
        "owner",
        "qualname",
        "receiver",
        "scope",
        "staging",
        "wrapped",
    )

    def __init__(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        module: Module,
        scope: Scope,
        qualname: str,
        born: Born,
    ) -> None:
        self.node = node
        self.module = module
        self.scope = scope
        self.qualname = qualname
        self.born = born
        self.defaults: list[Value] = []
        self.kw_defaults: list[Value | None] = []
        self.staging: Staging | None = None
        self.convert: bool | None = None
        self.flavour = ""
        self.owner: ClassValue | None = None
        self.receiver: Value | None = None
        self.fixed: tuple[list[Value], dict[str, Value]] | None = None
        self.wrapped = ""
        # What `f.name = value` put there; the copies are the same object.
        self.attributes: dict[str, Value] = {}

    def copy(self) -> Function:
        """The same function, to be bound, staged or wrapped in another way."""
        made = Function(self.node, self.module, self.scope, self.qualname, self.born)
        for slot in self.__slots__:
            setattr(made, slot, getattr(self, slot))
        return made

    def key(self) -> Hashable:
        receiver = None if self.receiver is None else self.receiver.key()
        return ("function", id(self.node), id(self.scope), receiver, id(self.staging))

    def __repr__(self) -> str:
        return f"<function {self.qualname}>"


class ClassValue(Value):
    """A class of the user's."""

    __slots__ = ("attributes", "bases", "born", "flavours", "module", "node", "qualname", "sample")

    def __init__(
        self, node: ast.ClassDef, module: Module, qualname: str, bases: list[Value], born: Born
    ) -> None:
        self.node = node
        self.module = module
        self.qualname = qualname
        self.bases = bases
        self.born = born
        self.attributes: dict[str, Value] = {}
        self.flavours = frozenset[str]()
        self.sample: Instance | None = None

    def lookup(self, name: str, seen: int = 0) -> Value | None:
        """An attribute of the class or of a base that is a class of the user's."""
        if name in self.attributes:
            return self.attributes[name]
        for base in self.bases:
            if isinstance(base, ClassValue) and seen < 20:
                found = base.lookup(name, seen + 1)
                if found is not None:
                    return found
        return None

    def __repr__(self) -> str:
        return f"<class {self.qualname}>"


class Instance(Value):
    """An object of a user's class; what its attributes may be is collected over all methods."""

    __slots__ = ("attributes", "born", "cls", "complete")

    def __init__(self, cls: ClassValue, born: Born) -> None:
        self.cls = cls
        self.born = born
        self.attributes: dict[str, Value] = {}
        self.complete = False

    def __repr__(self) -> str:
        return f"<{self.cls.qualname} object>"


class Union(Value):
    """One of a few values."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Value, ...]) -> None:
        self.options = options

    @property
    def stage(self) -> Stage:
        stages = {option.stage for option in self.options}
        return stages.pop() if len(stages) == 1 else Stage.UNKNOWN

    def key(self) -> Hashable:
        return ("union", *(option.key() for option in self.options))

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.options))


_MOST_OPTIONS = 4


def join(left: Value, right: Value) -> Value:
    """A value that covers both."""
    if left is right:
        return left
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return _join_tensors(left, right)
    if left.key() == right.key():
        return left
    if isinstance(left, (Const, Python)) and isinstance(right, (Const, Python)):
        types = {_type_of(left), _type_of(right)}
        if len(types) == 1:
            varying = getattr(left, "varying", False) or getattr(right, "varying", False)
            return Python(types.pop(), varying)
    if isinstance(left, Container) and isinstance(right, Container) and left.kind == right.kind:
        return _join_containers(left, right)
    return _union(left, right)


def join_all(values: Iterable[Value]) -> Value:
    """A value that covers all of them; unknown where there is none."""
    result: Value | None = None
    for value in values:
        result = value if result is None else join(result, value)
    return UNKNOWN if result is None else result


def _type_of(value: Value) -> str:
    return type(value.value).__name__ if isinstance(value, Const) else getattr(value, "type", "")


def _join_tensors(left: Tensor, right: Tensor) -> Tensor:
    dims: Dims | None = None
    if left.dims is not None and right.dims is not None and len(left.dims) == len(right.dims):
        dims = tuple(a if a == b else None for a, b in zip(left.dims, right.dims))
    dtype = left.dtype if left.dtype == right.dtype else None
    return Tensor(left.symbolic and right.symbolic, dtype, dims, left.node)


def _join_containers(left: Container, right: Container) -> Container:
    if left.items is not None and right.items is not None and len(left.items) == len(right.items):
        if left.keys == right.keys:
            items = [join(a, b) for a, b in zip(left.items, right.items)]
            return Container(left.kind, items, None, left.born, left.keys, left.argument)
    if left.items is not None and not left.items:
        element = right.element
    elif right.items is not None and not right.items:
        element = left.element
    else:
        element = join(left.element, right.element)
    return Container(left.kind, None, element, left.born, None, left.argument)


def _union(left: Value, right: Value) -> Value:
    options: list[Value] = []
    for value in (left, right):
        for option in value.options if isinstance(value, Union) else (value,):
            if isinstance(option, Unknown):
                return option
            if all(option.key() != other.key() for other in options):
                options.append(option)
    if len(options) == 1:
        return options[0]
    return Union(tuple(options)) if len(options) <= _MOST_OPTIONS else UNKNOWN
