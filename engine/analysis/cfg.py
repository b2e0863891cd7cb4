"""The control-flow graph of a function.

Exceptions are taken as AutoGraph takes them: `raise` leaves the function or enters the handlers
around it, and no other statement raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import gast

__all__ = ["Cfg", "control_flow"]


@dataclass(frozen=True)
class Cfg:
    """Nodes are numbers; each stands for a statement, a test, an iterable or a `with` item.

    Attributes:
        trees: What each node stands for.
        following: By node: the nodes that may run next.
        preceding: By node: the nodes that may have run before.
        number: The node of a tree.
        exits: Nodes after which the function ends.
        entering: By compound statement: the nodes outside from which it is entered.
        leaving: By compound statement: the nodes outside that may run after it.
    """

    trees: list[gast.AST] = field(default_factory=list)
    following: list[list[int]] = field(default_factory=list)
    preceding: list[list[int]] = field(default_factory=list)
    number: dict[gast.AST, int] = field(default_factory=dict)
    exits: set[int] = field(default_factory=set)
    entering: dict[gast.AST, set[int]] = field(default_factory=dict)
    leaving: dict[gast.AST, set[int]] = field(default_factory=dict)


def control_flow(tree: gast.AST) -> dict[gast.AST, Cfg]:
    """The graph of each function and lambda in a tree, the tree itself included."""
    builder = _Builder(None)
    builder.statement(tree)
    return builder.graphs


Ends = set[int]


class _Builder:
    """Follows the statements of one function in order; `ends` are the nodes waiting for a next."""

    def __init__(self, function: gast.AST | None) -> None:
        self.function = function
        self.cfg = Cfg()
        self.graphs: dict[gast.AST, Cfg] = {}
        self.ends: Ends = set()
        self.inside: list[gast.AST] = []
        self.owners: list[frozenset[gast.AST]] = []
        self.loops: list[_Loop] = []
        self.tries: list[_Guard] = []
        self.jumps: list[tuple[int, list[_Guard], Ends]] = []
        self.raised: dict[gast.AST, Ends] = {}

    # Growing

    def add(self, tree: gast.AST) -> int:
        number = len(self.cfg.trees)
        self.cfg.trees.append(tree)
        self.cfg.following.append([])
        self.cfg.preceding.append([])
        self.cfg.number[tree] = number
        self.owners.append(frozenset(self.inside))
        self.connect(self.ends, number)
        for guard in self.tries:
            if guard.waiting:
                guard.first, guard.waiting = number, False
        self.ends = {number}
        return number

    def connect(self, sources: Iterable[int], target: int) -> None:
        for source in sources:
            if target not in self.cfg.following[source]:
                self.cfg.following[source].append(target)
                self.cfg.preceding[target].append(source)
                self.cross(source, target)

    def cross(self, source: int, target: int) -> None:
        before, after = self.owners[source], self.owners[target]
        for tree in before - after:
            self.cfg.leaving.setdefault(tree, set()).add(target)
        for tree in after - before:
            self.cfg.entering.setdefault(tree, set()).add(source)

    def simple(self, tree: gast.AST) -> None:
        self.nested(tree)
        self.add(tree)

    def nested(self, tree: gast.AST) -> None:
        """Give a node to each lambda inside an expression, and a graph."""
        stack = _children(tree)[::-1]
        while stack:
            node = stack.pop()
            if isinstance(node, gast.Lambda):
                self.define(node)
            else:
                stack.extend(_children(node)[::-1])

    def block(self, statements: Iterable[gast.AST]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: gast.AST) -> None:
        visit = _VISITORS.get(node.__class__)
        if visit is not None:
            visit(self, node)
        elif isinstance(node, gast.stmt):
            self.simple(node)
        else:
            self.nested(node)

    # Definitions

    def define(self, node: Any) -> None:
        if self.function is not None:
            self.add(node)
        inner = _Builder(node)
        inner.inside = []
        inner.simple(node.args)
        if isinstance(node, gast.Lambda):
            if isinstance(node.body, gast.Lambda):
                inner.define(node.body)
            else:
                inner.simple(node.body)
        else:
            inner.block(node.body)
        self.graphs.update(inner.graphs)
        self.graphs[node] = inner.finish()

    def define_class(self, node: gast.ClassDef) -> None:
        if self.function is None:
            self.block(node.body)
            return
        self.add(node)
        inner = _Builder(node)
        inner.block(node.body)
        self.graphs.update(inner.graphs)

    def module(self, node: gast.Module) -> None:
        self.block(node.body)

    def finish(self) -> Cfg:
        self.cfg.exits.update(self.ends)
        for number, guards, target in self.jumps:
            target.update(self.through(number, guards))
        self.cfg.exits.update(self.function_ends)
        return self.cfg

    @property
    def function_ends(self) -> Ends:
        found: Ends = set()
        for _, _, ends in self.jumps:
            found |= ends
        return found

    def through(self, number: int, guards: list[_Guard]) -> Ends:
        """Where a jump comes out of the `finally` blocks around it."""
        ends = {number}
        for guard in guards:
            if guard.first is not None:
                self.connect(ends, guard.first)
                ends = guard.last
        return ends

    # Jumps

    def leave_function(self, node: gast.AST) -> None:
        self.simple(node)
        number = self.cfg.number[node]
        guards = [guard for guard in reversed(self.tries) if guard.final]
        self.jumps.append((number, guards, set()))
        self.ends = set()

    def raise_(self, node: gast.Raise) -> None:
        self.leave_function(node)
        number = self.cfg.number[node]
        for guard in self.tries:
            for handler in guard.handlers:
                self.raised.setdefault(handler, set()).add(number)

    def break_(self, node: gast.AST) -> None:
        number = self.add(node)
        if self.loops:
            self.loops[-1].breaks.append((number, self.loops[-1].guards(self.tries)))
        self.ends = set()

    def continue_(self, node: gast.AST) -> None:
        number = self.add(node)
        if self.loops:
            self.loops[-1].continues.append((number, self.loops[-1].guards(self.tries)))
        self.ends = set()

    # Blocks

    def if_(self, node: gast.If) -> None:
        self.inside.append(node)
        self.simple(node.test)
        start = self.ends
        self.block(node.body)
        after, self.ends = self.ends, set(start)
        self.block(node.orelse)
        self.ends = self.ends | after
        self.inside.pop()

    def loop(self, node: Any) -> None:
        self.inside.append(node)
        entry_tree = node.test if isinstance(node, gast.While) else node.iter
        self.nested(entry_tree)
        entry = self.add(entry_tree)
        extra = getattr(node, "extra_test", None)
        if extra is not None:
            self.simple(extra)
        here = _Loop(len(self.tries))
        self.loops.append(here)
        self.block(node.body)
        self.loops.pop()
        self.connect(self.ends, entry)
        for number, guards in here.continues:
            self.connect(self.through(number, guards), entry)
        self.ends = {entry}
        self.block(node.orelse)
        for number, guards in here.breaks:
            self.ends = self.ends | self.through(number, guards)
        self.inside.pop()

    def try_(self, node: gast.Try) -> None:
        self.inside.append(node)
        guard = _Guard(bool(node.finalbody), list(node.handlers))
        self.tries.append(guard)
        self.block(node.body)
        if node.orelse:
            before = set(self.ends)
            self.block(node.orelse)
            self.ends = self.ends | before
        guard.handlers = []
        start, after = set(self.ends), set(self.ends)
        for handler in node.handlers:
            self.ends = set(start)
            self.handler(handler)
            after |= self.ends
        self.ends = after
        if node.finalbody:
            direct = bool(self.ends)
            guard.final, guard.waiting = False, True
            self.block(node.finalbody)
            guard.waiting, guard.last = False, set(self.ends)
            if not direct:
                self.ends = set()
        self.tries.remove(guard)
        self.inside.pop()

    def handler(self, node: gast.ExceptHandler) -> None:
        self.inside.append(node)
        self.ends = self.ends | self.raised.get(node, set())
        if node.type is not None:
            self.nested(node.type)
        self.block(node.body)
        self.inside.pop()

    def with_(self, node: Any) -> None:
        for item in node.items:
            self.simple(item)
        self.block(node.body)

    def match(self, node: gast.Match) -> None:
        self.inside.append(node)
        self.simple(node.subject)
        start, after = set(self.ends), set(self.ends)
        for case in node.cases:
            self.ends = set(start)
            self.add(case.pattern)
            if case.guard is not None:
                self.simple(case.guard)
            start = set(self.ends) | start
            self.block(case.body)
            after |= self.ends
        self.ends = after
        self.inside.pop()


@dataclass(eq=False)
class _Guard:
    """A `try` that the walk is in: jumps run its `finally`, raises enter its handlers."""

    final: bool
    handlers: list[gast.AST]
    waiting: bool = False
    first: int | None = None
    last: Ends = field(default_factory=set)


@dataclass(eq=False)
class _Loop:
    depth: int
    breaks: list[tuple[int, list[_Guard]]] = field(default_factory=list)
    continues: list[tuple[int, list[_Guard]]] = field(default_factory=list)

    def guards(self, tries: list[_Guard]) -> list[_Guard]:
        return [guard for guard in reversed(tries[self.depth :]) if guard.final]


def _children(node: gast.AST) -> list[gast.AST]:
    found: list[gast.AST] = []
    for value in node.__dict__.values():
        if value.__class__ is list:
            found.extend(item for item in value if isinstance(item, gast.AST))
        elif isinstance(value, gast.AST):
            found.append(value)
    return found


_VISITORS: dict[type[Any], Callable[[_Builder, Any], None]] = {
    gast.Module: _Builder.module,
    gast.FunctionDef: _Builder.define,
    gast.AsyncFunctionDef: _Builder.define,
    gast.Lambda: _Builder.define,
    gast.ClassDef: _Builder.define_class,
    gast.Return: _Builder.leave_function,
    gast.Raise: _Builder.raise_,
    gast.Break: _Builder.break_,
    gast.Continue: _Builder.continue_,
    gast.If: _Builder.if_,
    gast.While: _Builder.loop,
    gast.For: _Builder.loop,
    gast.AsyncFor: _Builder.loop,
    gast.Try: _Builder.try_,
    gast.With: _Builder.with_,
    gast.AsyncWith: _Builder.with_,
    gast.Match: _Builder.match,
}
