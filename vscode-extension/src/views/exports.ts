// A graph as a file: SVG of the picture as it stands, DOT and JSON of the graph itself.

import type { Graph, Run } from '../protocol';
import type { Picture, PlacedEdge, PlacedNode } from './picture';

/** Characters that XML may not hold: most control characters, lone surrogates, two odd ones. */
function isForbidden(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for XML: markup and forbidden characters out. */
export function escapeXml(text: string): string {
  return Array.from(text, (character) =>
    isForbidden(character.codePointAt(0) ?? 0) ? '\ufffd' : (ENTITIES[character] ?? character),
  ).join('');
}

const STYLE = `
  text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f1f1f; text-anchor: middle; }
  .corner { text-anchor: start; }
  .detail, .edge-label { font-size: 10px; fill: #5a5a5a; }
  .node { fill: #eef3fb; stroke: #4a76b8; }
  .input, .output { fill: #e9f5ec; stroke: #3d8b57; }
  .constant { fill: #f4f4f4; stroke: #8a8a8a; }
  .open { fill: #fbfbfb; stroke: #4a76b8; }
  .unused { stroke-dasharray: 5 3; }
  .group { fill: none; stroke: #a0a0a0; stroke-dasharray: 2 3; }
  .edge { fill: none; stroke: #666666; }
  .control { stroke: #b8652a; stroke-dasharray: 6 4; }
`;

/** A file that stands alone: no script, no reference to anything outside. */
export function toSvg(picture: Picture, title: string): string {
  const { width, height } = picture;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8Z" fill="#666666"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...picture.nodes.filter(isBox).map(nodeSvg),
    ...picture.edges.map(edgeSvg),
    ...picture.nodes.filter((node) => !isBox(node)).map(nodeSvg),
    '</svg>',
    '',
  ].join('\n');
}

const isBox = (node: PlacedNode): boolean => node.open || node.kind === 'group';

function nodeSvg(node: PlacedNode): string {
  const { x, y, width, height, label, detail } = node;
  const open = node.open && node.kind !== 'group' ? ' open' : '';
  const classes = `node ${node.kind}${open}${node.unused ? ' unused' : ''}`;
  const middle = isBox(node) ? x + 12 : x + width / 2;
  const rect = `<rect class="${classes}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
  const top = isBox(node) ? y + 18 : y + height / 2 + (detail === '' ? 4 : -2);
  const start = isBox(node) ? ' class="corner"' : '';
  const name = `<text${start} x="${middle}" y="${top}">${escapeXml(label)}</text>`;
  if (detail === '' || isBox(node)) return `<g>${rect}${name}</g>`;
  const below = `<text class="detail" x="${middle}" y="${top + 14}">${escapeXml(detail)}</text>`;
  return `<g>${rect}${name}${below}</g>`;
}

function edgeSvg({ kind, points, label, labelAt }: PlacedEdge): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const line = `<path class="edge ${kind}" d="${path}" marker-end="url(#arrow)"/>`;
  if (!labelAt) return line;
  const [x, y] = labelAt;
  return `${line}<text class="edge-label" x="${x}" y="${y + 3}">${escapeXml(label)}</text>`;
}

const quoted = (text: string): string =>
  `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n')}"`;

/** Graphviz text; branches and bodies become clusters behind their node. */
export function toDot(graph: Graph): string {
  const lines = [`digraph ${quoted(graph.name)} {`, '  node [shape=box, fontname="monospace"];'];
  write(graph, '  ');
  lines.push('}', '');
  return lines.join('\n');

  function write(inside: Graph, indent: string): void {
    for (const node of inside.nodes) {
      const detail = [node.dtype, node.shape].filter((part) => part !== null).join(' ');
      const label = detail === '' ? node.label : `${node.label}\n${detail}`;
      lines.push(`${indent}${quoted(node.id)} [label=${quoted(label)}];`);
      for (const [attribute, inner] of Object.entries(node.graphs)) {
        lines.push(`${indent}subgraph ${quoted(`cluster_${node.id}_${attribute}`)} {`);
        lines.push(`${indent}  label=${quoted(`${node.label}: ${attribute}`)};`);
        write(inner, `${indent}  `);
        lines.push(`${indent}}`);
      }
    }
    for (const { from, to, kind, label } of inside.edges) {
      const style = kind === 'control' ? ', style=dashed' : '';
      lines.push(`${indent}${quoted(from)} -> ${quoted(to)} [label=${quoted(label)}${style}];`);
    }
  }
}

export function toJson(graph: Graph): string {
  return `${JSON.stringify({ schema: 'graphlens-graph-1', ...graph }, null, 2)}\n`;
}

/**
 * The bytes of the model that a run made on the way.
 *
 * @throws if there is none, with what to do about it where something can be done
 */
export function toOnnx(run: Pick<Run, 'exported' | 'error'>): Uint8Array {
  const { exported, error } = run;
  if (exported?.data) return Buffer.from(exported.data, 'base64');
  if (exported?.problem) throw new Error(`no ONNX model: ${exported.problem}`);
  throw new Error(`no ONNX model: ${error ? `${error.type}: ${error.message}` : 'not traced'}`);
}
