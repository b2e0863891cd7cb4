// The small map in the corner: all of the graph, and the part in sight as a frame.

import { element } from '../dom';
import { colourOf } from './overview';
import type { Scene } from './scene';
import type { Colours } from './theme';
import type { Viewport } from './viewport';

const WIDTH = 170;
const HEIGHT = 120;

export class Minimap {
  readonly root = element('canvas', {
    class: 'minimap',
    width: WIDTH,
    height: HEIGHT,
    'aria-hidden': 'true',
  });
  private readonly background = element('canvas', { width: WIDTH, height: HEIGHT });
  private scale = 1;

  constructor(moveTo: (x: number, y: number) => void) {
    const move = (event: PointerEvent): void => {
      const { left, top } = this.root.getBoundingClientRect();
      moveTo((event.clientX - left) / this.scale, (event.clientY - top) / this.scale);
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
    this.scale = Math.min(WIDTH / Math.max(1, scene.width), HEIGHT / Math.max(1, scene.height));
    const context = this.background.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    for (const node of scene.nodes) {
      const [width, height] = [node.width * this.scale, node.height * this.scale];
      context.fillStyle = colourOf(node, palette);
      context.globalAlpha = node.open ? 0.2 : 1;
      if (node.kind === 'group') continue;
      context.fillRect(
        node.x * this.scale,
        node.y * this.scale,
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
    const whole = left <= 0 && top <= 0 && right >= scene.width && bottom >= scene.height;
    this.root.classList.toggle('whole', whole);
    context.strokeStyle = palette.frame;
    context.lineWidth = 1.5;
    context.strokeRect(
      left * this.scale,
      top * this.scale,
      Math.max(3, (right - left) * this.scale),
      Math.max(3, (bottom - top) * this.scale),
    );
  }
}
