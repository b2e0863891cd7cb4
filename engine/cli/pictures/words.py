"""What is written on the nodes and edges of a picture."""

from __future__ import annotations

from typing import Any

__all__ = ["Edge", "edges_of", "lines_of", "shortened", "title_of"]

Edge = tuple[str, str, bool, str]
"""From, to, whether it only fixes the order, dtype and shape."""

_LONGEST = 32


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text on one line, cut where it is long; what cannot be seen is left out."""
    clean = "".join(c if c.isprintable() else " " for c in " ".join(str(text).split()))
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def lines_of(node: dict[str, Any]) -> list[str]:
    """The lines on a node: what it is, and the value of a constant or the type of an input."""
    lines = [shortened(node["label"])]
    if node["kind"] == "constant":
        lines.append(shortened(node["attributes"].get("value", "")))
    elif node["kind"] == "input":
        lines.append(shortened(f"{node['dtype'] or ''}{node['shape'] or ''}"))
    return [line for line in lines if line] or ["?"]


def title_of(node: dict[str, Any]) -> str:
    """All that is known of a node, one thing a line."""
    lines = [f"{node['id']}: {node['op']}"]
    if node["dtype"]:
        lines.append(f"{node['dtype']}{node['shape']}")
    lines.extend(f"{name} = {shortened(text, 120)}" for name, text in node["attributes"].items())
    source = node["source"]
    if source:
        lines.append(f"{source['path']}:{source['line'] + 1}")
    return "\n".join(lines)


def edges_of(graph: dict[str, Any]) -> list[Edge]:
    """The edges between nodes that are there; several between two nodes are one."""
    known = {node["id"] for node in graph["nodes"]}
    found: dict[tuple[str, str, bool], list[str]] = {}
    for edge in graph["edges"]:
        if edge["from"] in known and edge["to"] in known and edge["from"] != edge["to"]:
            key = (edge["from"], edge["to"], edge["kind"] == "control")
            found.setdefault(key, []).append(edge["label"])
    return [
        (start, end, control, ", ".join(dict.fromkeys(label for label in labels if label)))
        for (start, end, control), labels in found.items()
        if not control or (start, end, False) not in found
    ]
