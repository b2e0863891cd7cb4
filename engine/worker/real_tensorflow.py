"""The real TensorFlow in the worker, where it is installed and chosen: its graph in our shapes."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["argument_names", "describe", "is_traced", "traced_functions"]

_NODES = 20_000
_TEXT = 1_000_000


def is_traced(function: Any) -> bool:
    """Whether a function is one of TensorFlow's own traced functions."""
    return type(function).__module__.startswith("tensorflow.")


def traced_functions(function: Any) -> list[Any]:
    """The concrete functions of a traced function."""
    listed = getattr(function, "_list_all_concrete_functions", None)
    return list(listed()) if callable(listed) else []


def argument_names(concrete: Any) -> list[str]:
    """The names of a concrete function's arguments."""
    return list(getattr(getattr(concrete, "function_type", None), "parameters", ()))


def describe(function: Any, concrete: Any, path: str) -> dict[str, Any]:
    """The graph as text and picture, and TensorFlow's own graph code."""
    graph = concrete.graph
    lines: list[str] = []
    pairs: list[list[int]] = []
    _write(graph, getattr(function, "__name__", "function"), path, lines, pairs, 0)
    text = "\n".join(lines)[:_TEXT]
    picture = _picture(graph, path)
    return {
        "graph": {
            "traced": text,
            "optimized": text,
            "python": _graph_code(function),
            "lineMaps": {"traced": pairs, "optimized": pairs, "python": []},
        },
        "picture": {"before": picture, "after": picture},
    }


def _write(
    graph: Any, name: str, path: str, lines: list[str], pairs: list[list[int]], depth: int
) -> None:
    """Adds a graph to the lines, the graphs of its branches and loops below their nodes."""
    indent = "    " * depth
    lines.append(f"{indent}graph {name}:")
    for operation in graph.get_operations():
        if len(lines) > _NODES:
            break
        where = _users_line(operation, path)
        if where is not None:
            pairs.append([len(lines), where])
        lines.append(indent + _text(operation, where))
        for attribute, inner in _inner_graphs(operation).items():
            _write(inner, attribute, path, lines, pairs, depth + 1)
    lines.append(f"{indent}  return {', '.join(tensor.name for tensor in graph.outputs)}")


def _inner_graphs(operation: Any) -> dict[str, Any]:
    """The graphs of the branches of a choice, or of the test and the body of a loop, by name."""
    try:
        if operation.type in ("If", "StatelessIf", "Case", "StatelessCase"):
            module = importlib.import_module("tensorflow.python.ops.cond_v2")
            graphs = module.get_func_graphs(operation)
            names = ("then_branch", "else_branch") if operation.type.endswith("If") else None
            return {
                names[index] if names else f"branch_{index}": graph
                for index, graph in enumerate(graphs)
            }
        if operation.type in ("While", "StatelessWhile"):
            module = importlib.import_module("tensorflow.python.ops.while_v2")
            return {
                name: module._get_graph(operation, name, f"_{name}_graph")
                for name in ("cond", "body")
            }
    except Exception:  # parts of TensorFlow that are not public: without them, no inner graphs
        return {}
    return {}


def _graph_code(function: Any) -> str:
    tensorflow = importlib.import_module("tensorflow")
    code = tensorflow.autograph.to_code(function.python_function)
    return f"# tf.autograph.to_code of TensorFlow {tensorflow.__version__}\n{code}"


def _text(operation: Any, where: int | None) -> str:
    results = ", ".join(
        f"{tensor.name} {tensor.dtype.name}{_dims(tensor)}" for tensor in operation.outputs
    )
    inputs = ", ".join(tensor.name for tensor in operation.inputs)
    after = ", ".join(before.name for before in operation.control_inputs)
    text = f"  {results or operation.name} = {operation.type}({inputs})"
    text += f" after {after}" if after else ""
    return text if where is None else f"{text}  # line {where + 1}"


def _dims(tensor: Any) -> str:
    if tensor.shape.rank is None:
        return "<unknown>"
    return f"[{','.join('?' if size is None else str(size) for size in tensor.shape.as_list())}]"


def _users_line(operation: Any, path: str) -> int | None:
    for frame in reversed(operation.traceback or ()):
        if frame[0] == path:
            return int(frame[1]) - 1
    return None


def _picture(graph: Any, path: str, prefix: str = "") -> dict[str, Any]:
    """The graph as docs/protocol.md has it; ids of inner graphs begin with their place."""
    results = {tensor.op.name for tensor in graph.outputs}
    nodes, edges = [], []
    for operation in graph.get_operations()[:_NODES]:
        first = operation.outputs[0] if operation.outputs else None
        where = _users_line(operation, path)
        kinds = {"Placeholder": "input", "Const": "constant"}
        kind = kinds.get(operation.type, "output" if operation.name in results else "op")
        nodes.append(
            {
                "id": prefix + operation.name,
                "op": operation.type,
                "label": operation.name if kind == "input" else operation.type,
                "kind": kind,
                "dtype": first.dtype.name if first is not None else None,
                "shape": _dims(first) if first is not None else None,
                "source": None if where is None else {"path": path, "line": where},
                "attributes": {},
                "graphs": {
                    attribute: _picture(inner, path, f"{prefix}{operation.name}/{attribute}/")
                    for attribute, inner in _inner_graphs(operation).items()
                },
            }
        )
        for tensor in operation.inputs:
            label = f"{tensor.dtype.name}{_dims(tensor)}"
            edges.append(
                {
                    "from": prefix + tensor.op.name,
                    "to": prefix + operation.name,
                    "kind": "data",
                    "label": label,
                }
            )
        edges.extend(
            {
                "from": prefix + before.name,
                "to": prefix + operation.name,
                "kind": "control",
                "label": "",
            }
            for before in operation.control_inputs
        )
    return {
        "name": graph.name,
        "nodes": nodes,
        "edges": edges,
        "outputs": sorted(prefix + name for name in results),
    }
