"""Graphs as text: one line a node, with the user's line beside it."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from engine.ir.dtypes import DType
from engine.ir.graph import Graph, Node
from engine.ir.shapes import Dims


def graph_text(
    graph: Graph,
    indent: str = "",
    name: str | None = None,
    shown: Callable[[Graph], Container[Node]] | None = None,
) -> str:
    """The text of a graph; graphs inside it follow their node, indented.

    Args:
        graph: The graph.
        indent: What each line begins with.
        name: What it is called in the first line; its own name where there is none.
        shown: The nodes of a graph that are shown, a last line counts the others; None for all.
    """
    numbers: dict[int, int] = {}
    nodes: dict[Node, int] = {}
    lines = []
    arguments = []
    for tensor, label in zip(graph.inputs, graph.input_names or [""] * len(graph.inputs)):
        numbers[id(tensor)] = len(numbers)
        arguments.append(f"%{numbers[id(tensor)]} {label}: {type_text(tensor.dtype, tensor.dims)}")
    lines.append(f"{indent}{name or 'graph ' + graph.name}({', '.join(arguments)}):")
    inputs = {tensor.node for tensor in graph.inputs}
    wanted = graph.nodes if shown is None else shown(graph)
    left_out = 0
    for node in graph.nodes:
        if node in inputs:
            nodes[node] = numbers[id(node.outputs[0])]
            continue
        nodes[node] = len(numbers)
        for tensor in node.outputs:
            numbers[id(tensor)] = len(numbers)
        if not node.outputs:
            numbers[id(node)] = len(numbers)
        if node not in wanted:
            left_out += 1
            continue
        lines.append(f"{indent}  {_node_text(node, numbers, nodes)}")
        for key, inner in node.graphs:
            lines.append(graph_text(inner, indent + "    ", key, shown))
    if left_out:
        word = "node that nothing needs is" if left_out == 1 else "nodes that nothing needs are"
        lines.append(f"{indent}  # {left_out} {word} left out")
    returned = ", ".join(f"%{numbers[id(tensor)]}" for tensor in graph.outputs)
    lines.append(f"{indent}  return {returned}".rstrip())
    return "\n".join(lines)


def type_text(dtype: DType, dims: Dims) -> str:
    """`float32[3,?]`, or `float32<unknown>`."""
    if dims is None:
        return f"{dtype.name}<unknown>"
    return f"{dtype.name}[{','.join('?' if size is None else str(size) for size in dims)}]"


def _node_text(node: Node, numbers: dict[int, int], nodes: dict[Node, int]) -> str:
    results = ", ".join(f"%{numbers[id(t)]} {type_text(t.dtype, t.dims)}" for t in node.outputs)
    inputs = [f"%{numbers[id(t)]}" if t is not None else "None" for t in node.inputs]
    attrs = [
        f"{key}={_attr_text(value)}"
        for key, value in node.attrs.items()
        if not isinstance(value, Graph)
        and not (isinstance(value, tuple) and value and isinstance(value[0], Graph))
        and not (node.op.name == "raw.constant" and key != "value")
    ]
    left = results or f"%{nodes[node]}"
    text = f"{left} = {node.op.type}({', '.join(inputs + attrs)})"
    if node.after:
        before = [f"%{nodes[one]}" for one in node.after if one in nodes]
        text += f" after {', '.join(before)}"
    where = node.file_line
    if where is not None:
        text += f"  # {where[0].replace(chr(92), '/').rsplit('/', 1)[-1]}:{where[1]}"
    return text


def _attr_text(value: Any) -> str:
    if isinstance(value, DType):
        return value.name
    text = " ".join(repr(value).split()) if type(value).__module__ != "numpy" else _array(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _array(value: Any) -> str:
    if getattr(value, "shape", ()):
        return " ".join(str(value.tolist()).split())
    return str(value)
