"""Drops nodes whose results nobody uses and that do nothing else."""

from __future__ import annotations

from engine.ir.effects import node_effects
from engine.ir.graph import Graph, Node
from engine.ir.rewrite import rewrite
from engine.passes.pipeline import Stage, graph_pass


@graph_pass(Stage.CLEAN)
def dead_code(graph: Graph) -> Graph:
    """Keep what the outputs need and what must run for its effects."""
    needed: set[Node] = {tensor.node for tensor in graph.outputs}
    needed.update(node for node in graph.nodes if node_effects(node).must_run)
    live = needed | {tensor.node for tensor in graph.inputs}
    live |= _ancestors(graph, live)
    if len(live) == len(graph.nodes):
        return graph
    return rewrite(graph, lambda node, inputs, copy: copy(), keep=live.__contains__)


def _ancestors(graph: Graph, roots: set[Node]) -> set[Node]:
    """Data ancestors; a control dependency alone keeps nothing alive."""
    seen = set(roots)
    stack = list(roots)
    while stack:
        for tensor in stack.pop().inputs:
            if tensor is not None and tensor.node not in seen:
                seen.add(tensor.node)
                stack.append(tensor.node)
    return seen
