// The picture from afar, on a canvas: thousands of boxes without text.

import type { PlacedNode } from '../../views/picture';
import { element } from '../dom';
import type { Scene } from './scene';
import type { Colours } from './theme';
import type { Viewport } from './viewport';

export class Overview {
  readonly root = element('canvas', { class: 'overview', 'aria-hidden': 'true' });

  resize(width: number, height: number): void {
    const ratio = window.devicePixelRatio;
    this.root.width = Math.round(width * ratio);
    this.root.height = Math.round(height * ratio);
  }

  draw(
    scene: Scene,
    view: Viewport,
    palette: Colours,
    marked: ReadonlySet<string>,
    selected: string | undefined,
  ): void {
    const context = this.root.getContext('2d');
    if (!context) return;
    const ratio = window.devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.root.width, this.root.height);
    const scale = view.scale * ratio;
    context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
    drawEdges(context, scene, view, palette);
    drawNodes(context, scene.nodesIn(view.area), view, palette, marked, selected);
  }
}

function drawEdges(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: Viewport,
  palette: Colours,
): void {
  const edges = scene.edgesIn(view.area);
  context.lineWidth = 1 / view.scale;
  for (const kind of ['data', 'control'] as const) {
    context.strokeStyle = kind === 'data' ? palette.edge : palette.control;
    context.globalAlpha = 0.55;
    context.setLineDash(kind === 'data' ? [] : [6 / view.scale, 4 / view.scale]);
    context.beginPath();
    for (const edge of edges) {
      if (edge.kind !== kind) continue;
      edge.points.forEach(([x, y], index) =>
        index === 0 ? context.moveTo(x, y) : context.lineTo(x, y),
      );
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

export function colourOf(node: PlacedNode, palette: Colours): string {
  if (node.kind === 'input' || node.kind === 'output') return palette.input;
  return node.kind === 'constant' ? palette.constant : palette.node;
}

function drawNodes(
  context: CanvasRenderingContext2D,
  nodes: readonly PlacedNode[],
  view: Viewport,
  palette: Colours,
  marked: ReadonlySet<string>,
  selected: string | undefined,
): void {
  // A box is drawn at least two pixels wide, however far away it is.
  const least = 2 / view.scale;
  for (const node of nodes) {
    const { id, x, y, width, height } = node;
    const colour = marked.has(id) || id === selected ? palette.marked : colourOf(node, palette);
    if (node.open || node.kind === 'group') {
      context.strokeStyle = colour;
      context.lineWidth = 1 / view.scale;
      context.strokeRect(x, y, width, height);
    } else {
      context.fillStyle = colour;
      context.fillRect(x, y, Math.max(width, least), Math.max(height, least));
    }
  }
}
