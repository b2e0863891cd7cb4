"""Drops nodes whose results nobody uses and that do nothing else."""

from __future__ import annotations

from engine.ir.effects import needed_nodes
from engine.ir.graph import Graph, Node
from engine.ir.rewrite import rebuild
from engine.passes.pipeline import Stage, graph_pass


@graph_pass(Stage.CLEAN)
def dead_code(graph: Graph) -> Graph:
    """Keep what the outputs need and what must run for its effects."""
    live = live_nodes(graph)
    if len(live) == len(graph.nodes):
        return graph
    return rebuild(
        graph, lambda node, inputs, rewriter: rewriter.copy(node, inputs).outputs,
        keep=live.__contains__,
    )  # fmt: skip


def live_nodes(graph: Graph) -> set[Node]:
    """The nodes that the outputs need or that must run for their effects, and the inputs."""
    return needed_nodes(graph, inputs=True)
