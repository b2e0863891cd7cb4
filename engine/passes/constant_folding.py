"""Computes what depends on constants alone, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.interpreter import new_eager
from engine.ir.op import PURE
from engine.ir.rewrite import Tensors, rewrite
from engine.ir.tensor import EagerTensor
from engine.passes.pipeline import Stage, graph_pass

_MAX_ELEMENTS = 100_000
"""Larger results stay computed at run time: they would bloat the graph."""


@graph_pass(Stage.SIMPLIFY)
def constant_folding(graph: Graph) -> Graph:
    """Replace nodes without effects whose inputs are constants by their values."""
    folded = 0

    def visit(node: Node, inputs: Tensors, copy: Callable[[], Tensors]) -> Tensors:
        nonlocal folded
        if not _foldable(node, inputs):
            return copy()
        value = _value(node, inputs)
        if value is None:
            return copy()
        folded += 1
        outputs = copy()
        (output,) = outputs
        constant_node(output.node, value)
        return outputs

    result = rewrite(graph, visit)
    return result if folded else graph


def _foldable(node: Node, inputs: Tensors) -> bool:
    return (
        node.op.effect == PURE
        and bool(inputs)
        and len(node.outputs) == 1
        and node.outputs[0].dtype.kind in "fiucb"
        and all(t is not None and t.node.op.name == "raw.constant" for t in inputs)
        and not any(node.graphs)
    )


def _value(node: Node, inputs: Tensors) -> Any:
    """The node's value, or None where it must stay in the graph."""
    arguments = tuple(EagerTensor(t.node.attrs["value"], t.dtype) for t in inputs)
    try:
        result: Any = new_eager().apply(node.op, arguments, node.attrs)
    except Exception:  # noqa: BLE001 - it fails at run time, where the user's line is shown
        return None
    value = result[0]._value if type(result) is tuple else result._value
    return value if getattr(value, "size", 1) <= _MAX_ELEMENTS else None


def constant_node(node: Node, value: Any) -> None:
    """Turn a node that was just copied into a constant."""
    from engine.ir.op import find_op

    tensor = node.outputs[0]
    node.op = find_op("raw.constant")
    node.inputs = ()
    node.attrs = {"value": value, "dtype": tensor.dtype, "dims": getattr(value, "shape", ())}
