"""Computes equal things once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.op import PURE
from engine.ir.rewrite import Tensors, rewrite
from engine.passes.pipeline import Stage, graph_pass


@graph_pass(Stage.SIMPLIFY)
def common_subexpressions(graph: Graph) -> Graph:
    """Nodes without effects that have the same op, inputs and attributes become one."""
    seen: dict[Any, Tensors] = {}
    merged = 0

    def visit(node: Node, inputs: Tensors, copy: Callable[[], Tensors]) -> Tensors:
        nonlocal merged
        key = None if node.op.effect != PURE else _key(node, inputs)
        if key is None:
            return copy()
        known = seen.get(key)
        if known is None:
            seen[key] = known = copy()
        else:
            merged += 1
        return known

    result = rewrite(graph, visit)
    return result if merged else graph


def _key(node: Node, inputs: Tensors) -> Any:
    attrs = tuple((name, _attr_key(value)) for name, value in node.attrs.items())
    key = (node.op.name, tuple(map(id, inputs)), attrs)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _attr_key(value: Any) -> Any:
    if hasattr(value, "tobytes"):  # arrays and numpy scalars: by content
        if getattr(value, "dtype", None) is not None and value.dtype.kind == "O":
            return ("object", id(value))
        return (str(value.dtype), getattr(value, "shape", ()), value.tobytes())
    if type(value) is float:
        return ("float", value.hex())
    return (type(value), value)
