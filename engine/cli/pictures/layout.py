"""Where the nodes of a graph stand and how its edges run: layers from top to bottom."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.cli.pictures.words import edges_of, lines_of

__all__ = ["Box", "Line", "Placed", "place"]

CHARACTER, LINE_HEIGHT = 7.3, 15.0
_PAD, _GAP, _LAYER = 10.0, 26.0, 44.0
_HEAD = 24.0
_PORT = 40.0
_ROUNDS = 3
Point = tuple[float, float]


@dataclass
class Box:
    """A node at its place; `x` and `y` are its upper left corner within its graph."""

    node: dict[str, Any]
    lines: list[str]
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    inner: list[tuple[str, float, float, Placed]] = field(default_factory=list)


@dataclass
class Line:
    """An edge along its points; crowded where others end at the same box."""

    points: list[Point]
    control: bool
    label: str
    crowded: bool


@dataclass
class Placed:
    """A graph that has been laid out."""

    boxes: list[Box]
    lines: list[Line]
    width: float
    height: float


def place(graph: dict[str, Any]) -> Placed:
    """Lays a graph out, the graphs in its nodes first."""
    boxes = {node["id"]: _box(node) for node in graph["nodes"]}
    edges = edges_of(graph)
    lines: list[Line] = []
    left = 0.0
    height = 0.0
    for vertices, inner in _components(boxes, edges):
        width, tall = _component(vertices, inner, lines, left)
        left += width + _GAP
        height = max(height, tall)
    return Placed(list(boxes.values()), lines, max(left - _GAP, 0.0), height)


def text_width(text: str) -> float:
    """About how wide a line is in a monospaced face."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return (len(text) + wide) * CHARACTER


def _box(node: dict[str, Any]) -> Box:
    lines = lines_of(node)
    width = max(map(text_width, lines)) + 2 * _PAD
    height = len(lines) * LINE_HEIGHT + _PAD
    box = Box(node, lines, width, height)
    x = _PAD
    for name, graph in node["graphs"].items():
        placed = place(graph)
        box.inner.append((name, x, height + _HEAD, placed))
        x += max(placed.width, text_width(name)) + 3 * _PAD
        box.height = max(box.height, height + _HEAD + placed.height + 2 * _PAD)
    box.width = max(width, x if box.inner else 0.0)
    return box


def _components(boxes: dict[str, Box], edges: list[Any]) -> list[Any]:
    """The parts of a graph that hang together, as the layout wants them: vertices and edges."""
    from grandalf.graphs import Edge, Graph, Vertex

    vertices = {name: Vertex(box) for name, box in boxes.items()}
    made = []
    for start, end, control, label in edges:
        # For the layout, a label is as a node in between is: it keeps room.
        made.append(Edge(vertices[start], vertices[end], data=(control, label)))
    whole = Graph(list(vertices.values()), made)
    return [(list(part.sV), list(part.sE)) for part in whole.C]


def _component(vertices: list[Any], edges: list[Any], lines: list[Line], left: float) -> Any:
    """Places one part, its left edge at `left`; answers its width and height."""
    if len(vertices) == 1:
        box = vertices[0].data
        box.x, box.y = left, 0.0
        return box.width, box.height
    from grandalf.graphs import graph_core
    from grandalf.layouts import SugiyamaLayout, VertexViewer
    from grandalf.routing import EdgeViewer, route_with_lines

    for vertex in vertices:
        vertex.view = VertexViewer(vertex.data.width, vertex.data.height)
    for edge in edges:
        edge.view = EdgeViewer()
    layout = SugiyamaLayout(graph_core(vertices, edges))
    layout.xspace, layout.yspace = _GAP, _LAYER
    layout.route_edge = route_with_lines
    layout.init_all(optimize=True)
    layout.draw(_ROUNDS)
    return _moved(vertices, edges, lines, left)


def _moved(vertices: list[Any], edges: list[Any], lines: list[Line], left: float) -> Any:
    """Takes over the places, so that the part begins at `left` and at the top."""
    bends = [point for edge in edges for point in edge.view._pts[1:-1]]
    first_x = min(
        [v.view.xy[0] - v.data.width / 2 for v in vertices] + [point[0] for point in bends]
    )
    tops = _tops(vertices)
    shift_x, shift_y = left - first_x, -min(tops.values())
    right = low = 0.0
    for vertex in vertices:
        box = vertex.data
        box.x = vertex.view.xy[0] - box.width / 2 + shift_x
        box.y = tops[vertex.view.xy[1]] + shift_y
        right, low = max(right, box.x + box.width), max(low, box.y + box.height)
    below, above = _ports(edges, lambda edge: edge.v[0]), _ports(edges, lambda edge: edge.v[1])
    for edge in edges:
        inner = [(x + shift_x, y + shift_y) for x, y in edge.view._pts[1:-1]]
        right = max([right, *(x for x, _ in inner)])
        start, end = edge.v[0].data, edge.v[1].data
        first = (start.x + below[edge], start.y + start.height)
        last = (end.x + above[edge], end.y)
        points = [first, *inner, last] if start.y < end.y else [last, *inner, first]
        control, label = edge.data
        crowded = len(edge.v[1].e_in()) > 1
        lines.append(Line(points, control, label, crowded))
    return right - left, low


def _tops(vertices: list[Any]) -> dict[float, float]:
    """The upper edge of each layer, by the middle that the layout gave it."""
    tops: dict[float, float] = {}
    for vertex in vertices:
        middle = vertex.view.xy[1]
        top = middle - vertex.data.height / 2
        tops[middle] = min(top, tops.get(middle, top))
    return tops


def _ports(edges: list[Any], end_of: Callable[[Any], Any]) -> dict[Any, float]:
    """How far right on its box each edge begins or ends, so that edges do not meet in a point."""
    by_box: dict[Any, list[Any]] = {}
    for edge in edges:
        by_box.setdefault(end_of(edge), []).append(edge)
    found: dict[Any, float] = {}
    for vertex, each in by_box.items():
        others = {e: (e.v[1] if e.v[0] is vertex else e.v[0]).view.xy[0] for e in each}
        step = min(_PORT, vertex.data.width / (len(each) + 1))
        start = vertex.data.width / 2 - step * (len(each) - 1) / 2
        for number, edge in enumerate(sorted(each, key=lambda e: others[e])):
            found[edge] = start + step * number
    return found
