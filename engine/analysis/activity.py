"""What each statement and block reads, binds and deletes.

The rules are AutoGraph's, because the generated code depends on them: an attribute or item with a
name of its own counts as a variable, a lambda's free names count as read where the lambda stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import gast

from engine.analysis.scope import Scope
from engine.syntax.names import NameTable

__all__ = ["Activity", "activity"]

Function = gast.FunctionDef | gast.AsyncFunctionDef | gast.Lambda


@dataclass(frozen=True)
class Activity:
    """The scopes of a tree.

    Attributes:
        names: The attributes and items that have names, with their parts.
        statement: By statement, test of `if` and `while`, iterable of `for`, `with` item, and
            `arguments`: what it touches itself, not counting the blocks below it.
        body: By `if`, `while`, `for`, `with` and function: its first block.
        orelse: By `if`, `while` and `for`: its `else` block.
        iterate: By `for`: the target, and the extra test of a lowered loop.
        function: By function or lambda: parameters and body.
    """

    names: NameTable = field(default_factory=NameTable)
    statement: dict[gast.AST, Scope] = field(default_factory=dict)
    body: dict[gast.AST, Scope] = field(default_factory=dict)
    orelse: dict[gast.AST, Scope] = field(default_factory=dict)
    iterate: dict[gast.AST, Scope] = field(default_factory=dict)
    function: dict[gast.AST, Scope] = field(default_factory=dict)


def activity(tree: gast.AST) -> Activity:
    """The scopes of a function, lambda, module or statement."""
    walker = _Walker()
    walker.visit(tree)
    return walker.found


@dataclass
class _Comprehension:
    targets: set[str] = field(default_factory=set)


class _Walker:
    """One walk over a tree; `visit` answers the name of an expression, if it has one."""

    def __init__(self) -> None:
        self.found = Activity()
        self.names = self.found.names
        self.scope = Scope(isolated=True)
        self.comprehensions: list[_Comprehension] = []
        self.owners: list[gast.AST] = []
        self.augmented = False
        self.annotating = False
        self.annotations_only = False

    def visit(self, node: gast.AST) -> str | None:
        visitor = _VISITORS.get(node.__class__)
        if visitor is not None:
            return visitor(self, node)
        self.children(node)
        return None

    def children(self, node: gast.AST) -> None:
        for value in node.__dict__.values():
            if value.__class__ is list:
                self.block(value)
            elif isinstance(value, gast.AST):
                self.visit(value)

    def block(self, nodes: list[Any]) -> None:
        for node in nodes:
            if isinstance(node, gast.AST):
                self.visit(node)

    def optional(self, *nodes: gast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def enter(self, isolated: bool = False) -> None:
        self.scope = Scope(self.scope, isolated)

    def leave(self) -> Scope:
        done = self.scope
        done.close()
        self.scope = cast("Scope", done.parent)
        return done

    # Expressions

    def name(self, node: gast.Name) -> str | None:
        if node.annotation is not None:
            self.annotation(node.annotation)
        self.track(node.id, node.ctx)
        return node.id

    def attribute(self, node: gast.Attribute) -> str | None:
        owner = self.visit(node.value)
        if owner is None:
            return None
        name = self.names.attribute(owner, node)
        if node.ctx.__class__ is gast.Load:
            self.scope.attributes.add(node.attr)
        elif owner == "self" and self.in_constructor():
            self.scope.modified.add(owner)
        self.track(name, node.ctx)
        return name

    def subscript(self, node: gast.Subscript) -> str | None:
        owner = self.visit(node.value)
        index = self.visit(node.slice)
        if owner is None:
            return None
        name = self.names.item(owner, node, index)
        if name is not None:
            self.track(name, node.ctx)
        return name

    def track(self, name: str, context: gast.expr_context) -> None:
        if self.annotations_only and not self.annotating:
            return
        for comprehension in self.comprehensions:
            if name in comprehension.targets or self.names.owners(name) & comprehension.targets:
                return
        scope, kind = self.scope, context.__class__
        if kind is gast.Load:
            scope.read.add(name)
            if self.annotating:
                scope.annotations.add(name)
        elif kind is gast.Store:
            if self.comprehensions:
                self.comprehensions[-1].targets.add(name)
                return
            scope.modified.add(name)
            scope.bound.add(name)
            if self.augmented:
                scope.read.add(name)
        elif kind is gast.Param:
            scope.bound.add(name)
            scope.params.add(name)
        elif kind is gast.Del:
            scope.read.add(name)
            scope.bound.add(name)
            scope.deleted.add(name)

    def in_constructor(self) -> bool:
        if len(self.owners) < 2:
            return False
        inner, outer = self.owners[-1], self.owners[-2]
        return (
            isinstance(outer, gast.ClassDef)
            and isinstance(inner, gast.FunctionDef)
            and inner.name == "__init__"
        )

    def annotation(self, node: gast.AST) -> None:
        self.annotating = True
        self.visit(node)
        self.annotating = False

    def comprehension(self, node: Any) -> None:
        self.comprehensions.append(_Comprehension())
        for generator in node.generators:
            self.visit(generator.iter)
            self.visit(generator.target)
            self.block(generator.ifs)
        if isinstance(node, gast.DictComp):
            self.optional(node.key, node.value)
        else:
            self.visit(node.elt)
        self.comprehensions.pop()

    def lambda_(self, node: gast.Lambda) -> None:
        self.owners.append(node)
        self.enter()
        self.argument_annotations(node.args)
        self.found.statement[node] = self.leave()
        self.enter(isolated=True)
        self.arguments(node.args)
        self.enter()
        self.visit(node.body)
        self.found.body[node] = self.leave()
        self.found.statement.setdefault(node.body, self.found.body[node])
        self.found.function[node] = self.leave()
        self.owners.pop()

    # Simple statements

    def statement(self, node: gast.AST) -> None:
        self.enter()
        self.children(node)
        self.found.statement[node] = self.leave()

    def annotated_assignment(self, node: gast.AnnAssign) -> None:
        self.enter()
        self.visit(node.target)
        self.optional(node.value)
        self.annotation(node.annotation)
        self.found.statement[node] = self.leave()

    def augmented_assignment(self, node: gast.AugAssign) -> None:
        self.enter()
        self.augmented = True
        self.visit(node.target)
        self.augmented = False
        self.visit(node.value)
        self.found.statement[node] = self.leave()

    def global_(self, node: gast.Global) -> None:
        self.enter()
        self.scope.read.update(node.names)
        self.scope.globals.update(node.names)
        self.found.statement[node] = self.leave()

    def nonlocal_(self, node: gast.Nonlocal) -> None:
        self.enter()
        self.scope.read.update(node.names)
        self.scope.bound.update(node.names)
        self.scope.nonlocals.update(node.names)
        self.found.statement[node] = self.leave()

    def alias(self, node: gast.alias) -> None:
        name = node.asname or node.name.partition(".")[0]
        self.scope.modified.add(name)
        self.scope.bound.add(name)

    # Blocks

    def conditional(self, node: Any) -> None:
        self.enter()
        self.visit(node.test)
        self.found.statement[node.test] = self.leave()
        self.parallel_blocks(node)

    def for_(self, node: Any) -> None:
        self.enter()
        self.visit(node.target)
        self.visit(node.iter)
        self.found.statement[node.iter] = self.leave()
        self.enter()
        self.visit(node.target)
        extra = getattr(node, "extra_test", None)
        if extra is not None:
            self.enter()
            self.visit(extra)
            self.found.statement[extra] = self.leave()
        self.found.iterate[node] = self.leave()
        self.parallel_blocks(node)

    def parallel_blocks(self, node: Any) -> None:
        self.enter()
        self.block(node.body)
        self.found.body[node] = self.leave()
        self.enter()
        self.block(node.orelse)
        self.found.orelse[node] = self.leave()

    def with_(self, node: gast.With) -> None:
        self.enter()
        for item in node.items:
            self.statement(item)
        self.block(node.body)
        self.found.body[node] = self.leave()

    def handler(self, node: gast.ExceptHandler) -> None:
        self.enter()
        if isinstance(node.name, gast.Name):
            self.scope.hidden.add(node.name.id)
        self.children(node)
        self.leave()

    def case(self, node: gast.match_case) -> None:
        self.enter()
        self.children(node)
        self.found.body[node] = self.leave()

    def captured(self, node: Any) -> None:
        self.children(node)
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name is not None:
            self.scope.modified.add(name)
            self.scope.bound.add(name)

    # Definitions

    def class_(self, node: gast.ClassDef) -> None:
        self.owners.append(node)
        self.enter()
        self.block(node.decorator_list)
        self.scope.modified.add(node.name)
        self.scope.bound.add(node.name)
        self.block(node.bases)
        self.block(node.keywords)
        self.found.statement[node] = self.leave()
        self.enter(isolated=True)
        self.block(node.body)
        self.found.body[node] = self.leave()
        self.owners.pop()

    def function_(self, node: Any) -> None:
        self.owners.append(node)
        self.enter()
        self.block(node.decorator_list)
        if node.returns is not None:
            self.annotation(node.returns)
        self.argument_annotations(node.args)
        self.scope.modified.add(node.name)
        self.scope.bound.add(node.name)
        self.found.statement[node] = self.leave()
        comprehensions, self.comprehensions = self.comprehensions, []
        self.enter(isolated=True)
        self.arguments(node.args)
        self.enter()
        self.block(node.body)
        self.found.body[node] = self.leave()
        self.found.function[node] = self.leave()
        self.comprehensions = comprehensions
        self.owners.pop()

    def argument_annotations(self, node: gast.arguments) -> None:
        """Defaults and annotations belong to the code around the function."""
        self.block(node.kw_defaults)
        self.block(node.defaults)
        self.annotations_only = True
        self.declarations(node)
        self.annotations_only = False

    def arguments(self, node: gast.arguments) -> None:
        self.enter()
        self.declarations(node)
        self.found.statement[node] = self.leave()

    def declarations(self, node: gast.arguments) -> None:
        self.block(node.posonlyargs)
        self.block(node.args)
        self.optional(node.vararg)
        self.block(node.kwonlyargs)
        self.optional(node.kwarg)


_SIMPLE = (
    gast.Import, gast.ImportFrom, gast.Expr, gast.Raise, gast.Return, gast.Assign, gast.Delete,
    gast.Assert,
)  # fmt: skip

_VISITORS: dict[type[Any], Callable[[_Walker, Any], str | None]] = {
    **dict.fromkeys(_SIMPLE, cast("Any", _Walker.statement)),
    **dict.fromkeys(
        (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp),
        cast("Any", _Walker.comprehension),
    ),
    **dict.fromkeys((gast.If, gast.While), cast("Any", _Walker.conditional)),
    **dict.fromkeys((gast.For, gast.AsyncFor), cast("Any", _Walker.for_)),
    **dict.fromkeys((gast.With, gast.AsyncWith), cast("Any", _Walker.with_)),
    **dict.fromkeys((gast.FunctionDef, gast.AsyncFunctionDef), cast("Any", _Walker.function_)),
    **dict.fromkeys(
        (gast.MatchAs, gast.MatchStar, gast.MatchMapping), cast("Any", _Walker.captured)
    ),
    gast.Name: _Walker.name,
    gast.Attribute: _Walker.attribute,
    gast.Subscript: _Walker.subscript,
    gast.Lambda: cast("Any", _Walker.lambda_),
    gast.AnnAssign: cast("Any", _Walker.annotated_assignment),
    gast.AugAssign: cast("Any", _Walker.augmented_assignment),
    gast.Global: cast("Any", _Walker.global_),
    gast.Nonlocal: cast("Any", _Walker.nonlocal_),
    gast.alias: cast("Any", _Walker.alias),
    gast.ExceptHandler: cast("Any", _Walker.handler),
    gast.match_case: cast("Any", _Walker.case),
    gast.ClassDef: cast("Any", _Walker.class_),
}  # fmt: skip
