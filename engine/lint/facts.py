"""What rules ask about a module: its events, its tree, and where names come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeVar

from engine.base.diagnostics import Note
from engine.base.source import SourceFile, Span
from engine.inference.blocks import bound_names
from engine.inference.containers import comes_from_tensors
from engine.inference.context import Context, Entry, Origin
from engine.inference.events import Event
from engine.inference.machine import Machine
from engine.inference.module import Module
from engine.inference.values import Container, Function, Library, Stage, Union, Unknown, Value

__all__ = ["Facts", "from_example", "has_staged", "is_likely_staged", "is_staged", "maybe_staged"]

E = TypeVar("E", bound=Event)


class Facts:
    """A module that has been interpreted.

    Args:
        module: The module that is checked.
        machine: The machine that walked it.
    """

    def __init__(self, module: Module, machine: Machine) -> None:
        self.module = module
        self.machine = machine
        self._happened: dict[type[Event], list[Any]] = {}
        self._staged: dict[type[Event], list[Any]] = {}

    @property
    def source(self) -> SourceFile:
        return self.module.source

    def happened(self, kind: type[E]) -> list[E]:
        """The events of a kind whose code stands in this module."""
        if kind not in self._happened:
            self._happened[kind] = [
                event
                for event in self.machine.happened(kind)
                if event.context.module is self.module
            ]
        return self._happened[kind]

    def staged(self, kind: type[E]) -> list[E]:
        """Those that happen in a trace."""
        if kind not in self._staged:
            self._staged[kind] = [
                event for event in self.happened(kind) if event.context.entry is not None
            ]
        return self._staged[kind]

    def told(self, kind: type[E]) -> list[E]:
        """Those in traces, of each function from what is known best of how it is called.

        That are the calls in the program; where none of them tells its arguments, those in
        `# example:` comments.
        """
        if not self.machine.exemplified:
            return self.staged(kind)
        return [event for event in self.staged(kind) if self._is_best(event.context)]

    def _is_best(self, context: Context) -> bool:
        return context.function is None or _origin(context) is min(
            self._origins[id(context.function.node)], key=_BEST.index
        )

    @cached_property
    def _origins(self) -> dict[int, set[Origin]]:
        """By function: how its traces are known of."""
        found: dict[int, set[Origin]] = {}
        for events in self.machine.events.values():
            for event in events:
                context: Context = event.context
                if context.entry is not None and context.function is not None:
                    found.setdefault(id(context.function.node), set()).add(_origin(context))
        return found

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return self.module.parents

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The statement that a node is a part of."""
        if isinstance(node, ast.stmt):
            return node
        return next((p for p in self.ancestors(node) if isinstance(p, ast.stmt)), None)

    def span(self, node: ast.AST) -> Span:
        return self.module.span(node)

    def text(self, node: ast.AST) -> str:
        """The text of a node as it stands in the file."""
        return self.module.text_of(node)

    @cached_property
    def alias(self) -> str | None:
        """What the file calls the framework, as `tf`; None where it has no name for it."""
        for name, symbol in self.module.index.imports.items():
            if symbol == "tf":
                return name
        return None

    def is_local(self, name: str, context: Context) -> bool:
        """Whether a name belongs to the function whose code runs."""
        function = context.function
        if function is None or isinstance(function.node, ast.Lambda):
            return False
        args = function.node.args
        named = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        if any(arg.arg == name for arg in named):
            return True
        return name in bound_names(function.node.body) and not self._declared(function.node, name)

    def _declared(self, node: ast.AST, name: str) -> bool:
        return any(
            isinstance(child, (ast.Global, ast.Nonlocal)) and name in child.names
            for child in ast.walk(node)
        )

    def is_outer(self, value: Value, context: Context) -> bool:
        """Whether an object was made before the trace, and so outlives it."""
        born = getattr(value, "born", None)
        return born is not None and born.context.trace != context.trace

    def header(self, node: ast.AST) -> Span:
        """The first line of a compound statement up to its colon, or a node's own span."""
        test = getattr(node, "test", None) or getattr(node, "iter", None)
        if isinstance(node, (ast.If, ast.While, ast.For, ast.AsyncFor)) and test is not None:
            return Span(self.span(node).start, self.span(test).end)
        return self.span(node)

    def name_span(self, node: ast.AST) -> Span:
        """The name in a `def` or `class`; the span of any other node."""
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return self.span(node)
        start = self.span(node).start
        at = self.source.text.find(node.name, start + 3)
        return Span(at, at + len(node.name)) if at >= 0 else self.span(node)

    def staged_here(self, function: Function) -> tuple[Note, ...]:
        """A note at the decorator, or the call, that stages a function."""
        staging = function.staging
        if staging is None or not hasattr(staging.node, "lineno"):
            return ()
        span = staging.module.span(staging.node)
        source = staging.module.source
        end = min(span.end, source.line_end(source.position(span.start)[0]))
        text = f"`{function.qualname}` is staged here"
        return (Note(text, Span(span.start, end), staging.module.path),)

    def entry_word(self, entry: Entry | None) -> str:
        """How a message names what is traced."""
        name = entry.qualname if entry is not None else ""
        return f"`{name}`" if name and name != "<lambda>" else "the function"


_BEST = (Origin.CALL, Origin.EXAMPLE, Origin.BLIND)


def _origin(context: Context) -> Origin:
    return Origin.CALL if context.entry is None else context.entry.origin


def from_example(context: Context) -> bool:
    """Whether the arguments that led here are those of an `# example:` comment."""
    return _origin(context) is Origin.EXAMPLE


def is_staged(value: Value | None) -> bool:
    """Whether a value surely stands for something of the graph; a variable does when it is read."""
    if value is None:
        return False
    if isinstance(value, Library):
        return value.kind == "variable"
    return value.stage is Stage.STAGED


def is_likely_staged(value: Value | None) -> bool:
    """Whether a value is an argument of the traced function, or comes from what is staged."""
    if isinstance(value, Unknown):
        return value.argument not in ("", "element")
    return value is not None and comes_from_tensors(value)


_DEEPEST = 6


def has_staged(value: Value | None, depth: int = 0) -> bool:
    """Whether a value is staged or a collection with staged elements."""
    if isinstance(value, Container):
        parts = value.items if value.items is not None else [value.element]
        return depth < _DEEPEST and any(has_staged(part, depth + 1) for part in parts[:50])
    return value is not None and value.stage is Stage.STAGED


def maybe_staged(value: Value | None) -> bool:
    """Whether nothing rules out that a value is staged."""
    if isinstance(value, Union):
        return any(maybe_staged(option) for option in value.options)
    return isinstance(value, Unknown) or is_staged(value) or has_staged(value)
