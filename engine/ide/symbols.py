"""What is at a position of a file: the name, and the public symbol it stands for."""

from __future__ import annotations

import ast

from engine.ide.snapshot import SymbolInfo
from engine.syntax.imports import dotted_name, module_bindings, resolve
from engine.syntax.parse import Parsed

__all__ = ["symbol_at"]


def symbol_at(parsed: Parsed, offset: int) -> SymbolInfo | None:
    """The longest dotted name at an offset."""
    source, tree = parsed.source, parsed.python_tree
    if tree is None:
        return None
    best: ast.expr | None = None
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            span = source.span(node)
            if span.start <= offset <= span.end and (
                best is None or span.encloses(source.span(best))
            ):
                best = node
    if best is None:
        return None
    name = dotted_name(best)
    if name is None:
        return None
    return SymbolInfo(name, source.span(best), resolve(best, module_bindings(tree)))
