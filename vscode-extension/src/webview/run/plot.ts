// Pictures of arrays: a line for one dimension, an image for two.

import type { Nested, Value } from '../../protocol';
import { element, svg } from '../dom';

const WIDTH = 520;
const HEIGHT = 160;
const LEFT = 84;
const EDGE = 10;

/** A picture of a tensor, where the server says one makes sense. */
export function plot(value: Extract<Value, { kind: 'tensor' }>): HTMLElement | undefined {
  if (value.plot === 'line') return line(numbers(value.data));
  if (value.plot === 'image' && Array.isArray(value.data)) return image(value.data.map(numbers));
  return undefined;
}

/** Numbers stay, truth values count 0 and 1, everything else is a gap. */
export function numbers(data: Nested): number[] {
  if (!Array.isArray(data)) return [];
  return data.map((item) => {
    if (typeof item === 'boolean') return item ? 1 : 0;
    return typeof item === 'number' ? item : NaN;
  });
}

/** Smallest and largest finite value; a range of some width even where all are equal. */
export function rangeOf(values: Iterable<number>): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return undefined;
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** The path of a line, lifted at gaps. */
export function linePath(
  values: readonly number[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let pen = false;
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return path;
}

/** A number of at most nine characters, so that it stands beside the axis. */
const short = (value: number): string => {
  const plain = String(Number(value.toPrecision(5)));
  return plain.length <= 9 ? plain : value.toExponential(2);
};

function line(values: readonly number[]): HTMLElement | undefined {
  const range = rangeOf(values);
  if (!range || values.length < 2) return undefined;
  const [low, high] = range;
  const bottom = HEIGHT - 24;
  const x = (index: number): number => LEFT + (index / (values.length - 1)) * (WIDTH - LEFT - EDGE);
  const y = (value: number): number => bottom - ((value - low) / (high - low)) * (bottom - EDGE);
  const label = (text: string, at: number, top: number, anchor: string): SVGTextElement =>
    svg('text', { x: at, y: top, 'text-anchor': anchor }, text);
  const dots =
    values.length > 60
      ? []
      : values.flatMap((value, index) =>
          Number.isFinite(value)
            ? svg(
                'circle',
                { cx: x(index), cy: y(value), r: 3 },
                svg('title', {}, `[${index}] ${value}`),
              )
            : [],
        );
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'plot line' },
    svg('title', {}, `${values.length} values from ${short(low)} to ${short(high)}`),
    svg('path', { class: 'axis', d: `M${LEFT} ${EDGE}V${bottom}H${WIDTH - EDGE}` }),
    svg('path', { class: 'curve', d: linePath(values, x, y) }),
    ...dots,
    label(short(high), LEFT - 6, EDGE + 8, 'end'),
    label(short(low), LEFT - 6, bottom, 'end'),
    label('0', LEFT, HEIGHT - 8, 'middle'),
    label(String(values.length - 1), WIDTH - EDGE, HEIGHT - 8, 'end'),
  );
  return element('figure', {}, drawing);
}

/** Blue over grey to orange: told apart in every theme and by the colour-blind. */
export function colourOf(value: number, low: number, high: number): [number, number, number] {
  const at = (value - low) / (high - low);
  const from: [number, number, number] = at < 0.5 ? [33, 84, 166] : [205, 205, 205];
  const to: [number, number, number] = at < 0.5 ? [205, 205, 205] : [214, 110, 20];
  const share = at < 0.5 ? at * 2 : at * 2 - 1;
  const mix = (index: 0 | 1 | 2): number =>
    Math.round(from[index] + (to[index] - from[index]) * share);
  return [mix(0), mix(1), mix(2)];
}

function image(rows: readonly number[][]): HTMLElement | undefined {
  const height = rows.length;
  const width = Math.max(0, ...rows.map((row) => row.length));
  const range = rangeOf(rows.flat());
  if (!range || width === 0) return undefined;
  const [low, high] = range;
  const canvas = element('canvas', { width, height, class: 'plot image', role: 'img' });
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  const pixels = context.createImageData(width, height);
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      if (!Number.isFinite(value)) return;
      pixels.data.set([...colourOf(value, low, high), 255], (y * width + x) * 4);
    }),
  );
  context.putImageData(pixels, 0, 0);
  const scale = Math.max(1, Math.min(24, Math.floor(WIDTH / width), Math.floor(360 / height)));
  canvas.style.width = `${Math.min(WIDTH, width * scale)}px`;
  canvas.setAttribute('aria-label', `${height} × ${width}, ${short(low)} to ${short(high)}`);
  const caption = `${height} × ${width}; blue ${short(low)}, orange ${short(high)}`;
  return element('figure', {}, canvas, element('figcaption', { class: 'note' }, caption));
}
