"""Lists, where `Feature.LISTS` is on: literals, `append`, `pop`, `stack` and items as operators."""

from __future__ import annotations

from typing import Any, NamedTuple

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Blocks, Statements
from engine.syntax.names import dotted_name
from engine.syntax.template import constant, quote, quote_expression
from engine.syntax.trees import copy_tree

__all__ = [
    "GetItemOpts", "ListOperations", "ListPopOpts", "ListStackOpts", "get_item", "list_append",
    "list_pop", "list_stack", "new_list", "set_item",
]  # fmt: skip


class ListOperations(Blocks):
    """Rewrites list operations statement by statement; `pop` gets a statement of its own."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.pops: list[tuple[gast.Call, str]] = []

    def visit(self, node: gast.stmt) -> gast.stmt | Statements:
        """Rewrite the expressions of a statement, then its blocks."""
        before, self.pops = self.pops, []
        replacement: gast.stmt | Statements = node
        fields = node.__dict__
        for key, value in list(fields.items()):
            if isinstance(value, gast.expr):
                fields[key] = self.expression(value)
            elif value.__class__ is list and value and isinstance(value[0], gast.expr):
                fields[key] = [self.expression(one) for one in value]
        if isinstance(node, gast.Expr) and isinstance(node.value, list):
            replacement = node.value
        elif isinstance(node, gast.Assign):
            replacement = _item_assignment(node)
        pops, self.pops = self.pops, before
        self.inner(node)
        if not pops:
            return replacement
        made: Statements = []
        for call, name in pops:
            made += _pop(call, name)
        made += replacement if isinstance(replacement, list) else [replacement]
        return made

    def expression(self, node: Any) -> Any:
        """The rewritten form of an expression; a list of statements for `x.append(y)`."""
        for key, value in list(node.__dict__.items()):
            if value.__class__ is list:
                node.__dict__[key] = [
                    self.expression(one) if isinstance(one, gast.AST) else one for one in value
                ]
            elif isinstance(value, gast.AST) and not isinstance(value, gast.expr_context):
                node.__dict__[key] = self.expression(value)
        if isinstance(node, gast.List) and isinstance(node.ctx, gast.Load):
            return quote_expression("ag__.new_list(ELEMENTS)", at=node, ELEMENTS=node)
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
            return self.method(node, node.func)
        if isinstance(node, gast.Subscript):
            return _item(node)
        return node

    def method(self, node: gast.Call, function: gast.Attribute) -> Any:
        """`append`, `pop` and `stack`."""
        if function.attr == "append" and len(node.args) == 1:
            return quote(
                "TARGET = ag__.list_append(LIST, ELEMENT)",
                at=node, TARGET=_stored(function.value), LIST=function.value,
                ELEMENT=node.args[0],
            )  # fmt: skip
        if function.attr == "pop" and len(node.args) <= 1:
            root = dotted_name(function.value) or "list_"
            name = self.context.fresh(root.replace(".", "_"))
            self.pops.append((node, name))
            return quote_expression("NAME", at=node, NAME=name)
        strict = not node.keywords or node.keywords[0].arg == "strict"
        if function.attr == "stack" and len(node.args) == 1 and strict:
            return quote_expression(
                "ag__.list_stack(LIST, opts=ag__.ListStackOpts(element_dtype=None, "
                "original_call=CALL))",
                at=node, LIST=node.args[0], CALL=function,
            )  # fmt: skip
        return node


def _pop(call: gast.Call, name: str) -> Statements:
    target: Any = call.func
    index = call.args[0] if call.args else constant(None, call)
    return quote(
        "TARGET, NAME = ag__.list_pop(LIST, INDEX, "
        "opts=ag__.ListPopOpts(element_dtype=None, element_shape=None))",
        at=call, TARGET=_stored(target.value), NAME=name, LIST=target.value, INDEX=index,
    )  # fmt: skip


def _item_assignment(node: gast.Assign) -> gast.stmt | Statements:
    target = node.targets[0]
    if len(node.targets) != 1 or not isinstance(target, gast.Subscript):
        return node
    if isinstance(target.slice, (gast.Tuple, gast.Slice)):
        return node
    return quote(
        "TARGET = ag__.set_item(LIST, KEY, ITEM)",
        at=node, TARGET=_stored(target.value), LIST=target.value, KEY=target.slice,
        ITEM=node.value,
    )  # fmt: skip


def _item(node: gast.Subscript) -> gast.expr:
    if isinstance(node.slice, (gast.Tuple, gast.Slice)) or not isinstance(node.ctx, gast.Load):
        return node
    return quote_expression(
        "ag__.get_item(LIST, KEY, opts=ag__.GetItemOpts(element_dtype=None))",
        at=node, LIST=node.value, KEY=node.slice,
    )  # fmt: skip


def _stored(node: gast.expr) -> Any:
    """The same expression as a target."""
    target: Any = copy_tree(node)
    if hasattr(target, "ctx"):
        target.ctx = gast.Store()
    return target


class ListPopOpts(NamedTuple):
    """What `list_pop` knows of the elements."""

    element_dtype: Any
    element_shape: Any


class ListStackOpts(NamedTuple):
    """What `list_stack` knows of the elements, and the call it replaces."""

    element_dtype: Any
    original_call: Any


class GetItemOpts(NamedTuple):
    """What `get_item` knows of the elements."""

    element_dtype: Any


def new_list(iterable: Any = None) -> list[Any]:
    """A list."""
    return list(iterable) if iterable else []


def list_append(list_: Any, x: Any) -> Any:
    """The list with one element more; a `TensorArray` is written past its end."""
    if hasattr(type(list_), "__composite_parts__") and hasattr(list_, "write"):
        return list_.write(list_.size(), x)
    _refuse_tensor(list_)
    list_.append(x)
    return list_


def list_pop(list_: Any, i: Any, opts: ListPopOpts) -> tuple[Any, Any]:
    """The list without an element, and the element.

    Raises:
        ValueError: If it is a `TensorArray` or a tensor.
    """
    if hasattr(type(list_), "__composite_parts__"):
        raise ValueError("TensorArray does not support item removal")
    _refuse_tensor(list_)
    return list_, list_.pop() if i is None else list_.pop(i)


def list_stack(list_: Any, opts: ListStackOpts) -> Any:
    """The elements as one tensor; a tensor is one already."""
    from engine.conversion.staging import is_tensor

    if hasattr(type(list_), "__composite_parts__") and hasattr(list_, "stack"):
        return list_.stack()
    return list_ if is_tensor(list_) else opts.original_call(list_)


def get_item(target: Any, i: Any, opts: GetItemOpts) -> Any:
    """`target[i]`."""
    if hasattr(type(target), "__composite_parts__") and hasattr(target, "read"):
        return target.read(i)
    return target[i]


def set_item(target: Any, i: Any, x: Any) -> Any:
    """`target` with another element at `i`."""
    if hasattr(type(target), "__composite_parts__") and hasattr(target, "write"):
        return target.write(i, x)
    target[i] = x
    return target


def _refuse_tensor(list_: Any) -> None:
    from engine.conversion.staging import is_tensor

    if is_tensor(list_):
        raise ValueError(
            f"tensor lists are expected to be Tensors with dtype=tf.variant, instead found {list_}"
        )
