"""Which definitions of a name may reach a place, and which names may be defined there."""

from __future__ import annotations

from dataclasses import dataclass

import gast

from engine.analysis.activity import Activity
from engine.analysis.cfg import Cfg
from engine.analysis.dataflow import Bits, forwards
from engine.analysis.scope import Scope

__all__ = ["Definition", "defined", "definitions"]


@dataclass(frozen=True)
class Definition:
    """A place that gives a name a value: a statement, an iterable of `for`, or parameters."""

    name: str
    at: gast.AST


def defined(cfg: Cfg, scopes: Activity, bits: Bits) -> tuple[list[int], list[int]]:
    """Names that may have a value, as bits, before and after each node."""
    gen, kill = [], []
    for tree in cfg.trees:
        scope = scopes.statement.get(tree)
        gen.append(bits.of(_defines(scope)) if scope else 0)
        kill.append(bits.of(scope.modified | scope.deleted) if scope else 0)
    return forwards(cfg, lambda node, before: gen[node] | (before & ~kill[node]))


def _defines(scope: Scope) -> set[str]:
    """Every binding counts, declarations too; `del` binds and gives no value."""
    return ((scope.bound | scope.globals) - scope.deleted) | scope.params


def definitions(cfg: Cfg, scopes: Activity) -> dict[gast.AST, dict[str, frozenset[gast.AST]]]:
    """By node: for each name, the places whose value may be the one it has before the node.

    Args:
        cfg: The function's graph.
        scopes: Its scopes.

    Returns:
        A name that is missing for a node has no definition that reaches it; it comes from outside
        the function, or from nowhere.
    """
    made: list[Definition] = []
    by_name: dict[str, int] = {}
    gen = [0] * len(cfg.trees)
    for number, tree in enumerate(cfg.trees):
        scope = scopes.statement.get(tree)
        for name in sorted(_defines(scope)) if scope else ():
            bit = 1 << len(made)
            made.append(Definition(name, tree))
            by_name[name] = by_name.get(name, 0) | bit
            gen[number] |= bit
    kill = []
    for tree in cfg.trees:
        scope = scopes.statement.get(tree)
        killed = 0
        for name in (scope.modified | scope.deleted | scope.params) if scope else ():
            killed |= by_name.get(name, 0)
        kill.append(killed)
    before, _ = forwards(cfg, lambda node, value: gen[node] | (value & ~kill[node]))
    return {tree: _group(made, before[number]) for number, tree in enumerate(cfg.trees)}


def _group(made: list[Definition], bits: int) -> dict[str, frozenset[gast.AST]]:
    found: dict[str, set[gast.AST]] = {}
    for i, definition in enumerate(made):
        if bits >> i & 1:
            found.setdefault(definition.name, set()).add(definition.at)
    return {name: frozenset(places) for name, places in found.items()}
