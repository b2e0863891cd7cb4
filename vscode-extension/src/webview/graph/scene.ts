// The picture as the page holds it: found by place, by name and by neighbour.

import type { Picture, PlacedEdge, PlacedNode } from '../../views/picture';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const CELL = 400;

/** Items by the cells of a grid that their rectangles touch. */
class Grid {
  private readonly cells = new Map<string, number[]>();

  add(index: number, area: Rectangle): void {
    for (const key of keys(area)) {
      const cell = this.cells.get(key);
      if (cell) cell.push(index);
      else this.cells.set(key, [index]);
    }
  }

  /** Indices of what may touch the area, in order, each once. */
  near(area: Rectangle): number[] {
    const found = new Set<number>();
    for (const key of keys(area)) for (const index of this.cells.get(key) ?? []) found.add(index);
    return [...found].sort((one, other) => one - other);
  }
}

function* keys({ left, top, right, bottom }: Rectangle): Generator<string> {
  for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x++) {
    for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y++) yield `${x},${y}`;
  }
}

export const areaOf = ({ x, y, width, height }: PlacedNode): Rectangle => ({
  left: x,
  top: y,
  right: x + width,
  bottom: y + height,
});

function spanOf({ points, labelAt }: PlacedEdge): Rectangle | undefined {
  const all = labelAt ? [...points, labelAt] : points;
  if (all.length === 0) return undefined;
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
}

export class Scene {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
  private readonly nodeGrid = new Grid();
  private readonly edgeGrid = new Grid();
  private readonly byId = new Map<string, PlacedNode>();
  private readonly after = new Map<string, string[]>();
  private readonly before = new Map<string, string[]>();

  constructor({ nodes, edges, width, height }: Picture) {
    this.nodes = nodes;
    this.edges = edges;
    this.width = width;
    this.height = height;
    nodes.forEach((node, index) => {
      this.nodeGrid.add(index, areaOf(node));
      this.byId.set(node.id, node);
    });
    edges.forEach((edge, index) => {
      const span = spanOf(edge);
      if (span) this.edgeGrid.add(index, span);
      append(this.after, edge.from, edge.to);
      append(this.before, edge.to, edge.from);
    });
  }

  node(id: string): PlacedNode | undefined {
    return this.byId.get(id);
  }

  /** The box at the top, or the first of those in the top row. */
  first(): PlacedNode | undefined {
    let first: PlacedNode | undefined;
    for (const node of this.nodes) {
      if (!first || node.y < first.y || (node.y === first.y && node.x < first.x)) first = node;
    }
    return first;
  }

  nodesIn(area: Rectangle): PlacedNode[] {
    return this.nodeGrid.near(area).flatMap((index) => {
      const node = this.nodes[index];
      return node && touches(areaOf(node), area) ? node : [];
    });
  }

  edgesIn(area: Rectangle): PlacedEdge[] {
    return this.edgeGrid.near(area).flatMap((index) => this.edges[index] ?? []);
  }

  /** The innermost box at a place. */
  at(x: number, y: number): PlacedNode | undefined {
    const point = { left: x, top: y, right: x, bottom: y };
    return this.nodesIn(point)
      .filter(({ kind }) => kind !== 'group')
      .at(-1);
  }

  /** Where an arrow key leads from a node: along an edge, or to the nearest beside it. */
  neighbour(id: string, direction: 'up' | 'down' | 'left' | 'right'): PlacedNode | undefined {
    const from = this.byId.get(id);
    if (!from) return this.nodes[0];
    if (direction === 'up' || direction === 'down') {
      const linked = (direction === 'down' ? this.after : this.before).get(id) ?? [];
      return this.nearest(
        from,
        linked.flatMap((other) => this.byId.get(other) ?? []),
      );
    }
    const sign = direction === 'right' ? 1 : -1;
    const strip = { left: -Infinity, right: Infinity, top: from.y - 30, bottom: from.y + 60 };
    const beside = this.nodes.filter(
      (node) =>
        node.kind !== 'group' &&
        touches(areaOf(node), strip) &&
        (centre(node)[0] - centre(from)[0]) * sign > 1,
    );
    return this.nearest(from, beside);
  }

  private nearest(from: PlacedNode, others: readonly PlacedNode[]): PlacedNode | undefined {
    const [x, y] = centre(from);
    const distance = (node: PlacedNode): number =>
      Math.hypot(centre(node)[0] - x, centre(node)[1] - y);
    return [...others].sort((one, other) => distance(one) - distance(other))[0];
  }

  /** Nodes whose label, detail or name has the text, in reading order. */
  search(text: string): PlacedNode[] {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return [];
    return this.nodes
      .filter(({ id, label, detail, kind }) =>
        kind === 'group' ? false : `${label}\n${detail}\n${id}`.toLowerCase().includes(wanted),
      )
      .sort((one, other) => one.y - other.y || one.x - other.x);
  }
}

export const centre = ({ x, y, width, height }: PlacedNode): [number, number] => [
  x + width / 2,
  y + height / 2,
];

export function touches(one: Rectangle, other: Rectangle): boolean {
  return (
    one.left <= other.right &&
    one.right >= other.left &&
    one.top <= other.bottom &&
    one.bottom >= other.top
  );
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
