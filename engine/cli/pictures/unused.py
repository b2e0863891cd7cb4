"""A picture without the nodes that nothing needs."""

from __future__ import annotations

from typing import Any

__all__ = ["used"]


def used(picture: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The picture of the nodes that are used, and how many others there were, boxes as one."""
    nodes = []
    left_out = 0
    for node in picture["nodes"]:
        if node.get("unused"):
            left_out += 1
            continue
        graphs = {}
        for name, inner in node["graphs"].items():
            graphs[name], more = used(inner)
            left_out += more
        nodes.append({**node, "graphs": graphs})
    known = {node["id"] for node in nodes}
    edges = [edge for edge in picture["edges"] if edge["from"] in known and edge["to"] in known]
    return {**picture, "nodes": nodes, "edges": edges}, left_out
