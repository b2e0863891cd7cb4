// A layout for large graphs: rows from top to bottom, straight lines, time in proportion to size.
//
// The layout library gives a line that passes many rows a place in each of them. One input that
// thousands of nodes read then costs gigabytes; here such a line costs nothing.

import type { ElkExtendedEdge, ElkLabel, ElkNode, ElkPoint } from 'elkjs/lib/elk-api';

const GAP_ACROSS = 26;
const GAP_DOWN = 44;
const PADDING = { top: 34, left: 14, bottom: 14, right: 14 };
const SWEEPS = 10;

interface Box {
  readonly node: ElkNode;
  readonly width: number;
  readonly above: Box[];
  readonly below: Box[];
  row: number;
  /** Its middle. */
  x: number;
}

/** How many places the layout library would give to lines that pass rows, over all levels. */
export function passages(node: ElkNode): number {
  const boxes = linked(node);
  layer(boxes);
  let sum = 0;
  for (const box of boxes) {
    for (const target of box.below) sum += Math.max(0, target.row - box.row - 1);
    if (box.node.children) sum += passages(box.node);
  }
  return sum;
}

/** Sets place and size of every box and the points of every line, in place. */
export function quickLayout(node: ElkNode): ElkNode {
  for (const child of node.children ?? []) if (child.children) quickLayout(child);
  if (node.layoutOptions?.['elk.direction'] === 'RIGHT') sideBySide(node);
  else inRows(node);
  const [least, leastHeight] = minimum(node);
  node.width = Math.max(node.width ?? 0, least);
  node.height = Math.max(node.height ?? 0, leastHeight);
  return node;
}

function minimum(node: ElkNode): [number, number] {
  const text = node.layoutOptions?.['elk.nodeSize.minimum'] ?? '';
  const match = /^\(([\d.]+), ([\d.]+)\)$/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : [0, 0];
}

/** Branches and bodies beside each other. */
function sideBySide(node: ElkNode): void {
  let x = PADDING.left;
  let height = 0;
  for (const child of node.children ?? []) {
    child.x = x;
    child.y = PADDING.top;
    x += (child.width ?? 0) + GAP_ACROSS;
    height = Math.max(height, child.height ?? 0);
  }
  node.width = x - GAP_ACROSS + PADDING.right;
  node.height = PADDING.top + height + PADDING.bottom;
}

function inRows(node: ElkNode): void {
  const boxes = linked(node);
  layer(boxes);
  const rows = rowsOf(boxes);
  for (const row of rows) spread(row);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      order(row, down ? (box) => box.above : (box) => box.below);
    }
  }
  const left = rows.flat().reduce((least, { x, width }) => Math.min(least, x - width / 2), 0);
  let y = PADDING.top;
  let right = 0;
  for (const row of rows) {
    const height = row.reduce((most, { node: each }) => Math.max(most, each.height ?? 0), 0);
    for (const { node: each, x, width } of row) {
      each.x = x - width / 2 - left + PADDING.left;
      each.y = y + (height - (each.height ?? 0)) / 2;
      right = Math.max(right, each.x + width);
    }
    y += height + GAP_DOWN;
  }
  node.width = right + PADDING.right;
  node.height = Math.max(PADDING.top, y - GAP_DOWN) + PADDING.bottom;
  drawLines(node);
}

/** The boxes of one level, each knowing what it is linked to. */
function linked(node: ElkNode): Box[] {
  const boxes = new Map<string, Box>();
  for (const child of node.children ?? []) {
    const width = child.width ?? 0;
    boxes.set(child.id, { node: child, width, above: [], below: [], row: 0, x: 0 });
  }
  for (const { sources, targets } of node.edges ?? []) {
    const from = boxes.get(sources[0] ?? '');
    const to = boxes.get(targets[0] ?? '');
    if (!from || !to || from === to) continue;
    from.below.push(to);
    to.above.push(from);
  }
  return [...boxes.values()];
}

/** Each box below all that leads to it; what nothing leads to stands just above its first use. */
function layer(boxes: readonly Box[]): void {
  const open = new Map(boxes.map((box) => [box, box.above.length]));
  const ready = boxes.filter((box) => box.above.length === 0);
  for (let box = ready.pop(); box; box = ready.pop()) {
    for (const next of box.below) {
      next.row = Math.max(next.row, box.row + 1);
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  for (const box of boxes) {
    if (box.above.length > 0 || box.below.length === 0) continue;
    box.row = box.below.reduce((least, { row }) => Math.min(least, row), Infinity) - 1;
  }
}

/** Very wide rows are cut into several, so that the picture keeps a shape that can be looked at. */
function rowsOf(boxes: readonly Box[]): Box[][] {
  const most = Math.max(40, Math.ceil(2 * Math.sqrt(boxes.length)));
  const rows: Box[][] = [];
  for (const box of boxes) (rows[box.row] ??= []).push(box);
  return rows.flatMap((row) => {
    const parts: Box[][] = [];
    for (let start = 0; start < row.length; start += most) {
      parts.push(row.slice(start, start + most));
    }
    return parts;
  });
}

function spread(row: readonly Box[]): void {
  const total = row.reduce((sum, { width }) => sum + width + GAP_ACROSS, -GAP_ACROSS);
  let x = -total / 2;
  for (const box of row) {
    box.x = x + box.width / 2;
    x += box.width + GAP_ACROSS;
  }
}

/** Order a row by where its neighbours stand, and move each box towards them without overlap. */
function order(row: Box[], neighbours: (box: Box) => readonly Box[]): void {
  const wanted = new Map(row.map((box) => [box, meanPlace(box, neighbours(box))]));
  const want = (box: Box): number => wanted.get(box) ?? 0;
  row.sort((one, other) => want(one) - want(other));
  // Least squares with a least distance: boxes that would overlap form blocks that move as one.
  const blocks: { sum: number; count: number; boxes: Box[]; offsets: number[] }[] = [];
  let offset = 0;
  row.forEach((box, index) => {
    const before = row[index - 1];
    if (before) offset += (before.width + box.width) / 2 + GAP_ACROSS;
    let block = { sum: want(box) - offset, count: 1, boxes: [box], offsets: [offset] };
    let last = blocks.at(-1);
    while (last && last.sum / last.count >= block.sum / block.count) {
      blocks.pop();
      block = {
        sum: last.sum + block.sum,
        count: last.count + block.count,
        boxes: last.boxes.concat(block.boxes),
        offsets: last.offsets.concat(block.offsets),
      };
      last = blocks.at(-1);
    }
    blocks.push(block);
  });
  for (const { sum, count, boxes, offsets } of blocks) {
    boxes.forEach((box, index) => (box.x = sum / count + (offsets[index] ?? 0)));
  }
}

/** Near neighbours pull more than those many rows away. */
function meanPlace(box: Box, neighbours: readonly Box[]): number {
  let sum = 0;
  let weight = 0;
  for (const { x, row } of neighbours) {
    const pull = 1 / Math.max(1, Math.abs(row - box.row));
    sum += x * pull;
    weight += pull;
  }
  return weight === 0 ? box.x : sum / weight;
}

function drawLines(node: ElkNode): void {
  const byId = new Map((node.children ?? []).map((child) => [child.id, child]));
  const middle = (id: string | undefined): number => {
    const box = byId.get(id ?? '');
    return (box?.x ?? 0) + (box?.width ?? 0) / 2;
  };
  const ends = new Map<ElkExtendedEdge, { from?: ElkPoint; to?: ElkPoint }>();
  for (const edge of node.edges ?? []) ends.set(edge, {});
  const attach = (side: 'from' | 'to'): void => {
    const here = side === 'from' ? 'sources' : 'targets';
    const there = side === 'from' ? 'targets' : 'sources';
    const byBox = new Map<string, ElkExtendedEdge[]>();
    for (const edge of node.edges ?? []) {
      const id = edge[here][0] ?? '';
      const list = byBox.get(id);
      if (list) list.push(edge);
      else byBox.set(id, [edge]);
    }
    for (const [id, edges] of byBox) {
      const box = byId.get(id);
      if (!box) continue;
      edges.sort((one, other) => middle(one[there][0]) - middle(other[there][0]));
      edges.forEach((edge, index) => {
        const x = (box.x ?? 0) + ((box.width ?? 0) * (index + 1)) / (edges.length + 1);
        const y = (box.y ?? 0) + (side === 'from' ? (box.height ?? 0) : 0);
        const end = ends.get(edge);
        if (end) end[side] = { x, y };
      });
    }
  };
  attach('from');
  attach('to');
  for (const [edge, { from, to }] of ends) {
    if (!from || !to) continue;
    edge.sections = [{ id: `${edge.id}\0s`, startPoint: from, endPoint: to }];
    for (const label of edge.labels ?? []) placeLabel(label, from, to);
  }
}

/** Near the end of the line: at its beginning stand those of all the others. */
function placeLabel(label: ElkLabel, from: ElkPoint, to: ElkPoint): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.max(0.5, 1 - 24 / length);
  label.x = from.x + (to.x - from.x) * share - (label.width ?? 0) / 2;
  label.y = from.y + (to.y - from.y) * share - (label.height ?? 0) / 2;
}
