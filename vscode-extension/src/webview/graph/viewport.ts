// Which part of the picture is seen, and how large.

import type { Rectangle } from './scene';

const SMALLEST = 0.004;
const LARGEST = 4;

export class Viewport {
  x = 0;
  y = 0;
  scale = 1;

  constructor(
    public width: number,
    public height: number,
  ) {}

  /** The part of the picture that is seen. */
  get area(): Rectangle {
    return {
      left: this.x,
      top: this.y,
      right: this.x + this.width / this.scale,
      bottom: this.y + this.height / this.scale,
    };
  }

  toPicture(x: number, y: number): [number, number] {
    return [this.x + x / this.scale, this.y + y / this.scale];
  }

  panBy(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Zoom so that what is under the given place of the window stays there. */
  zoomAt(x: number, y: number, factor: number): void {
    const [px, py] = this.toPicture(x, y);
    this.scale = Math.min(LARGEST, Math.max(SMALLEST, this.scale * factor));
    this.x = px - x / this.scale;
    this.y = py - y / this.scale;
  }

  /** The whole picture, but never larger than life. */
  fit(width: number, height: number): void {
    if (width === 0 || height === 0) return;
    const margin = 24;
    const wide = (this.width - margin) / width;
    const high = (this.height - margin) / height;
    this.scale = Math.min(1, Math.max(SMALLEST, Math.min(wide, high)));
    this.centreOn(width / 2, height / 2);
  }

  /** At reading size from the top, over this place, or in the middle if all the width is seen. */
  startAt(scale: number, x: number, width: number): void {
    this.scale = scale;
    this.centreOn(width * scale <= this.width ? width / 2 : x, 0);
    this.y = -12 / scale;
  }

  centreOn(x: number, y: number): void {
    this.x = x - this.width / this.scale / 2;
    this.y = y - this.height / this.scale / 2;
  }
}
