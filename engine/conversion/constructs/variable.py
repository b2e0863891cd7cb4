"""Names: reading one that has no value is noticed, `del` leaves a mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.expressions import Expressions
from engine.syntax.template import constant, placed, quote, quote_expression

__all__ = ["Undefined", "ld", "ldu"]


def rewrite_name(node: gast.Name, walk: Expressions) -> gast.expr:
    """`x` into `ag__.ld(x)`, for reads in the user's own text."""
    if walk.guarded and node in walk.context.names:
        return quote_expression("ag__.ld(NAME)", at=node, NAME=node)
    return node


def rewrite_augmented(node: gast.AugAssign, walk: Expressions) -> list[gast.stmt]:
    """`x += a` reads `x` first; its right side reads names as they are."""
    if not isinstance(node.target, gast.Name):
        node.target = walk.visit(node.target)
        node.value = walk.visit(node.value)
        return [node]
    guarded, walk.guarded = walk.guarded, False
    node.value = walk.visit(node.value)
    walk.guarded = guarded
    read = quote("NAME = ag__.ld(NAME)", at=node, NAME=node.target.id)
    return [*read, node]


def rewrite_delete(node: gast.Delete, walk: Expressions) -> list[gast.stmt]:
    """`del x` into `x = ag__.Undefined('x')`, because blocks share names as closures."""
    names = [target for target in node.targets if isinstance(target, gast.Name)]
    others = [walk.visit(target) for target in node.targets if not isinstance(target, gast.Name)]
    made: list[gast.stmt] = []
    for target in names:
        made += quote(
            "NAME = ag__.Undefined(TEXT)", at=node, NAME=target.id, TEXT=constant(target.id, node)
        )
    if others:
        made.append(placed(gast.Delete(others), node))
    return made


def ld(value: Any) -> Any:
    """Read a variable.

    Raises:
        UnboundLocalError: If it has no value.
    """
    if value.__class__ is Undefined:
        return value.read()
    return value


def ldu(read: Callable[[], Any], name: str) -> Any:
    """Read an attribute or item; `Undefined` where there is none."""
    try:
        return read()
    except (KeyError, AttributeError, NameError):
        return Undefined(name)


class Undefined:
    """Stands for a variable without a value.

    Attributes:
        symbol_name: The variable, as the user wrote it.
    """

    __slots__ = ("symbol_name",)

    def __init__(self, symbol_name: str) -> None:
        self.symbol_name = symbol_name

    def read(self) -> Any:
        """Raise what Python raises for a local variable without a value."""
        raise UnboundLocalError(f"'{self.symbol_name}' is used before assignment")

    def __repr__(self) -> str:
        return self.symbol_name

    def __getattr__(self, name: str) -> Undefined:
        return self

    def __getitem__(self, key: object) -> Undefined:
        return self
