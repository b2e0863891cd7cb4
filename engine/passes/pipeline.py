"""The stages of passes; each stage is repeated until nothing changes."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from engine.ir.graph import Graph
from engine.ir.op import GRAPHS
from engine.ir.rewrite import Rewriter, Tensors, rebuild

GraphPass = Callable[[Graph], Graph]

_ROUNDS = 8


class Stage(enum.IntEnum):
    """When a pass runs."""

    INLINE = 0
    SIMPLIFY = 1
    CLEAN = 2


class Step(NamedTuple):
    """What one pass did.

    Attributes:
        name: of the pass.
        graph: its result.
        summary: nodes that it took away and added, by type: `-2 Mul +1 Const`.
    """

    name: str
    graph: Graph
    summary: str


PASSES: dict[str, tuple[Stage, GraphPass]] = {}


def graph_pass(stage: Stage) -> Callable[[GraphPass], GraphPass]:
    """Register a pass; being in this folder and decorated is all it takes.

    A pass answers the very graph it was given where it changes nothing. It sees the graphs of
    branches and loops too, inner ones first.
    """

    def register(function: GraphPass) -> GraphPass:
        PASSES[function.__name__] = (stage, function)
        return function

    return register


def load() -> None:
    """Import every pass of this folder."""
    import sys

    from engine.base.discover import import_all

    import_all(sys.modules["engine.passes"])


_loaded: list[bool] = []


def optimize(graph: Graph, trail: list[Any] | None = None) -> Graph:
    """The graph after all passes.

    Args:
        graph: as traced; it stays as it is.
        trail: if given, receives a `Step` for each pass that changed something.
    """
    known = graph.compiled.get("optimized")
    if known is not None and trail is None:
        return known
    if not _loaded:
        load()
        _loaded.append(True)
    result = graph
    for stage in Stage:
        passes = [(name, function) for name, (when, function) in PASSES.items() if when is stage]
        for _ in range(_ROUNDS):
            before = result
            for name, function in passes:
                changed = everywhere(function, result)
                if changed is not result and trail is not None:
                    trail.append(Step(name, changed, _summary(result, changed)))
                result = changed
            if result is before:
                break
    graph.compiled["optimized"] = result
    result.compiled["optimized"] = result
    return result


def everywhere(function: GraphPass, graph: Graph) -> Graph:
    """The graph after one pass over the graphs inside it, and over itself."""
    changed: dict[int, Graph] = {}
    for node in graph.nodes:
        if node.op.effect == GRAPHS:
            for _, inner in node.graphs:
                made = everywhere(function, inner)
                if made is not inner:
                    changed[id(inner)] = made
    if changed:
        graph = _with_graphs(graph, changed)
    return function(graph)


def _with_graphs(graph: Graph, changed: dict[int, Graph]) -> Graph:
    def swapped(value: Any) -> Any:
        if isinstance(value, Graph):
            return changed.get(id(value), value)
        if isinstance(value, tuple) and value and isinstance(value[0], Graph):
            return tuple(changed.get(id(item), item) for item in value)
        return value

    def visit(node: Any, inputs: Tensors, rewriter: Rewriter) -> Tensors:
        if node.op.effect != GRAPHS:
            return rewriter.copy(node, inputs).outputs
        attrs = {key: swapped(value) for key, value in node.attrs.items()}
        return rewriter.copy(node, inputs, attrs).outputs

    return rebuild(graph, visit)


def _summary(before: Graph, after: Graph) -> str:
    old, new = _types(before), _types(after)
    parts = [f"-{count} {name}" for name, count in sorted((old - new).items())]
    parts += [f"+{count} {name}" for name, count in sorted((new - old).items())]
    return " ".join(parts)


def _types(graph: Graph) -> Counter[str]:
    found = Counter(node.op.type for node in graph.nodes)
    for node in graph.nodes:
        for _, inner in node.graphs:
            found += _types(inner)
    return found
