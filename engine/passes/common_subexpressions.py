"""Computes equal things once."""

from __future__ import annotations

from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.op import PURE
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.passes.pipeline import Stage, graph_pass

_COMPARED_BYTES = 1 << 16
"""Larger constants are equal only to themselves."""


@graph_pass(Stage.SIMPLIFY)
def common_subexpressions(graph: Graph) -> Graph:
    """Nodes without effects that have the same op, inputs and attributes become one."""
    same = _duplicates(graph)
    if not same:
        return graph

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Tensors:
        known = same.get(node)
        if known is None:
            return rewriter.copy(node, inputs).outputs
        return tuple(rewriter.tensors[id(tensor)] for tensor in known.outputs)

    return rebuild(graph, visit)


def _duplicates(graph: Graph) -> dict[Node, Node]:
    """Nodes that compute what an earlier node computes, with that node."""
    seen: dict[Any, Node] = {}
    same: dict[Node, Node] = {}
    stands: dict[int, int] = {}  # identity of a duplicate's output -> that of the original's
    inputs = {tensor.node for tensor in graph.inputs}
    for node in graph.nodes:
        if node.op.effect != PURE or node in inputs:
            continue
        key = _key(node, stands)
        if key is None:
            continue
        known = seen.setdefault(key, node)
        if known is not node:
            same[node] = known
            stands.update((id(a), id(b)) for a, b in zip(node.outputs, known.outputs))
    return same


def _key(node: Node, stands: dict[int, int]) -> Any:
    inputs = tuple([stands.get(id(t), id(t)) for t in node.inputs])
    if not node.attrs:
        return (node.op.name, inputs)
    key = (
        node.op.name, inputs, tuple([_attr_key(value) for value in node.attrs.values()]),
    )  # fmt: skip
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _attr_key(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return ("float", value.hex())
    if kind is tuple:
        return ("tuple", tuple([_attr_key(item) for item in value]))
    if hasattr(value, "tobytes"):  # arrays and numpy scalars: by content
        if value.dtype.kind == "O" or value.nbytes > _COMPARED_BYTES:
            return ("object", id(value))
        return (value.dtype.str, value.shape, value.tobytes())
    return (kind, value)
