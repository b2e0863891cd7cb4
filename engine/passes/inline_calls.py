"""Puts the nodes of called functions in place of the calls."""

from __future__ import annotations

from engine.ir.graph import Graph, Node
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.passes.pipeline import Stage, graph_pass

_MAX_NODES = 50_000
"""No further calls are opened in a graph that has grown to this size."""


@graph_pass(Stage.INLINE)
def inline_calls(graph: Graph) -> Graph:
    """Open the calls of other graphs; effects keep their order."""
    if not any(_opens(node) for node in graph.nodes):
        return graph
    opened = 0

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Tensors:
        nonlocal opened
        if not _opens(node) or len(rewriter.made) > _MAX_NODES:
            return rewriter.copy(node, inputs).outputs
        opened += 1
        return rewriter.inline(node, node.attrs["graph"], inputs)

    made = rebuild(graph, visit)
    return made if opened else graph


def _opens(node: Node) -> bool:
    return node.op.name == "raw.call"
