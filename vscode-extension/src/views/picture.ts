// A graph as boxes and lines: what goes into the layout and what comes out of it.

import type { ElkEdgeSection, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import type { Graph, GraphNode } from '../protocol';

export interface PlacedNode {
  readonly id: string;
  readonly label: string;
  /** dtype and shape, or how many nodes a closed box holds. */
  readonly detail: string;
  readonly kind: GraphNode['kind'] | 'group';
  /** The node or group can be opened and closed. */
  readonly expandable: boolean;
  readonly open: boolean;
  /** Nothing needs it. */
  readonly unused: boolean;
  /** Line in the source, from 0. */
  readonly line: number | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'data' | 'control';
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  readonly labelAt: readonly [number, number] | null;
}

export interface Picture {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const CHARACTER = 7.4;
const LONGEST_LABEL = 44;
const FINE_LIMIT = 500;
/** Boxes with at most so many nodes stand open at first. */
const OPEN_AT_FIRST = 60;

export function shorten(text: string, length = LONGEST_LABEL): string {
  const clean = Array.from(text.replace(/\s+/g, ' '));
  return clean.length <= length ? clean.join('') : `${clean.slice(0, length - 1).join('')}…`;
}

/** All nodes of a graph, those of its branches and bodies too. */
export function* everyNode(graph: Graph): Generator<GraphNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const inner of Object.values(node.graphs)) yield* everyNode(inner);
  }
}

export function countNodes(graph: Graph): number {
  return graph.nodes.reduce(
    (sum, { graphs }) =>
      Object.values(graphs).reduce((all, inner) => all + countNodes(inner), sum + 1),
    0,
  );
}

/** How many boxes nothing needs; what is inside such a box is not counted. */
export function countUnused(graph: Graph): number {
  return graph.nodes.reduce(
    (sum, { unused, graphs }) =>
      unused ? sum + 1 : Object.values(graphs).reduce((all, each) => all + countUnused(each), sum),
    0,
  );
}

/** The graph without them. */
export function withoutUnused(graph: Graph): Graph {
  if (countUnused(graph) === 0) return graph;
  const nodes = graph.nodes
    .filter(({ unused }) => !unused)
    .map((node) => ({
      ...node,
      graphs: Object.fromEntries(
        Object.entries(node.graphs).map(([name, inner]) => [name, withoutUnused(inner)]),
      ),
    }));
  const ids = new Set(nodes.map(({ id }) => id));
  return {
    ...graph,
    nodes,
    edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
  };
}

/** The boxes in the picture that a line made: nodes, or the closed boxes that hide them. */
export function nodesOfLine(graph: Graph, line: number, open: ReadonlySet<string>): string[] {
  return graph.nodes.flatMap((node) => {
    const inner = Object.values(node.graphs);
    const inside = inner.flatMap((each) => nodesOfLine(each, line, open));
    if (node.source?.line === line) return [node.id, ...(open.has(node.id) ? inside : [])];
    if (inside.length === 0) return [];
    return open.has(node.id) ? inside : [node.id];
  });
}

/** Which boxes stand open when the picture is first drawn. */
export function openAtFirst(graph: Graph): Set<string> {
  const open = new Set<string>();
  let shown = graph.nodes.length;
  for (const node of everyNode(graph)) {
    const inside = Object.values(node.graphs).reduce((sum, inner) => sum + countNodes(inner), 0);
    if (inside > 0 && inside <= OPEN_AT_FIRST && shown + inside <= FINE_LIMIT) {
      open.add(node.id);
      shown += inside;
    }
  }
  return open;
}

export function expandable(graph: Graph): Set<string> {
  const ids = new Set<string>();
  for (const node of everyNode(graph)) if (Object.keys(node.graphs).length > 0) ids.add(node.id);
  return ids;
}

/** Nodes whose dtype and shape stand on a line that leaves them. */
function told(graph: Graph, fine: boolean): Set<string> {
  return new Set(
    fine ? graph.edges.filter(({ label }) => label !== '').map(({ from }) => from) : [],
  );
}

function detailOf(node: GraphNode, onEdges: boolean): string {
  const inside = Object.values(node.graphs).reduce((sum, graph) => sum + countNodes(graph), 0);
  if (inside > 0) return `${inside} nodes`;
  if (onEdges && node.kind !== 'input') return '';
  return shorten([node.dtype, node.shape].filter((part) => part !== null).join(' '));
}

/** A constant is called by its value. */
const labelOf = ({ kind, label, attributes }: GraphNode): string =>
  shorten(kind === 'constant' ? (attributes['value'] ?? label) : label);

/** The order in which a reader thinks of branches and bodies; others follow as they come. */
const READING_ORDER = ['test', 'cond', 'then_branch', 'else_branch', 'body'];

function inReadingOrder(graphs: Record<string, Graph>): [string, Graph][] {
  const rank = ([name]: [string, Graph]): number => {
    const at = READING_ORDER.indexOf(name);
    return at < 0 ? READING_ORDER.length : at;
  };
  return Object.entries(graphs).sort((one, other) => rank(one) - rank(other));
}

/** The name of a branch or body inside its node. */
const groupId = (node: string, attribute: string): string => `${node}/${attribute}`;

/** What the layout library is asked. Edges stay inside their own graph, so levels are independent. */
export function toElk(graph: Graph, open: ReadonlySet<string>): ElkNode {
  const fine = visibleNodes(graph, open) <= FINE_LIMIT;
  return { id: '\0root', layoutOptions: LAYOUT, ...level(graph, open, '', fine) };
}

function visibleNodes(graph: Graph, open: ReadonlySet<string>): number {
  let count = graph.nodes.length;
  for (const node of graph.nodes) {
    if (!open.has(node.id)) continue;
    for (const inner of Object.values(node.graphs)) count += visibleNodes(inner, open);
  }
  return count;
}

const LAYOUT: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '16',
  'elk.padding': '[top=34,left=14,bottom=14,right=14]',
  'elk.edgeRouting': 'ORTHOGONAL',
};

function level(
  graph: Graph,
  open: ReadonlySet<string>,
  prefix: string,
  fine: boolean,
): { children: ElkNode[]; edges: ElkExtendedEdge[] } {
  const ids = new Set(graph.nodes.map(({ id }) => id));
  const onEdges = told(graph, fine);
  const children = graph.nodes.map((node): ElkNode => {
    const inner = inReadingOrder(node.graphs);
    if (inner.length === 0 || !open.has(node.id)) {
      return { id: node.id, ...sizeOf(node, onEdges.has(node.id)) };
    }
    return {
      id: node.id,
      layoutOptions: {
        ...LAYOUT,
        'elk.direction': 'RIGHT',
        'elk.layered.considerModelOrder.components': 'MODEL_ORDER',
        'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${shorten(node.label).length * CHARACTER + 70}, 60)`,
      },
      children: inner.map(([attribute, group]) => ({
        id: groupId(node.id, attribute),
        layoutOptions: {
          ...LAYOUT,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${shorten(attribute).length * CHARACTER + 40}, 50)`,
        },
        ...level(group, open, groupId(node.id, attribute), fine),
      })),
      edges: [],
    };
  });
  const edges = graph.edges
    .map((edge, index) => ({ edge, index }))
    .filter(({ edge }) => ids.has(edge.from) && ids.has(edge.to))
    .map(({ edge, index }): ElkExtendedEdge => ({
      id: `${prefix}\0${index}`,
      sources: [edge.from],
      targets: [edge.to],
      ...(fine &&
        edge.label !== '' && {
          labels: [{ text: '·', width: shorten(edge.label).length * 6.2 + 6, height: 14 }],
        }),
    }));
  return { children, edges };
}

function sizeOf(node: GraphNode, onEdges: boolean): { width: number; height: number } {
  const detail = detailOf(node, onEdges);
  const longest = Math.max(labelOf(node).length, detail.length * 0.85);
  const toggle = Object.keys(node.graphs).length > 0 ? 22 : 0;
  return {
    width: Math.ceil(Math.max(48, longest * CHARACTER + 22 + toggle)),
    height: detail === '' ? 28 : 42,
  };
}

/** Boxes and lines with absolute places, outer boxes before what they hold. */
export function fromElk(root: ElkNode, graph: Graph, open: ReadonlySet<string>): Picture {
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  const fine = visibleNodes(graph, open) <= FINE_LIMIT;
  collect(root, graph, '', 0, 0);
  return { nodes, edges, width: root.width ?? 0, height: root.height ?? 0 };

  function collect(laid: ElkNode, inside: Graph, prefix: string, left: number, top: number): void {
    const byId = new Map(inside.nodes.map((node) => [node.id, node]));
    const onEdges = told(inside, fine);
    for (const child of laid.children ?? []) {
      const node = byId.get(child.id);
      if (!node) continue;
      const x = left + (child.x ?? 0);
      const y = top + (child.y ?? 0);
      nodes.push(placed(node, open.has(node.id), onEdges.has(node.id), box(child, x, y)));
      for (const group of child.children ?? []) {
        const attribute = group.id.slice(node.id.length + 1);
        const inner = node.graphs[attribute];
        if (!inner) continue;
        const [gx, gy] = [x + (group.x ?? 0), y + (group.y ?? 0)];
        nodes.push(placedGroup(group.id, attribute, box(group, gx, gy)));
        collect(group, inner, group.id, gx, gy);
      }
    }
    for (const laidEdge of laid.edges ?? []) {
      const edge = inside.edges[Number(laidEdge.id.slice(prefix.length + 1))];
      if (edge) {
        edges.push({
          ...edge,
          label: shorten(edge.label),
          points: points(laidEdge.sections ?? [], left, top),
          labelAt: labelPlace(laidEdge, left, top),
        });
      }
    }
  }
}

type Box = Pick<PlacedNode, 'x' | 'y' | 'width' | 'height'>;

const box = (laid: ElkNode, x: number, y: number): Box => ({
  x,
  y,
  width: laid.width ?? 0,
  height: laid.height ?? 0,
});

function placed(node: GraphNode, open: boolean, onEdges: boolean, where: Box): PlacedNode {
  const holds = Object.keys(node.graphs).length > 0;
  return {
    id: node.id,
    label: labelOf(node),
    detail: detailOf(node, onEdges),
    kind: node.kind,
    expandable: holds,
    open: holds && open,
    unused: node.unused === true,
    line: node.source?.line ?? null,
    ...where,
  };
}

const placedGroup = (id: string, attribute: string, where: Box): PlacedNode => ({
  id,
  label: shorten(attribute),
  detail: '',
  kind: 'group',
  expandable: false,
  open: true,
  unused: false,
  line: null,
  ...where,
});

function points(
  sections: readonly ElkEdgeSection[],
  left: number,
  top: number,
): [number, number][] {
  return sections.flatMap(({ startPoint, bendPoints, endPoint }) =>
    [startPoint, ...(bendPoints ?? []), endPoint].map(({ x, y }): [number, number] => [
      left + x,
      top + y,
    ]),
  );
}

function labelPlace(edge: ElkExtendedEdge, left: number, top: number): [number, number] | null {
  const label = edge.labels?.[0];
  if (label?.x === undefined || label.y === undefined) return null;
  return [left + label.x + (label.width ?? 0) / 2, top + label.y + (label.height ?? 0) / 2];
}
