// The small map in the corner: all of the graph, and the part in sight as a frame.

import { element } from '../dom';
import { colourOf } from './overview';
import type { Scene } from './scene';
import type { Colours } from './theme';
import type { Viewport } from './viewport';

const WIDTH = 170;
const HEIGHT = 120;
/** Long and narrow graphs are stretched so much the other way. */
const STRETCH = 8;

/** From places of the graph to places of the map. */
interface Scale {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
}

export function scaleOf(width: number, height: number): Scale {
  const fit = { x: WIDTH / Math.max(1, width), y: HEIGHT / Math.max(1, height) };
  const x = Math.min(fit.x, fit.y * STRETCH);
  const y = Math.min(fit.y, fit.x * STRETCH);
  // What is small in both directions is not blown up.
  const least = Math.min(x, y);
  const shrink = Math.min(1, 1 / least);
  return {
    x: x * shrink,
    y: y * shrink,
    left: (WIDTH - width * x * shrink) / 2,
    top: (HEIGHT - height * y * shrink) / 2,
  };
}

export class Minimap {
  readonly root = element('canvas', {
    class: 'minimap',
    width: WIDTH,
    height: HEIGHT,
    'aria-hidden': 'true',
  });
  private readonly background = element('canvas', { width: WIDTH, height: HEIGHT });
  private scale: Scale = { x: 1, y: 1, left: 0, top: 0 };

  constructor(moveTo: (x: number, y: number) => void) {
    const move = (event: PointerEvent): void => {
      const { left, top } = this.root.getBoundingClientRect();
      const { scale } = this;
      moveTo(
        (event.clientX - left - scale.left) / scale.x,
        (event.clientY - top - scale.top) / scale.y,
      );
    };
    this.root.addEventListener('pointerdown', (event) => {
      this.root.setPointerCapture(event.pointerId);
      move(event);
    });
    this.root.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) move(event);
    });
  }

  /** Draw the graph once; only the frame changes later. */
  prepare(scene: Scene, palette: Colours): void {
    const scale = (this.scale = scaleOf(scene.width, scene.height));
    const context = this.background.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    for (const node of scene.nodes) {
      const [width, height] = [node.width * scale.x, node.height * scale.y];
      context.fillStyle = colourOf(node, palette);
      context.globalAlpha = node.open ? 0.2 : 1;
      if (node.kind === 'group') continue;
      context.fillRect(
        scale.left + node.x * scale.x,
        scale.top + node.y * scale.y,
        Math.max(1, width),
        Math.max(1, height),
      );
    }
  }

  draw(scene: Scene, view: Viewport, palette: Colours): void {
    const context = this.root.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.drawImage(this.background, 0, 0);
    const { left, top, right, bottom } = view.area;
    const { scale } = this;
    const whole = left <= 0 && top <= 0 && right >= scene.width && bottom >= scene.height;
    this.root.classList.toggle('whole', whole);
    context.strokeStyle = palette.frame;
    context.lineWidth = 1.5;
    context.strokeRect(
      scale.left + left * scale.x,
      scale.top + top * scale.y,
      Math.max(3, (right - left) * scale.x),
      Math.max(3, (bottom - top) * scale.y),
    );
  }
}
