"""Computes what depends on constants alone, once."""

from __future__ import annotations

from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.interpreter import new_eager
from engine.ir.op import PURE
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.ir.tensor import EagerTensor
from engine.passes.pipeline import Stage, graph_pass

_MAX_ELEMENTS = 100_000
"""Larger results stay computed at run time: they would bloat the graph."""


@graph_pass(Stage.SIMPLIFY)
def constant_folding(graph: Graph) -> Graph:
    """Replace nodes without effects whose inputs are constants by their values."""
    if not any(_foldable(node, node.inputs) for node in graph.nodes):
        return graph
    folded = 0

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Tensors:
        nonlocal folded
        if _foldable(node, inputs):
            value = _value(node, inputs)
            if value is not None:
                folded += 1
                return (rewriter.constant(node, value, node.outputs[0]),)
        return rewriter.copy(node, inputs).outputs

    result = rebuild(graph, visit)
    return result if folded else graph


def _foldable(node: Node, inputs: Tensors) -> bool:
    if node.op.effect != PURE or not inputs or len(node.outputs) != 1:
        return False
    for tensor in inputs:
        if tensor is None or tensor.node.op.name != "raw.constant":
            return False
    return node.outputs[0].dtype.kind in "fiucb" and not any(node.graphs)


def _value(node: Node, inputs: Tensors) -> Any:
    """The node's value, or None where it must stay in the graph."""
    arguments = tuple(EagerTensor(t.node.attrs["value"], t.dtype) for t in inputs)
    try:
        result: Any = new_eager().apply(node.op, arguments, node.attrs)
    except Exception:
        return None
    value = result[0]._value if type(result) is tuple else result._value
    return value if getattr(value, "size", 1) <= _MAX_ELEMENTS else None
