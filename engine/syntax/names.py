"""Dotted and subscripted names in trees, and fresh names for generated code."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import gast

__all__ = ["Composite", "NameTable", "Namer", "dotted_name", "is_composite"]

_DEFINITIONS = {"FunctionDef", "AsyncFunctionDef", "ClassDef"}
_OWN_SCOPES = {"Lambda", "ListComp", "SetComp", "DictComp"}


def dotted_name(node: gast.AST) -> str | None:
    """`tf.math.exp` for the tree of that expression; None for anything but names and dots."""
    parts: list[str] = []
    while isinstance(node, gast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, gast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def is_composite(name: str) -> bool:
    """Whether a name is one of an attribute or an item: `x.y`, `x[0]`."""
    return "." in name or "[" in name


@dataclass(frozen=True)
class Composite:
    """What an attribute or item is a part of.

    Attributes:
        owners: The names that change when this one does: `a.b` and `a` for `a.b[c]`.
        support: The plain names needed to reach it: `a` and `c` for `a.b[c]`.
        node: An expression that reads it.
    """

    owners: frozenset[str]
    support: frozenset[str]
    node: gast.expr


class NameTable:
    """The names of expressions; attributes and items are remembered with their parts."""

    __slots__ = ("composites",)

    def __init__(self) -> None:
        self.composites: dict[str, Composite] = {}

    def of(self, node: gast.AST) -> str | None:
        """The name that an expression stands for; None where it is a computed value.

        Items count if their index is a literal or has a name itself, as in TensorFlow.
        """
        if isinstance(node, gast.Name):
            return node.id
        if isinstance(node, gast.Attribute):
            owner = self.of(node.value)
            return None if owner is None else self.attribute(owner, node)
        if isinstance(node, gast.Subscript):
            owner = self.of(node.value)
            return None if owner is None else self.item(owner, node, self.of(node.slice))
        return None

    def attribute(self, owner: str, node: gast.Attribute) -> str:
        """The name of an attribute of something that has a name."""
        name = f"{owner}.{node.attr}"
        if name not in self.composites:
            self.composites[name] = self._composite(owner, (), node)
        return name

    def item(self, owner: str, node: gast.Subscript, index: str | None) -> str | None:
        """The name of an item; `index` is the name of the index expression, if it has one."""
        support: tuple[str, ...] = ()
        if isinstance(node.slice, gast.Constant) and node.slice.value is not Ellipsis:
            value = node.slice.value
            name = f"{owner}['{value}']" if isinstance(value, str) else f"{owner}[{value}]"
        elif index is not None:
            name = f"{owner}[{index}]"
            support = tuple(self.support(index))
        else:
            return None
        if name not in self.composites:
            self.composites[name] = self._composite(owner, support, node)
        return name

    def owners(self, name: str) -> frozenset[str]:
        """The names that `name` is a part of."""
        composite = self.composites.get(name)
        return composite.owners if composite else frozenset()

    def support(self, name: str) -> frozenset[str]:
        """The plain names needed to reach `name`."""
        composite = self.composites.get(name)
        return composite.support if composite else frozenset((name,))

    def _composite(self, owner: str, more: Iterable[str], node: gast.expr) -> Composite:
        return Composite(self.owners(owner) | {owner}, self.support(owner) | frozenset(more), node)


class Namer:
    """Makes names that are not taken, numbered as AutoGraph numbers them.

    Args:
        taken: Names that must not be used: those of the module and of closures.
    """

    __slots__ = ("_made", "_taken")

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = taken
        self._made: set[str] = set()

    def fresh(self, root: str, reserved: Collection[str] = ()) -> str:
        """`root`, or `root_1`, `root_2` ... where that is taken or reserved."""
        stem, _, digits = root.rpartition("_")
        number = 0
        if digits.isdigit():
            root, number = stem, int(digits)
        name = root
        while name in self._taken or name in reserved or name in self._made:
            number += 1
            name = f"{root}_{number}"
        self._made.add(name)
        return name


def bound_at_top(tree: ast.Module) -> frozenset[str]:
    """The names that a module's own statements bind, `import *` aside."""
    found: set[str] = set()
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)):
            if isinstance(node, ast.ExceptHandler) and node.name is not None:
                found.add(node.name)
            stack.extend(ast.iter_child_nodes(node))
    return frozenset(found)
