"""A graph as a page of its own that can be moved, enlarged and searched; nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any

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
.hit > rect { stroke: #cf222e !important; stroke-width: 3 !important }
"""
_SCRIPT = """
'use strict';
const main = document.querySelector('main'), svg = main.querySelector('svg');
const search = document.querySelector('input'), told = document.querySelector('output');
let x = 20, y = 60, scale = 1;
const show = () => { svg.style.transform = `translate(${x}px, ${y}px) scale(${scale})`; };
const zoom = (by, atX, atY) => {
  const next = Math.min(8, Math.max(0.02, scale * by));
  x = atX - (atX - x) * next / scale; y = atY - (atY - y) * next / scale; scale = next; show();
};
const fit = () => {
  scale = Math.min(1, (innerWidth - 40) / svg.width.baseVal.value,
    (innerHeight - 80) / svg.height.baseVal.value); x = 20; y = 60; show();
};
main.addEventListener('wheel', (event) => {
  event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
}, { passive: false });
main.addEventListener('pointermove', (event) => {
  if (event.buttons & 1) { x += event.movementX; y += event.movementY; show(); }
});
main.addEventListener('keydown', (event) => {
  const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  const move = moves[event.key];
  if (move) { x += move[0]; y += move[1]; show(); }
  else if (event.key === '+') zoom(1.25, innerWidth / 2, innerHeight / 2);
  else if (event.key === '-') zoom(0.8, innerWidth / 2, innerHeight / 2);
  else if (event.key === '0') fit();
  else return;
  event.preventDefault();
});
const groups = [...svg.querySelectorAll('g[data-op]')];
search.addEventListener('input', () => {
  const wanted = search.value.trim().toLowerCase();
  let hits = 0, first = null;
  for (const group of groups) {
    const own = group.querySelector(':scope > title').textContent + ' ' +
      [...group.querySelectorAll(':scope > text')].map((each) => each.textContent).join(' ');
    const hit = wanted !== '' && own.toLowerCase().includes(wanted);
    group.classList.toggle('hit', hit);
    if (hit) { hits += 1; first = first ?? group; }
  }
  told.textContent = wanted ? `${hits} found` : '';
  if (first) {
    const box = first.querySelector(':scope > rect').getBoundingClientRect();
    x += innerWidth / 2 - (box.left + box.width / 2);
    y += innerHeight / 2 - (box.top + Math.min(box.height, innerHeight) / 2); show();
  }
});
fit();
"""


def write(picture: dict[str, Any]) -> str:
    """The page: the drawing of `svg`, with the mouse, the wheel, the keys and a search field."""
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
<span>Drag or arrows move, wheel or + and - enlarge, 0 shows all.</span></header>
<main tabindex="0">
{svg_of(picture)}
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""
