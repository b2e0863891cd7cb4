"""Checks that a graph is well formed: what every pass and recorder must keep."""

from __future__ import annotations

from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.shapes import compatible


def verify(graph: Graph) -> None:
    """Check a graph and the graphs inside it.

    Raises:
        ValueError: saying which node breaks which rule.
    """
    made: set[int] = set()
    seen: set[Node] = set()
    for node in graph.nodes:
        for i, tensor in enumerate(node.inputs):
            if tensor is not None and id(tensor) not in made:
                raise ValueError(_text(graph, node, f"input {i} is no output of an earlier node"))
        for before in node.after:
            if before not in seen:
                raise ValueError(_text(graph, node, "a control dependency stands after it"))
        for i, tensor in enumerate(node.outputs):
            if tensor.node is not node or tensor.index != i:
                raise ValueError(_text(graph, node, f"output {i} belongs to another place"))
            made.add(id(tensor))
        if node in seen:
            raise ValueError(_text(graph, node, "it stands in the graph twice"))
        seen.add(node)
        _check_inner(graph, node)
    for kind, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        for i, tensor in enumerate(tensors):
            if id(tensor) not in made:
                raise ValueError(f"graph {graph.name!r}: {kind} {i} is made by no node of it")
    placeholders = {n for n in seen if n.op.name == "raw.placeholder"}
    if placeholders != {tensor.node for tensor in graph.inputs}:
        raise ValueError(f"graph {graph.name!r}: placeholders and inputs differ")


def _text(graph: Graph, node: Node, problem: str) -> str:
    return f"graph {graph.name!r}, node of type {node.op.type}: {problem}"


def _check_inner(graph: Graph, node: Node) -> None:
    """The graphs of branches and loops fit their node."""
    for _, inner in node.graphs:
        verify(inner)
    name = node.op.name
    if name in ("raw.cond", "raw.switch_case"):
        for key, inner in node.graphs:
            _check_types(graph, node, f"inputs of {key}", node.inputs[1:], inner.inputs)
            _check_types(graph, node, f"outputs of {key}", inner.outputs, node.outputs)
    elif name == "raw.while_loop":
        count = node.attrs["count"]
        for key in ("test", "body"):
            inner = node.attrs[key]
            _check_types(graph, node, f"inputs of {key}", node.inputs, inner.inputs)
        _check_types(graph, node, "variables", node.attrs["body"].outputs, node.inputs[:count])
        _check_types(graph, node, "outputs", node.attrs["body"].outputs, node.outputs)
    elif name == "raw.call":
        _check_types(graph, node, "inputs", node.inputs, node.attrs["graph"].inputs)


def _check_types(graph: Graph, node: Node, what: str, given: Any, wanted: Any) -> None:
    if len(given) != len(wanted):
        raise ValueError(_text(graph, node, f"{what}: {len(given)} instead of {len(wanted)}"))
    for i, (a, b) in enumerate(zip(given, wanted)):
        if a.dtype is not b.dtype or not compatible(a.dims, b.dims):
            raise ValueError(_text(graph, node, f"{what}: number {i} has another dtype or shape"))
