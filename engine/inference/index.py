"""One pass over a module's tree, for all that wants to know where things are."""

from __future__ import annotations

import ast

from engine.syntax.children import children
from engine.syntax.imports import bindings_of_import

__all__ = ["Index"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_GIVES_UP: dict[type[ast.AST], str] = {
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.NamedExpr: "walrus",
    ast.Match: "match",
}


class Index:
    """Where things are in a module.

    Attributes:
        parents: The node around each node; operators and contexts, which are shared, left out.
        imports: The symbols of all names that some import statement binds.
        lambdas: How many lambdas start on a line, by 1-based line.
        stores: Where each name is bound by an assignment, loop or `with`.
        attributes: Where an attribute of each name is read or set.
        gives_up: For each function with syntax that is not converted: what, and where.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imports: dict[str, str] = {}
        self.lambdas: dict[int, int] = {}
        self.stores: dict[str, list[ast.Name]] = {}
        self.attributes: dict[str, list[ast.Attribute]] = {}
        self.gives_up: dict[ast.AST, tuple[str, ast.AST]] = {}
        found: list[tuple[ast.AST, str]] = []
        self._walk(tree, found)
        for node, why in sorted(found, key=lambda pair: pair[0].lineno):  # type: ignore[attr-defined]
            self._blame(node, why)

    def _walk(self, tree: ast.Module, found: list[tuple[ast.AST, str]]) -> None:
        parents = self.parents
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind in _GIVES_UP:
                found.append((node, _GIVES_UP[kind]))
            elif kind is ast.Lambda:
                line = node.lineno  # type: ignore[attr-defined]
                self.lambdas[line] = self.lambdas.get(line, 0) + 1
            elif kind is ast.Import or kind is ast.ImportFrom:
                self.imports.update(bindings_of_import(node))  # type: ignore[arg-type]
            elif kind is ast.Name:
                if node.ctx.__class__ is ast.Store:  # type: ignore[attr-defined]
                    self.stores.setdefault(node.id, []).append(node)  # type: ignore[arg-type,attr-defined]
            elif kind is ast.Attribute:
                name: str = node.attr  # type: ignore[attr-defined]
                self.attributes.setdefault(name, []).append(node)  # type: ignore[arg-type]
                if name.startswith("__") and not name.endswith("__"):
                    found.append((node, "mangled"))
            elif (kind is ast.For or kind is ast.While) and node.orelse:  # type: ignore[attr-defined]
                found.append((node, "else"))
            below = children(node)
            for child in below:
                parents[child] = node
            stack += below

    def _blame(self, node: ast.AST, why: str) -> None:
        """Notes the syntax for all functions around it: they are converted together."""
        parent = self.parents.get(node)
        while parent is not None:
            if isinstance(parent, _FUNCTIONS):
                self.gives_up.setdefault(parent, (why, node))
            parent = self.parents.get(parent)
