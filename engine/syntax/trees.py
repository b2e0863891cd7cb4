"""Copies of `gast` trees, and the way from and to the standard library's `ast`.

The same work as `gast.ast_to_gast` and `gast.gast_to_ast`, several times as fast: conversion of a
function is dominated by it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar, cast

import gast

__all__ = ["copy_tree", "from_python", "into_python", "to_python"]

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


def into_python(node: ast.AST) -> ast.AST:
    """A `gast` tree made the `ast` tree, node by node: for a tree that nobody else uses.

    Nodes that hold others are changed in place, which costs half of what new ones do; contexts and
    operators, which trees share, are replaced.
    """
    kind = node.__class__
    known = _INTO.get(kind)
    if known is None:
        known = _INTO[kind] = _conversion(kind)
    python, parts, missing, shared = known
    if shared is not None:
        return shared
    fields = node.__dict__
    for key in parts:
        value = fields.get(key)
        if value.__class__ is list:
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    value[i] = into_python(item)
        elif isinstance(value, ast.AST):
            fields[key] = into_python(value)
    for key in missing:
        if key not in fields:
            fields[key] = [] if key == "type_params" else None
    if kind is gast.Name and fields["ctx"].__class__ is _PARAM_KIND:
        fields["arg"] = fields["id"]
        python = ast.arg
    elif kind is gast.ExceptHandler and fields["name"].__class__ is ast.Name:
        fields["name"] = fields["name"].id
    node.__class__ = python
    return node


Conversion = tuple[Any, tuple[str, ...], tuple[str, ...], ast.AST | None]
_NO_NODES = frozenset({"arg", "attr", "id", "kind", "level", "module", "names", "rest",
                       "simple", "type_comment", "type_ignores"})  # fmt: skip
_LATE = ("type_params", "kind", "default_value")
"""Fields that older trees lack."""


def _conversion(kind: Any) -> Conversion:
    """The other class, the fields with nodes, those to fill in, and what takes the node's place."""
    if kind is _PARAM_KIND:
        return kind, (), (), gast.Param()
    python = getattr(ast, kind.__name__)
    if kind is python:  # met before, by another way
        return python, (), (), None
    if not kind._attributes and not kind._fields:
        return python, (), (), python()
    parts = tuple(
        name for name in kind._fields
        if kind is not gast.Constant and (name not in _NO_NODES or kind in _WITH_NAMES)
    )  # fmt: skip
    return python, parts, tuple(name for name in _LATE if name in python._fields), None


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
_PARAM_KIND = gast.Param
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


_INTO: dict[type[ast.AST], Conversion] = {}
_WITH_NAMES = (gast.Import, gast.ImportFrom)
_FROM: dict[type[ast.AST], Maker] = {
    ast.Name: _name_from,
    ast.arg: _argument_from,
    ast.ExceptHandler: _handler_from,
}
_TO: dict[type[ast.AST], Maker] = {
    gast.Name: _name_to,
    gast.ExceptHandler: _handler_to,
}
