"""Copies of `gast` trees, and the way from and to the standard library's `ast`.

The same work as `gast.ast_to_gast` and `gast.gast_to_ast`, several times as fast: conversion of a
function is dominated by it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar, cast

import gast

__all__ = ["copy_tree", "from_python", "to_python"]

Node = TypeVar("Node", bound=ast.AST)
Fields = dict[str, Any]

_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def copy_tree(node: Node) -> Node:
    """A copy of a `gast` tree; contexts (`Load()` and the like) are shared."""
    new = node.__class__.__new__(node.__class__)
    fields = new.__dict__
    for key, value in node.__dict__.items():
        if value.__class__ is list:
            fields[key] = [copy_tree(x) if isinstance(x, ast.AST) else x for x in value]
        elif isinstance(value, gast.expr_context):
            fields[key] = value
        elif isinstance(value, ast.AST):
            fields[key] = copy_tree(value)
        else:
            fields[key] = value
    return new


def from_python(node: ast.AST) -> gast.AST:
    """The `gast` tree of an `ast` tree."""
    kind = node.__class__
    make = _FROM.get(kind)
    if make is None:
        make = _FROM[kind] = _plain(getattr(gast, kind.__name__))
    return make(node, from_python)


def to_python(node: ast.AST) -> ast.AST:
    """The `ast` tree of a `gast` tree, ready to be compiled."""
    kind = node.__class__
    make = _TO.get(kind)
    if make is None:
        make = _TO[kind] = _plain(getattr(ast, kind.__name__))
    return make(node, to_python)


Walk = Callable[[Any], Any]
Maker = Callable[[Any, Walk], ast.AST]


def _plain(kind: Any) -> Maker:
    """Makes a node of another library's class with the same fields."""
    if not kind._attributes and not kind._fields:
        shared = kind()
        return lambda node, walk: cast("ast.AST", shared)

    missing = [name for name in ("type_params", "kind", "default_value") if name in kind._fields]

    def make(node: Any, walk: Walk) -> ast.AST:
        new = kind.__new__(kind)
        fields = new.__dict__
        for key, value in node.__dict__.items():
            if value.__class__ is list:
                fields[key] = [walk(x) if isinstance(x, ast.AST) else x for x in value]
            elif isinstance(value, ast.AST):
                fields[key] = walk(value)
            else:
                fields[key] = value
        for name in missing:
            if name not in fields:
                fields[name] = [] if name == "type_params" else None
        return cast("ast.AST", new)

    return make


def _at(new: Any, node: Any) -> Any:
    old = node.__dict__
    fields = new.__dict__
    for key in _POSITION:
        if key in old:
            fields[key] = old[key]
    return new


def _name_from(node: ast.Name, walk: Walk) -> ast.AST:
    new = gast.Name.__new__(gast.Name)
    fields: Fields = new.__dict__
    fields["id"] = node.id
    fields["ctx"] = walk(node.ctx)
    fields["annotation"] = fields["type_comment"] = None
    return cast("ast.AST", _at(new, node))


_PARAM = gast.Param()
_STORE = gast.Store()


def _argument_from(node: Any, walk: Walk) -> ast.AST:
    annotation = node.annotation and walk(node.annotation)
    new = gast.Name(node.arg, _PARAM, annotation, getattr(node, "type_comment", None))
    return cast("ast.AST", _at(new, node))


def _handler_from(node: Any, walk: Walk) -> ast.AST:
    name = node.name and _at(gast.Name(node.name, _STORE, None, None), node)
    new = gast.ExceptHandler(node.type and walk(node.type), name, [walk(x) for x in node.body])
    return cast("ast.AST", _at(new, node))


def _name_to(node: Any, walk: Walk) -> ast.AST:
    if node.ctx.__class__ is gast.Param:
        annotation = node.annotation and walk(node.annotation)
        made = ast.arg(arg=node.id, annotation=annotation, type_comment=node.type_comment)
        return cast("ast.AST", _at(made, node))
    new = ast.Name.__new__(ast.Name)
    fields: Fields = new.__dict__
    fields["id"] = node.id
    fields["ctx"] = walk(node.ctx)
    return cast("ast.AST", _at(new, node))


def _handler_to(node: Any, walk: Walk) -> ast.AST:
    name = node.name.id if isinstance(node.name, gast.Name) else node.name
    new = ast.ExceptHandler(
        type=node.type and walk(node.type), name=name, body=[walk(x) for x in node.body]
    )
    return cast("ast.AST", _at(new, node))


_FROM: dict[type[ast.AST], Maker] = {
    ast.Name: _name_from,
    ast.arg: _argument_from,
    ast.ExceptHandler: _handler_from,
}
_TO: dict[type[ast.AST], Maker] = {
    gast.Name: _name_to,
    gast.ExceptHandler: _handler_to,
}
