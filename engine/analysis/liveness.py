"""Which names are needed later: before and after each node of a function."""

from __future__ import annotations

from collections.abc import Mapping

import gast

from engine.analysis.activity import Activity
from engine.analysis.cfg import Cfg
from engine.analysis.dataflow import Bits, backwards, forwards

__all__ = ["closures_reaching", "liveness"]


def closures_reaching(cfg: Cfg, scopes: Activity, bits: Bits, outer: int) -> list[int]:
    """By node: the free names of all functions that were defined before it.

    A function may be called wherever its definition reaches, so its free names are needed there.
    Lambdas count where they stand, not here.

    Args:
        cfg: The function's graph.
        scopes: Its scopes.
        bits: Numbers of names.
        outer: What reaches the function itself from the functions around it.
    """
    made = {
        number: bits.of(scopes.function[tree].free)
        for tree, number in cfg.number.items()
        if isinstance(tree, (gast.FunctionDef, gast.AsyncFunctionDef))
    }
    if not made:
        return [outer] * len(cfg.trees)
    before, _ = forwards(cfg, lambda node, value: value | made.get(node, 0), outer)
    return before


def liveness(
    cfg: Cfg, scopes: Activity, bits: Bits, closures: list[int] | None = None
) -> tuple[list[int], list[int]]:
    """Live names as bits, before and after each node.

    Args:
        cfg: The function's graph.
        scopes: Its scopes.
        bits: Numbers of names.
        closures: By node: names that functions defined before it need.

    Returns:
        Names that are live before each node, and after it.
    """
    gen, kill = _effects(cfg, scopes.statement, bits)
    if closures is not None:
        gen = [one | two for one, two in zip(gen, closures)]
    return backwards(cfg, lambda node, after: gen[node] | (after & ~kill[node]))


def _effects(
    cfg: Cfg, scopes: Mapping[gast.AST, object], bits: Bits
) -> tuple[list[int], list[int]]:
    gen, kill = [], []
    for tree in cfg.trees:
        scope = scopes.get(tree)
        gen.append(bits.of(getattr(scope, "read", ())))
        kill.append(
            bits.of(getattr(scope, "modified", ())) | bits.of(getattr(scope, "deleted", ()))
        )
    return gen, kill
