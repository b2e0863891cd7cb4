"""The abstract machine: walks code with values that are known in part, notes what happens."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from engine.inference.context import Born, Context, Entry, Origin, Scope, Staging
from engine.inference.events import Event
from engine.inference.module import Module, Workspace
from engine.inference.postponed import Postponed, postponed
from engine.inference.values import (
    UNKNOWN,
    ClassValue,
    Deferred,
    Function,
    Instance,
    ModuleValue,
    Symbol,
    Value,
)

if TYPE_CHECKING:
    from engine.inference.binding import Arguments
    from engine.inference.events import Called

__all__ = ["Frame", "Machine"]

E = TypeVar("E", bound=Event)

_MOST_CALLS = 4000
_MOST_DEPTH = 24
_FAR, _FAR_STAGED = 1, 5


class Frame:
    """One call that is being walked: its names, its circumstances and what it has returned.

    Attributes:
        returns: Each returned value with the place and circumstances.
        exits: For each loop around the current statement, the names at its `break`s.
        last_call: The call that was walked last, to know what an expression statement drops.
        base_region: The staged block around the whole call.
        staged_flow: The staged control flow met so far.
    """

    __slots__ = (
        "base_region", "context", "exits", "function", "last_call", "loops", "returns", "scope",
        "staged_flow", "yields",
    )  # fmt: skip

    def __init__(self, scope: Scope, context: Context, function: Function | None) -> None:
        self.scope = scope
        self.context = context
        self.base_region = context.region
        self.function = function
        self.returns: list[tuple[Value, ast.AST, Context]] = []
        self.yields: list[Value] = []
        self.exits: list[list[dict[str, Value]]] = []
        self.loops: list[tuple[ast.AST, bool]] = []
        self.last_call: Called | None = None
        self.staged_flow: list[ast.AST] = []

    def born(self, node: ast.AST | None) -> Born:
        """The mark of an object that is made here."""
        return Born(self.context, node)


class Machine:
    """Walks modules and keeps the events.

    Args:
        workspace: Where other files are found.
        keras: The major version of Keras: from 3 on its methods are not converted.
    """

    def __init__(self, workspace: Workspace, keras: int = 3) -> None:
        self.workspace = workspace
        self.keras = keras
        self.events: dict[type[Event], list[Any]] = {}
        self.home: Module | None = None
        self.loading: set[Hashable] = set()
        self.active: list[Function] = []
        self.memo: dict[Hashable, Value] = {}
        self.entered: dict[Hashable, Value] = {}
        self.entry_counts: dict[int, int] = {}
        self.visited: set[int] = set()
        self.visited_staged: dict[int, Context] = {}
        self.entries_of: dict[int, set[str]] = {}
        self.traced: list[tuple[Function, dict[str, Value], Value, Origin]] = []
        self.origin = Origin.CALL
        self.exemplified = False
        self.example: ast.Call | None = None
        self.functions: list[Function] = []
        self.classes: list[ClassValue] = []
        self.calls = 0
        self.traces = 0
        self.expressions: dict[type[ast.AST], Callable[..., Value]] = {}
        self.statements: dict[type[ast.AST], Callable[..., bool]] = {}
        self.assignment: Callable[..., None] = _not_assembled
        self.calling: Callable[..., Value] = _not_assembled
        self.walking: Callable[..., Value] = _not_assembled
        self.staged_functions: list[Function] = []

    def converts_keras(self, module: Module) -> bool:
        """Whether the Keras that a module is written for converts methods; another file than the
        one that is checked may be older.
        """
        return self.keras < 3 or (module is not self.home and module.keras < 3)

    def emit(self, event: Event) -> None:
        """Notes that something happens."""
        self.events.setdefault(type(event), []).append(event)

    def happened(self, kind: type[E]) -> list[E]:
        """All events of a kind, in the order of the walk."""
        return self.events.get(kind, [])

    def eval(self, node: ast.AST, frame: Frame) -> Value:
        """The value of an expression."""
        handler = self.expressions.get(type(node))
        return UNKNOWN if handler is None else handler(self, node, frame)

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        """Walks statements; answers whether the end of the block is reached."""
        for statement in body:
            handler = self.statements.get(type(statement))
            if handler is not None and not handler(self, statement, frame):
                return False
        return True

    def assign(self, target: ast.AST, value: Value, frame: Frame) -> None:
        """Binds a target, whatever its form, to a value."""
        self.assignment(self, target, value, frame)

    def call(self, callee: Value, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
        """The value of a call."""
        return self.calling(self, callee, arguments, node, frame)

    def has_room(self) -> bool:
        """Whether another call may be walked; very branched programs are cut off."""
        return self.calls < _MOST_CALLS and len(self.active) < _MOST_DEPTH

    @contextmanager
    def known_by(self, origin: Origin, example: ast.Call | None = None) -> Iterator[None]:
        """While a function is walked that is known of in another way than by a call."""
        before = (self.origin, self.example)
        if self.origin is not Origin.EXAMPLE:
            self.origin, self.example = origin, example
            self.exemplified = self.exemplified or origin is Origin.EXAMPLE
        try:
            yield
        finally:
            self.origin, self.example = before

    def new_entry(self, function: Function | None, staging: Staging, outer: Entry | None) -> Entry:
        """A new trace."""
        self.traces += 1
        return Entry(self.traces, function, staging, outer, self.origin, self.example)

    def lookup(self, name: str, scope: Scope) -> tuple[Value | None, Scope | None]:
        """What a name stands for, and the scope that binds it; a builtin has no scope."""
        current: Scope | None = scope
        if name in scope.globals_:
            current = scope.module.scope
        elif name in scope.nonlocals:
            current = scope.outer
        while current is not None:
            if name in current.names and (current is scope or not current.is_class):
                value = current.names[name]
                if isinstance(value, Deferred):
                    value = current.names[name] = self.load(value)
                return value, current
            current = current.outer
        if name in _BUILTINS:
            return Symbol(f"builtins.{name}"), None
        return None, None

    def load(self, deferred: Deferred) -> Value:
        """What an imported name stands for; unknown while it is being found out (a cycle)."""
        if deferred.loaded is not None:
            return deferred.loaded
        key = deferred.key()
        if key in self.loading:
            return UNKNOWN
        self.loading.add(key)
        # Who asks first must make no difference, so the calls that led here are forgotten.
        active, self.active = self.active, []
        try:
            deferred.loaded = self._load(deferred)
        finally:
            self.active = active
            self.loading.discard(key)
        return deferred.loaded

    def _load(self, deferred: Deferred) -> Value:
        if isinstance(deferred, Postponed):
            module = deferred.importer
            self.statements[type(deferred.statement)](
                self, deferred.statement, Frame(module.scope, Context(module), None)
            )
            made = module.scope.names.get(deferred.names[0], UNKNOWN)
            return UNKNOWN if made is deferred else made
        if deferred.is_module:
            found = self.module_of(deferred.importer, deferred.names[0])
            return UNKNOWN if found is None else ModuleValue(found)
        whole = self.module_of(deferred.importer, deferred.names[0])
        if whole is not None:
            return ModuleValue(whole)
        base, attribute = deferred.names[1:]
        found = self.module_of(deferred.importer, base) if base.strip(".") else None
        if found is None:
            return Symbol(deferred.names[0].lstrip("."))
        value = found.scope.names.get(attribute, UNKNOWN)
        return self.load(value) if isinstance(value, Deferred) else value

    def module_of(self, importer: Module, dotted: str) -> Module | None:
        """A module of the workspace by the name it is imported by, walked if it was not yet."""
        found = self.workspace.find(importer, dotted)
        if found is not None and not found.interpreted:
            self.run_module(found)
        return found

    def is_far(self, function: Function, context: Context) -> bool:
        """Whether a function of another file is too far from the checked one to be walked.

        What other files do outside of a trace matters little here: only what they make.
        """
        if self.home is None or function.module is self.home:
            return False
        foreign = sum(1 for active in self.active if active.module is not self.home)
        return foreign >= (_FAR_STAGED if context.staged else _FAR)

    def run_module(self, module: Module) -> None:
        """Walks the statements of a module, once, as Python would when it is imported or run."""
        if module.interpreted:
            return
        module.interpreted = True
        module.scope.names["__name__"] = UNKNOWN
        frame = Frame(module.scope, Context(module), None)
        later = postponed(module) if self.home is not None and module is not self.home else {}
        for statement in module.tree.body:
            if statement in later:
                module.scope.names[later[statement].names[0]] = later[statement]
                continue
            handler = self.statements.get(type(statement))
            if handler is not None:
                handler(self, statement, frame)

    def new_instance(self, cls: ClassValue, born: Born) -> Instance:
        """A new object of a class, without its `__init__` having run."""
        made = Instance(cls, born)
        if cls.sample is None:
            cls.sample = made
        return made


def _not_assembled(*_: object) -> Any:
    raise RuntimeError("the machine has no handlers; make it with engine.inference.interpret")


_BUILTINS = frozenset(
    [
        "abs", "all", "any", "ascii", "bin", "bool", "bytes", "bytearray", "callable", "chr",
        "complex", "delattr",
        "dict", "dir", "divmod", "enumerate", "eval", "exec", "filter", "float", "format",
        "frozenset", "getattr", "globals", "hasattr", "hash", "hex", "id", "input", "int",
        "isinstance", "issubclass", "iter", "len", "list", "locals", "map", "max", "memoryview",
        "min", "next", "object", "oct", "open", "ord", "pow", "print", "property", "range", "repr",
        "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "classmethod",
        "str", "sum", "super", "tuple", "type", "vars", "zip", "NotImplemented", "Ellipsis",
        "Exception", "ValueError", "TypeError", "KeyError", "IndexError", "AttributeError",
        "RuntimeError", "NotImplementedError", "StopIteration", "AssertionError", "NameError",
        "ImportError", "OSError", "IOError", "ZeroDivisionError", "ArithmeticError", "LookupError",
        "BaseException", "KeyboardInterrupt", "FileNotFoundError", "OverflowError", "Warning",
    ]
)  # fmt: skip
