"""The stages of passes; each stage is repeated until nothing changes."""

from __future__ import annotations

import enum
from collections.abc import Callable

from engine.ir.graph import Graph

GraphPass = Callable[[Graph], Graph]


class Stage(enum.IntEnum):
    """When a pass runs."""

    SIMPLIFY = 0
    CLEAN = 1


PASSES: dict[str, tuple[Stage, GraphPass]] = {}


def graph_pass(stage: Stage) -> Callable[[GraphPass], GraphPass]:
    """Register a pass; being in this folder and decorated is all it takes."""

    def register(function: GraphPass) -> GraphPass:
        PASSES[function.__name__] = (stage, function)
        return function

    return register


def load() -> None:
    """Import every pass of this folder."""
    import sys

    from engine.base.discover import import_all

    if not PASSES:
        import_all(sys.modules["engine.passes"])


def optimize(graph: Graph, trail: list[tuple[str, Graph]] | None = None) -> Graph:
    """The graph after all passes.

    Args:
        graph: as traced.
        trail: if given, receives each pass that changed something, with its result.
    """
    known = graph.compiled.get("optimized")
    if known is not None and trail is None:
        return known  # type: ignore[no-any-return]
    load()
    result = graph
    for stage in Stage:
        for _ in range(8):
            before = result
            for name, (when, function) in PASSES.items():
                if when is stage:
                    changed = function(result)
                    if changed is not result and trail is not None:
                        trail.append((name, changed))
                    result = changed
            if result is before:
                break
    graph.compiled["optimized"] = result
    return result
