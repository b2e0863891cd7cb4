"""A graph as plain records: what `graph.as_graph_def()` answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.ir.graph import Graph, Node


@dataclass(frozen=True)
class NodeDef:
    """One node.

    Attributes:
        name: unique name.
        op: TensorFlow's name of the op.
        input: names of the inputs (`name`, `name:1` for further outputs, `^name` for control).
        attr: attributes; graphs appear by their names.
    """

    name: str
    op: str
    input: list[str]
    attr: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FunctionLibrary:
    """The graphs inside a graph.

    Attributes:
        function: one record for each, in order of appearance.
    """

    function: list[GraphDef]


@dataclass(frozen=True)
class GraphDef:
    """A graph.

    Attributes:
        name: of the function it was traced from.
        node: its nodes, in an order that can run.
        library: the graphs inside it.
    """

    name: str
    node: list[NodeDef]
    library: FunctionLibrary


def graph_def(graph: Graph) -> GraphDef:
    """The records of a graph."""
    names = graph.names()
    inner: list[GraphDef] = []
    nodes = []
    for node in graph.nodes:
        inner += [graph_def(g) for _, g in node.graphs]
        nodes.append(NodeDef(names[node], node.type, _inputs(node, names), _attrs(node)))
    return GraphDef(graph.name, nodes, FunctionLibrary(inner))


def _inputs(node: Node, names: dict[Node, str]) -> list[str]:
    data = [
        names[t.node] + (f":{t.index}" if t.index else "") for t in node.inputs if t is not None
    ]
    return data + [f"^{names[before]}" for before in node.after if before in names]


def _attrs(node: Node) -> dict[str, Any]:
    return {
        key: value.name if isinstance(value, Graph) else value for key, value in node.attrs.items()
    }
