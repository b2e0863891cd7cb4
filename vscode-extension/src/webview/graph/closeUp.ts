// The picture close up, as SVG: only what is in sight exists.

import type { PlacedEdge, PlacedNode } from '../../views/picture';
import { svg } from '../dom';
import type { Scene } from './scene';
import type { Viewport } from './viewport';

export class CloseUp {
  readonly root = svg('svg', { class: 'close-up', 'aria-hidden': 'true' });
  private readonly layer = svg('g');
  private readonly edges = svg('g');
  private readonly boxes = svg('g');
  private readonly nodes = svg('g');
  private readonly shownNodes = new Map<PlacedNode, SVGGElement>();
  private readonly shownEdges = new Map<PlacedEdge, SVGGElement>();

  constructor() {
    const arrow = (id: string): SVGMarkerElement =>
      svg(
        'marker',
        {
          id,
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerUnits: 'userSpaceOnUse',
          markerWidth: 8,
          markerHeight: 8,
          orient: 'auto',
          class: id,
        },
        svg('path', { d: 'M0 0L8 4L0 8Z' }),
      );
    this.layer.append(this.boxes, this.edges, this.nodes);
    this.root.append(svg('defs', {}, arrow('arrow-data'), arrow('arrow-control')), this.layer);
  }

  clear(): void {
    this.shownNodes.clear();
    this.shownEdges.clear();
    for (const layer of [this.edges, this.boxes, this.nodes]) layer.replaceChildren();
  }

  draw(
    scene: Scene,
    view: Viewport,
    marked: ReadonlySet<string>,
    selected: string | undefined,
  ): void {
    const { scale, area } = view;
    this.layer.setAttribute('transform', `scale(${scale}) translate(${-view.x} ${-view.y})`);
    keep(this.shownNodes, scene.nodesIn(area), (node) => {
      const made = nodeElement(node);
      (isBox(node) ? this.boxes : this.nodes).append(made);
      return made;
    });
    keep(this.shownEdges, scene.edgesIn(area), (edge) => {
      const made = edgeElement(edge);
      this.edges.append(made);
      return made;
    });
    for (const [node, made] of this.shownNodes) {
      made.classList.toggle('marked', marked.has(node.id));
      made.classList.toggle('selected', node.id === selected);
    }
    for (const [edge, made] of this.shownEdges) {
      made.classList.toggle('linked', edge.from === selected || edge.to === selected);
    }
  }
}

/** A line longer than this passes many rows. */
const LONG = 1000;

const isBox = (node: PlacedNode): boolean => node.open || node.kind === 'group';

/** Make what came into sight, remove what left it. */
function keep<T>(
  shown: Map<T, SVGGElement>,
  wanted: readonly T[],
  make: (item: T) => SVGGElement,
): void {
  const now = new Set(wanted);
  for (const [item, made] of shown) {
    if (now.has(item)) continue;
    made.remove();
    shown.delete(item);
  }
  for (const item of wanted) if (!shown.has(item)) shown.set(item, make(item));
}

function nodeElement(node: PlacedNode): SVGGElement {
  const { id, x, y, width, height, kind, label, detail, expandable, open, unused } = node;
  const made = svg(
    'g',
    {
      class: `node ${kind}${open && kind !== 'group' ? ' open' : ''}${unused ? ' unused' : ''}`,
      'data-id': id,
      transform: `translate(${x} ${y})`,
    },
    svg('rect', { width, height, rx: 4 }),
  );
  const box = isBox(node);
  // The name of an open box stands at its corner: its middle may be far out of sight.
  const middle = box ? (expandable ? 26 : 12) : width / 2 + (expandable ? 9 : 0);
  const top = box ? 20 : height / 2 + (detail === '' ? 4 : -3);
  made.append(svg('text', { class: 'label', x: middle, y: top }, label));
  if (detail !== '' && !box) {
    made.append(svg('text', { class: 'detail', x: middle, y: top + 15 }, detail));
  }
  if (expandable) {
    made.append(
      svg('text', { class: 'toggle', x: 13, y: box ? 20 : height / 2 + 5 }, open ? '▾' : '▸'),
    );
  }
  return made;
}

function edgeElement({ kind, points, label, labelAt }: PlacedEdge): SVGGElement {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const height = (points.at(-1)?.[1] ?? 0) - (points[0]?.[1] ?? 0);
  const made = svg(
    'g',
    { class: `edge ${kind}${height > LONG ? ' long' : ''}` },
    svg('path', { d: path, 'marker-end': `url(#arrow-${kind})` }),
  );
  if (labelAt && label !== '') {
    made.append(svg('text', { class: 'edge-label', x: labelAt[0], y: labelAt[1] + 3 }, label));
  }
  return made;
}
