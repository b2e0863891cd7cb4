"""A traced function as data: its texts, the picture's nodes and edges, its traces."""

from __future__ import annotations

import inspect
import re
from typing import Any

from engine.executors.executor import executable
from engine.ir.graph import Graph, Node
from engine.ir.printer import graph_text, type_text
from engine.passes.dead_code import live_nodes
from engine.passes.pipeline import optimize
from engine.worker import real_tensorflow

__all__ = ["graph_texts", "line_map", "picture", "signature_text", "traces"]

_TEXT = 1_000_000
_NODES = 20_000
_ATTRIBUTE = 200
_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def graph_texts(graph: Graph, path: str) -> dict[str, Any]:
    """The graph as traced, of that what is used, as optimised; the executor's program.

    Each has its map to the lines of one file: what other files have made is on none of them.
    """
    optimized = optimize(graph)
    texts: dict[str, Any] = {}
    maps: dict[str, list[list[int]]] = {}
    made = {
        "traced": graph_text(graph),
        "used": graph_text(graph, shown=live_nodes),
        "optimized": graph_text(optimized),
    }
    for name, text in made.items():
        texts[name] = _cut(text)
        maps[name] = line_map(texts[name], path)
    texts["python"], maps["python"] = _program(optimized, path)
    return {**texts, "lineMaps": maps}


def _program(graph: Graph, path: str) -> tuple[str, list[list[int]]]:
    """The executor's program with the op each line computes, and the user's line of each."""
    source = getattr(executable(graph), "source", None)
    if source is None:
        return "# this executor makes no Python\n", []
    lines = source.text.split("\n")
    pairs = []
    for line, node in sorted(source.nodes.items()):
        lines[line - 1] += f"  # {node.op.type}"
        if (where := node.file_line) is not None and where[0] == path:
            pairs.append([line - 1, where[1] - 1])
    return _cut("\n".join(lines)), pairs


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else text[:_TEXT] + "\n# … cut here\n"


def line_map(text: str, path: str) -> list[list[int]]:
    """Pairs of 0-based lines, of the text and of a file, from the text's `# file.py:12`."""
    name = re.escape(path.replace("\\", "/").rsplit("/", 1)[-1])
    pairs = []
    for number, line in enumerate(text.split("\n")):
        if match := re.search(rf"# {name}:(\d+)$", line):
            pairs.append([number, int(match[1]) - 1])
    return pairs


def picture(graph: Graph) -> dict[str, Any]:
    """Nodes and edges of a graph, with the graphs inside it."""
    return _Picture().graph(graph, "")


class _Picture:
    """Counts nodes over all graphs, so that a picture stays of a size that can be drawn."""

    def __init__(self) -> None:
        self._left = _NODES

    def graph(self, graph: Graph, prefix: str, name: str = "") -> dict[str, Any]:
        names = graph.names()
        inputs = {tensor.node: label for tensor, label in _labelled_inputs(graph)}
        results = {tensor.node for tensor in graph.outputs}
        live = live_nodes(graph)
        nodes: list[dict[str, Any]] = []
        edges: list[dict[str, Any]] = []
        for node in graph.nodes:
            if self._left <= 0:
                break
            self._left -= 1
            node_id = prefix + names[node]
            nodes.append(self._node(node, node_id, inputs.get(node), node in results))
            nodes[-1]["unused"] = node not in live
            edges.extend(_edges(node, node_id, prefix, names))
        return {
            "name": name or graph.name,
            "nodes": nodes,
            "edges": edges,
            "outputs": [prefix + names[tensor.node] for tensor in graph.outputs],
        }

    def _node(self, node: Node, node_id: str, label: str | None, output: bool) -> dict[str, Any]:
        first = node.outputs[0] if node.outputs else None
        text = type_text(first.dtype, first.dims) if first is not None else ""
        where = node.file_line
        if label is not None:
            kind = "input"
        elif node.op.name == "raw.constant":
            kind = "constant"
        else:
            kind = "output" if output else "op"
        return {
            "id": node_id,
            "op": node.op.type,
            "label": label or node.op.type,
            "kind": kind,
            "dtype": first.dtype.name if first is not None else None,
            "shape": text[len(first.dtype.name) :] if first is not None else None,
            "source": {"path": where[0], "line": where[1] - 1} if where else None,
            "attributes": _attributes(node),
            "graphs": {
                key: self.graph(inner, f"{node_id}/{key}/", key) for key, inner in node.graphs
            },
        }


def _labelled_inputs(graph: Graph) -> list[tuple[Any, str]]:
    """The inputs with their names; a variable is called by its own."""
    labels = graph.input_names or tuple(graph.names()[tensor.node] for tensor in graph.inputs)
    return [
        (tensor, str(tensor.node.attrs.get("held_name") or label).removesuffix(":0"))
        for tensor, label in zip(graph.inputs, labels, strict=False)
    ]


def _edges(node: Node, node_id: str, prefix: str, names: dict[Node, str]) -> list[dict[str, Any]]:
    edges = [
        {
            "from": prefix + names[tensor.node],
            "to": node_id,
            "kind": "data",
            "label": type_text(tensor.dtype, tensor.dims),
        }
        for tensor in node.inputs
        if tensor is not None and tensor.node in names
    ]
    edges.extend(
        {"from": prefix + names[before], "to": node_id, "kind": "control", "label": ""}
        for before in node.after
        if before in names
    )
    return edges


def _attributes(node: Node) -> dict[str, str]:
    inner = {key.partition("[")[0] for key, _ in node.graphs}
    shown = {}
    for key, value in node.attrs.items():
        if key not in inner:
            text = " ".join(str(value).split())
            shown[key] = text if len(text) <= _ATTRIBUTE else text[:_ATTRIBUTE] + "…"
    return shown


def traces(function: Any) -> list[dict[str, Any]]:
    """Each trace of a decorated function, with the reason why the ones before did not do."""
    found: list[dict[str, Any]] = []
    earlier: list[list[tuple[str, str]]] = []
    for index, concrete in enumerate(_concrete_functions(function)):
        parts = _parts(concrete, function)
        text = ", ".join(f"{name}={kind}" for name, kind in parts)
        found.append({"index": index, "signature": f"({text})", "reason": _reason(parts, earlier)})
        earlier.append(parts)
    return found


def signature_text(concrete: Any, function: Any) -> str:
    """The signature of one trace of a decorated function."""
    return "(" + ", ".join(f"{name}={kind}" for name, kind in _parts(concrete, function)) + ")"


def _concrete_functions(function: Any) -> list[Any]:
    if real_tensorflow.is_traced(function):
        return real_tensorflow.traced_functions(function)
    cache = getattr(function, "_cache", None)
    return list(cache.values()) if isinstance(cache, dict) else []


def _parts(concrete: Any, function: Any) -> list[tuple[str, str]]:
    """Each argument's name and what the trace fixed of it."""
    args, kwargs = concrete.structured_input_signature
    names = _argument_names(concrete, function, len(args))
    pairs = [*zip(names, args, strict=False), *kwargs.items()]
    return [(name, _kind(value)) for name, value in pairs]


def _argument_names(concrete: Any, function: Any, count: int) -> list[str]:
    python = getattr(function, "python_function", None)
    python = getattr(python, "__func__", python)  # of a bound method: `self` is left out below
    try:
        parameters = inspect.signature(python).parameters.values() if python is not None else ()
    except (TypeError, ValueError):
        parameters = ()
    known = [one.name for one in parameters if one.kind in _POSITIONAL]
    if known and known[0] == "self":
        del known[0]
    known = known or real_tensorflow.argument_names(concrete)
    paths = list(getattr(getattr(concrete, "call", None), "paths", ()))
    if not known and len(paths) == count:
        known = paths
    return [known[i] if i < len(known) else f"argument {i + 1}" for i in range(count)]


def _kind(value: Any) -> str:
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        dims = value.shape.as_list() if value.shape.rank is not None else None
        return type_text(value.dtype, None if dims is None else tuple(dims))
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _reason(parts: list[tuple[str, str]], earlier: list[list[tuple[str, str]]]) -> str | None:
    """Why no earlier trace served: the differences to the most alike one."""
    if not earlier:
        return None
    differences = [_differences(parts, one) for one in earlier]
    best = min(differences, key=len)
    return "; ".join(best) if best else "other outer values"


def _differences(new: list[tuple[str, str]], old: list[tuple[str, str]]) -> list[str]:
    if len(new) != len(old):
        return ["another number of arguments"]
    told = []
    for (name, kind), (_, before) in zip(new, old, strict=True):
        if kind != before:
            cause = (
                "" if "[" in kind or "<" in kind else " (each Python value is a trace of its own)"
            )
            told.append(f"{name} was {before}, is {kind}{cause}")
    return told
