"""What nested functions capture from the functions around them."""

from __future__ import annotations

import gast

from engine.analysis.activity import Activity

__all__ = ["captures"]


def captures(scopes: Activity, function: gast.AST) -> dict[gast.AST, frozenset[str]]:
    """By nested function or lambda: the names of `function` that it reads or rebinds.

    Args:
        scopes: The scopes of a tree that holds `function`.
        function: A function of that tree.
    """
    own = scopes.function[function].bound - scopes.function[function].nonlocals
    own -= scopes.function[function].globals
    found: dict[gast.AST, frozenset[str]] = {}
    for node, scope in scopes.function.items():
        if node is function or not _inside(scopes, node, function):
            continue
        names = (scope.free | scope.nonlocals) & own
        if names:
            found[node] = frozenset(names)
    return found


def _inside(scopes: Activity, node: gast.AST, function: gast.AST) -> bool:
    target = scopes.function[function]
    scope = scopes.function[node].parent
    while scope is not None:
        if scope is target:
            return True
        scope = scope.parent
    return False
