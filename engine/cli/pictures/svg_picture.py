"""A graph as an SVG file that stands alone: no script, no font, nothing from elsewhere."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from engine.cli.pictures.layout import LINE_HEIGHT, Box, Line, Placed, place, text_width
from engine.cli.pictures.words import shortened, title_of

__all__ = ["svg_of", "write"]

_MARGIN = 20.0
_TITLE = 26.0
_STYLE = """
.paper { fill: #ffffff }
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328 }
.name { font-weight: bold }
.part { font-style: italic; fill: #57606a }
.node rect { fill: #ffffff; stroke: #57606a }
.input rect { fill: #dafbe1; stroke: #2da44e }
.constant rect { fill: #f6f8fa; stroke: #afb8c1 }
.output rect { fill: #ddf4ff; stroke: #0969da; stroke-width: 2 }
.group > rect { fill: #fff8e5; stroke: #bf8700 }
.inner > rect { fill: #ffffff; stroke: #d0d7de; stroke-dasharray: 2 3 }
.edge { fill: none; stroke: #57606a; marker-end: url(#arrow) }
.control { stroke: #8c959f; stroke-dasharray: 5 4 }
.label { font-size: 10px; fill: #57606a; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
#arrow path { fill: #57606a }
"""


def write(picture: dict[str, Any]) -> str:
    """The file's text."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + svg_of(picture) + "\n"


def svg_of(picture: dict[str, Any]) -> str:
    """The `svg` element."""
    placed = place(picture)
    name = shortened(picture["name"], 200)
    width = max(placed.width, text_width(name)) + 2 * _MARGIN
    height = placed.height + 2 * _MARGIN + _TITLE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">',
        f"<title>{_text(name)}</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
        f'<text class="name" x="{_MARGIN}" y="{_MARGIN + 4}">{_text(name)}</text>',
        *_graph(placed, _MARGIN, _MARGIN + _TITLE),
        "</svg>",
    ]
    return "\n".join(parts)


def _graph(placed: Placed, x: float, y: float) -> list[str]:
    parts = [_edge(line, x, y) for line in placed.lines]
    for box in placed.boxes:
        parts.extend(_box(box, x + box.x, y + box.y))
    parts.extend(_label(line, x, y) for line in placed.lines if line.label)
    return parts


def _box(box: Box, x: float, y: float) -> list[str]:
    kind = "group" if box.inner else "node " + str(box.node["kind"])
    parts = [
        f'<g class="{kind}" data-op="{_text(box.node["op"])}">',
        f"<title>{_text(title_of(box.node))}</title>",
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>',
    ]
    middle = x + box.width / 2
    for number, line in enumerate(box.lines):
        style = ' class="name"' if number == 0 else ""
        at = y + 5 + LINE_HEIGHT * (number + 0.75)
        parts.append(
            f'<text{style} x="{middle:.1f}" y="{at:.1f}" text-anchor="middle">{_text(line)}</text>'
        )
    for name, left, top, inner in box.inner:
        width = max(inner.width, text_width(name)) + 16
        parts.append(
            f'<g class="inner"><rect x="{x + left:.1f}" y="{y + top - 20:.1f}" '
            f'width="{width:.1f}" height="{inner.height + 32:.1f}" rx="4"/>'
            f'<text class="part" x="{x + left + 8:.1f}" y="{y + top - 6:.1f}">{_text(name)}</text>'
        )
        parts.extend(_graph(inner, x + left + 8, y + top + 4))
        parts.append("</g>")
    parts.append("</g>")
    return parts


def _edge(line: Line, x: float, y: float) -> str:
    points = [(x + left, y + top) for left, top in line.points]
    style = "edge control" if line.control else "edge"
    (x0, y0), *rest = points
    path = f"M{x0:.1f} {y0:.1f}"
    for (x1, y1), (x2, y2) in zip(points, rest):
        bend = (y2 - y1) / 2
        path += f"C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    return f'<path class="{style}" d="{path}"/>'


def _label(line: Line, x: float, y: float) -> str:
    """The words on an edge: near its start where others end beside it, else near its end."""
    if line.crowded or len(line.points) > 2:
        (x1, y1), (x2, y2) = line.points[:2]
        way, rise = 0.16, 0.32
    else:
        (x1, y1), (x2, y2) = line.points[-2:]
        way, rise = 0.76, 0.62
    return (
        f'<text class="label" x="{x + x1 + (x2 - x1) * way:.1f}" '
        f'y="{y + y1 + (y2 - y1) * rise + 3:.1f}" text-anchor="middle">{_text(line.label)}</text>'
    )


def _text(text: str) -> str:
    """Text that is markup nowhere, without characters that XML forbids."""
    allowed = "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)
    return escape(allowed, {'"': "&quot;"})
