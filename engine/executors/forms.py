"""What knows how to write single ops: registries that the forms' modules fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.ir.graph import Node

if TYPE_CHECKING:
    from engine.executors.python_source import Emitter

__all__ = ["FORMS", "form", "is_number", "taker",
           "takes_expressions"]  # fmt: skip

Form = Callable[["Emitter", Node, "list[str]"], "Sequence[str] | None"]

FORMS: dict[str, Form] = {}
"""How ops are written, where a call of their kernel is not the best; None: as usual."""


def form(*names: str) -> Callable[[Form], Form]:
    """Register how the named ops are written."""

    def register(function: Form) -> Form:
        for name in names:
            FORMS[name] = function
        return function

    return register


def is_number(node: Node) -> bool:
    """Is a node's result a scalar made from scalars?"""
    return node.outputs[0].dims == () and all(t is not None and t.dims == () for t in node.inputs)


Taker = Callable[[Node, Any], bool]

TAKERS: dict[str, Taker] = {}
"""Ops with a form of their own that may take expressions: do they, here, for this input?"""


def taker(*names: str) -> Callable[[Taker], Taker]:
    """Register whether the forms of the named ops take expressions in place of names."""

    def register(function: Taker) -> Taker:
        for name in names:
            TAKERS[name] = function
        return function

    return register


def takes_expressions(node: Node, tensor: Any = None) -> bool:
    """May an operand (`tensor`, or any) of the node be an expression, evaluated once?"""
    op = node.op
    special = TAKERS.get(op.name)
    if special is not None:
        return special(node, tensor)
    if op.name in FORMS or len(node.outputs) != 1 or not is_number(node):
        return False
    if tensor is not None and sum(t is tensor for t in node.inputs) > 1:
        return False
    return op.expression is not None or op.ufunc is not None
