"""Graphs as JSON, and back."""

from __future__ import annotations

from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.op import find_op
from engine.ir.tensor import SymbolicTensor
from engine.saving.encoding import Decoder, Encoder


def write_graph(graph: Graph, encode: Encoder) -> Any:
    """The JSON form of a graph.

    Raises:
        NotImplementedError: for a node that holds what cannot be saved, such as Python code.
    """
    numbers = {node: i for i, node in enumerate(graph.nodes)}
    return {
        "name": graph.name,
        "nodes": [_write_node(node, numbers, encode) for node in graph.nodes],
        "inputs": [_place(tensor, numbers) for tensor in graph.inputs],
        "outputs": [_place(tensor, numbers) for tensor in graph.outputs],
        "input_names": list(graph.input_names),
    }


def _place(tensor: Any, numbers: dict[Node, int]) -> Any:
    return None if tensor is None else [numbers[tensor.node], tensor.index]


def _write_node(node: Node, numbers: dict[Node, int], encode: Encoder) -> Any:
    attrs = {}
    for key, value in node.attrs.items():
        try:
            attrs[key] = encode(value)
        except TypeError as error:
            raise NotImplementedError(
                f"The op {node.op.type!r} cannot be saved: its {key!r} is {error}, which lives in "
                "this Python program only. Leave it out of the functions that are saved (trace "
                "them without it), or save the variables with tf.train.Checkpoint."
            ) from None
    return {
        "op": node.op.name,
        "inputs": [_place(tensor, numbers) for tensor in node.inputs],
        "attrs": attrs,
        "after": [numbers[before] for before in node.after if before in numbers],
        "outputs": [[t.dtype.name, encode(t.dims)] for t in node.outputs],
        "name": node.name_hint,
        "device": node.device,
    }


def read_graph(data: Any, decode: Decoder) -> Graph:
    """The graph of its JSON form."""
    from engine.ir.dtypes import as_dtype

    owner = _Owner()
    nodes: list[Node] = []

    def tensor(place: Any) -> Any:
        return None if place is None else nodes[place[0]].outputs[place[1]]

    for item in data["nodes"]:
        node = Node(
            find_op(item["op"]), tuple([tensor(place) for place in item["inputs"]]),
            {key: decode(value) for key, value in item["attrs"].items()}, owner, None,
            item["name"], item["device"],
        )  # fmt: skip
        node.after = tuple([nodes[i] for i in item["after"]])
        node.outputs = tuple([
            SymbolicTensor(node, i, as_dtype(dtype), decode(dims))
            for i, (dtype, dims) in enumerate(item["outputs"])
        ])  # fmt: skip
        nodes.append(node)
    graph = Graph(
        data["name"], tuple([tensor(place) for place in data["inputs"]]), tuple(nodes),
        tuple([tensor(place) for place in data["outputs"]]), tuple(data["input_names"]),
    )  # fmt: skip
    owner.graph = graph
    return graph


class _Owner:
    """What nodes ask for their names."""

    graph: Graph

    def names(self) -> dict[Node, str]:
        return self.graph.names()
