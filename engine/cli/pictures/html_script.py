"""What the page of `html_picture` does: it moves, enlarges, searches, opens and closes."""

from __future__ import annotations

__all__ = ["FOLDING", "MAP", "VIEW"]

VIEW = """
'use strict';
const main = document.querySelector('main'), svg = main.querySelector('svg');
const search = document.querySelector('input'), told = document.querySelector('output');
let x = 20, y = 60, scale = 1;
const show = () => {
  svg.style.transform = `translate(${x}px, ${y}px) scale(${scale})`; drawMap();
};
const zoom = (by, atX, atY) => {
  const next = Math.min(8, Math.max(0.02, scale * by));
  x = atX - (atX - x) * next / scale; y = atY - (atY - y) * next / scale; scale = next; show();
};
const fit = () => {
  scale = Math.min(1, (innerWidth - 40) / size.width, (innerHeight - 80) / size.height);
  x = Math.max(20, (innerWidth - size.width * scale) / 2); y = 60; show();
};
let dragged = 0;
main.addEventListener('wheel', (event) => {
  event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
}, { passive: false });
main.addEventListener('pointerdown', () => { dragged = 0; });
main.addEventListener('pointermove', (event) => {
  if (!(event.buttons & 1)) return;
  dragged += Math.abs(event.movementX) + Math.abs(event.movementY);
  x += event.movementX; y += event.movementY; show();
});
main.addEventListener('keydown', (event) => {
  const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  const move = moves[event.key], group = event.target.closest('g.group');
  if (move) { x += move[0]; y += move[1]; show(); }
  else if (event.key === '+') zoom(1.25, innerWidth / 2, innerHeight / 2);
  else if (event.key === '-') zoom(0.8, innerWidth / 2, innerHeight / 2);
  else if (event.key === '0') fit();
  else if (group && (event.key === 'Enter' || event.key === ' ')) toggle(group);
  else return;
  event.preventDefault();
});
search.addEventListener('input', () => {
  const wanted = search.value.trim().toLowerCase();
  const hits = [];
  for (const box of boxes) {
    const own = box.element.querySelector(':scope > title').textContent + ' ' +
      box.texts.map((each) => each.textContent).join(' ');
    const hit = wanted !== '' && own.toLowerCase().includes(wanted);
    box.element.classList.toggle('hit', hit);
    if (hit) hits.push(box.element);
  }
  told.textContent = wanted ? `${hits.length} found` : '';
  if (hits.length === 0) return;
  reveal(hits[0]);
  const box = hits[0].querySelector(':scope > rect').getBoundingClientRect();
  x += innerWidth / 2 - (box.left + box.width / 2);
  y += innerHeight / 2 - (box.top + Math.min(box.height, innerHeight) / 2); show();
});
"""

# Closing takes out the strips that only hidden boxes need: both axes are mapped by functions that
# never fall, so what did not overlap before does not overlap after.
FOLDING = """
const GAP = { x: 13, y: 22 }, CHARACTER = 7.3;
const number = (element, name) => Number(element.getAttribute(name));
const boxes = [...svg.querySelectorAll('g[data-op]')].map((element) => {
  const rect = element.querySelector(':scope > rect');
  const texts = [...element.querySelectorAll(':scope > text')];
  const [left, top] = [number(rect, 'x'), number(rect, 'y')];
  return { element, texts, group: element.classList.contains('group'), left, top,
    right: left + number(rect, 'width'), bottom: top + number(rect, 'height'),
    head: Math.max(...texts.map((each) => number(each, 'y'))) + 10,
    words: Math.max(...texts.map((each) => each.textContent.length)) * CHARACTER / 2 + 12 };
});
const groups = boxes.filter((box) => box.group);
const rects = [...svg.querySelectorAll('rect')].map((element) =>
  ({ element, at: ['x', 'y', 'width', 'height'].map((name) => number(element, name)) }));
const texts = [...svg.querySelectorAll('text')].map((element) =>
  ({ element, at: [number(element, 'x'), number(element, 'y')] }));
const paths = [...svg.querySelectorAll('path.edge')].map((element) =>
  ({ element, parts: element.getAttribute('d').split(/([MC ])/).filter(Boolean) }));
const whole = { width: number(svg, 'width'), height: number(svg, 'height') };
let size = whole;
const isClosed = (element) => element.classList.contains('closed');
const isHidden = (element) => element.parentElement.closest('g.closed') !== null;

const join = (ranges) => {
  const joined = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    const last = joined[joined.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};
const without = (ranges, kept) => ranges.flatMap(([from, to]) => {
  const left = [];
  for (const [start, end] of kept) {
    if (end <= from || start >= to) continue;
    if (start > from) left.push([from, start]);
    from = Math.max(from, end);
  }
  if (from < to) left.push([from, to]);
  return left;
});
const mapping = (removed) => (at) =>
  removed.reduce((sum, [from, to]) => sum - Math.max(0, Math.min(at, to) - from), at);

const axes = () => {
  const removable = { x: [], y: [] }, kept = { x: [], y: [] };
  for (const box of boxes) {
    if (isHidden(box.element)) continue;
    const { left, right, top, bottom, head, words } = box, middle = (left + right) / 2;
    const sides = [[left - GAP.x, left + GAP.x], [right - GAP.x, right + GAP.x]];
    if (box.group) {
      kept.x.push(...sides, [middle - words, middle + words]);
      kept.y.push([top - GAP.y, head], [bottom, bottom + GAP.y]);
      if (isClosed(box.element)) {
        removable.x.push([left, right]); removable.y.push([top, bottom]);
      } else {
        kept.y.push([bottom - GAP.y, bottom]);
        for (const part of box.element.querySelectorAll(':scope > .inner > .part')) {
          const [start, line] = [number(part, 'data-x'), number(part, 'data-y')];
          kept.x.push([start - 8, start + part.textContent.length * CHARACTER + 8]);
          kept.y.push([line - 20, line + 8]);
        }
      }
    } else {
      kept.x.push([left - GAP.x, right + GAP.x]); kept.y.push([top - GAP.y, bottom + GAP.y]);
    }
  }
  const strips = (axis) => mapping(without(join(removable[axis]), join(kept[axis])));
  return [strips('x'), strips('y')];
};
const place = () => {
  const [toX, toY] = axes();
  for (const { element, at: [left, top, width, height] } of rects) {
    element.setAttribute('x', toX(left)); element.setAttribute('y', toY(top));
    element.setAttribute('width', toX(left + width) - toX(left));
    element.setAttribute('height', toY(top + height) - toY(top));
  }
  for (const { element, at } of texts) {
    element.setAttribute('x', toX(at[0])); element.setAttribute('y', toY(at[1]));
  }
  for (const { texts: own, left, right } of groups) {
    for (const text of own) text.setAttribute('x', (toX(left) + toX(right)) / 2);
  }
  for (const { element, parts } of paths) {
    let count = 0;
    element.setAttribute('d', parts.map((part) => /[MC ]/.test(part) ? part
      : (count++ % 2 ? toY : toX)(Number(part)).toFixed(1)).join(''));
  }
  size = { width: toX(whole.width), height: toY(whole.height) };
  svg.setAttribute('width', size.width); svg.setAttribute('height', size.height);
  svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
};
const set = (element, closed) => {
  element.classList.toggle('closed', closed);
  element.setAttribute('aria-expanded', String(!closed));
  const name = element.querySelector(':scope > text');
  const words = name.textContent.replace(/^[\\u25b8\\u25be] /, '');
  name.textContent = (closed ? '\\u25b8 ' : '\\u25be ') + words;
};
const toggle = (element) => {
  const rect = element.querySelector(':scope > rect'), before = rect.getBoundingClientRect();
  set(element, !isClosed(element)); place();
  show();
  const after = rect.getBoundingClientRect();
  x += before.left - after.left; y += before.top - after.top; show();
};
const setAll = (closed) => { for (const box of groups) set(box.element, closed); place(); fit(); };
const reveal = (element) => {
  for (let each = element.parentElement.closest('g.closed'); each;
    each = each.parentElement.closest('g.closed')) set(each, false);
  place();
};
for (const text of svg.querySelectorAll('.part')) {
  text.dataset.x = text.getAttribute('x'); text.dataset.y = text.getAttribute('y');
}
for (const { element } of groups) {
  element.setAttribute('tabindex', '0'); element.setAttribute('role', 'button');
  element.setAttribute('aria-label', element.querySelector('text').textContent);
  set(element, false);
  element.addEventListener('click', (event) => {
    if (dragged > 4 || event.target.closest('g[data-op]') !== element) return;
    toggle(element);
  });
}
document.querySelector('#open').addEventListener('click', () => setAll(false));
document.querySelector('#close').addEventListener('click', () => setAll(true));
for (const id of ['#open', '#close']) document.querySelector(id).hidden = groups.length === 0;
"""

MAP = """
const map = document.querySelector('canvas'), pen = map.getContext('2d');
const mapScale = () => Math.min(map.width / size.width, map.height / size.height);
const drawMap = () => {
  const by = mapScale();
  pen.clearRect(0, 0, map.width, map.height);
  for (const { element } of boxes) {
    if (isHidden(element)) continue;
    const rect = element.querySelector(':scope > rect');
    const hit = element.classList.contains('hit');
    pen.fillStyle = hit ? '#cf222e' : element.classList.contains('group') ? '#f5e3b5' : '#8c959f';
    pen.fillRect(number(rect, 'x') * by, number(rect, 'y') * by,
      Math.max(1, number(rect, 'width') * by), Math.max(1, number(rect, 'height') * by));
    if (!element.classList.contains('group')) continue;
    pen.strokeStyle = '#bf8700'; pen.lineWidth = 1;
    pen.strokeRect(number(rect, 'x') * by, number(rect, 'y') * by,
      number(rect, 'width') * by, number(rect, 'height') * by);
  }
  pen.strokeStyle = '#0969da'; pen.lineWidth = 2;
  pen.strokeRect(-x / scale * by, -y / scale * by,
    innerWidth / scale * by, innerHeight / scale * by);
};
const goTo = (event) => {
  if (!(event.buttons & 1)) return;
  const at = map.getBoundingClientRect(), ratio = map.width / at.width / mapScale();
  x = innerWidth / 2 - (event.clientX - at.left) * ratio * scale;
  y = innerHeight / 2 - (event.clientY - at.top) * ratio * scale; show();
};
map.addEventListener('pointerdown', goTo);
map.addEventListener('pointermove', goTo);
addEventListener('resize', () => show());
if (boxes.length > 300) setAll(true); else fit();
"""
