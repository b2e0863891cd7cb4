"""A graph as a page of its own, whose branches and loops open and close; nothing is fetched."""

from __future__ import annotations

from html import escape
from typing import Any

from engine.cli.pictures.html_script import FOLDING, MAP, VIEW
from engine.cli.pictures.svg_picture import svg_of
from engine.cli.pictures.words import shortened

__all__ = ["write"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_STYLE = """
html, body { margin: 0; height: 100%; overflow: hidden; font: 14px sans-serif; background: #fff }
header { position: fixed; inset: 0 0 auto 0; padding: 8px 12px; background: #f6f8fae6;
  border-bottom: 1px solid #d0d7de; display: flex; gap: 12px; align-items: center; z-index: 1 }
main { height: 100%; cursor: grab; touch-action: none; outline: none }
main:active { cursor: grabbing }
main svg { transform-origin: 0 0 }
.group { cursor: pointer }
.group:focus { outline: none }
.group:focus-visible > rect { stroke-width: 3 }
.group.closed > .inner { display: none }
.group.closed > rect { stroke-dasharray: none; stroke-width: 2 }
input { width: 210px }
canvas { position: fixed; right: 12px; bottom: 12px; width: 200px; height: 150px;
  background: #ffffffe6; border: 1px solid #d0d7de; cursor: crosshair; touch-action: none }
.hit > rect { stroke: #cf222e !important; stroke-width: 3 !important }
"""


def write(picture: dict[str, Any]) -> str:
    """The page: the drawing of `svg`, with the mouse, the keys, a search field and a small map."""
    name = escape(shortened(picture["name"], 200))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width">
<title>{name}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><strong>{name}</strong>
<input type="search" placeholder="Search ops, names, lines" aria-label="Search"><output></output>
<button id="open">Open all</button><button id="close">Close all</button>
<span>Drag or arrows move, wheel or + and - enlarge, 0 shows all; a click on a branch or loop opens
and closes it.</span></header>
<main tabindex="0">
{svg_of(picture)}
</main>
<canvas width="400" height="300" aria-hidden="true"></canvas>
<script>{VIEW}{FOLDING}{MAP}</script>
</body>
</html>
"""
