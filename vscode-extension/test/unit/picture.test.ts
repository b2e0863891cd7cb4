import assert from 'node:assert/strict';
import { test } from 'node:test';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { Graph, GraphNode } from '../../src/protocol';
import { layOut } from '../../src/views/chooseLayout';
import { escapeXml, toDot, toJson, toOnnx, toSvg } from '../../src/views/exports';
import {
  countNodes,
  countUnused,
  expandable,
  fromElk,
  nodesOfLine,
  openAtFirst,
  shorten,
  toElk,
  withoutUnused,
  type Picture,
} from '../../src/views/picture';
import { scaleOf } from '../../src/webview/graph/minimap';
import { Scene } from '../../src/webview/graph/scene';
import { Viewport } from '../../src/webview/graph/viewport';

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  op: 'Add',
  label: id,
  kind: 'op',
  dtype: 'float32',
  shape: '(2,)',
  source: { uri: 'file:///a.py', line: 3 },
  attributes: {},
  graphs: {},
  ...more,
});

const inner = (prefix: string): Graph => ({
  name: prefix,
  nodes: [node(`${prefix}.a`), node(`${prefix}.b`)],
  edges: [{ from: `${prefix}.a`, to: `${prefix}.b`, kind: 'data', label: 'float32 (2,)' }],
  outputs: [`${prefix}.b`],
});

const graph: Graph = {
  name: 'f',
  nodes: [
    node('x', { kind: 'input' }),
    node('cond', { graphs: { then: inner('t'), else: inner('e') } }),
    node('y', { kind: 'output' }),
  ],
  edges: [
    { from: 'x', to: 'cond', kind: 'data', label: 'float32 (2,)' },
    { from: 'cond', to: 'y', kind: 'control', label: '' },
  ],
  outputs: ['y'],
};

const draw = async (open: Set<string>): Promise<Picture> =>
  fromElk(await layOut(toElk(graph, open), (small) => new ELK().layout(small)), graph, open);

test('what nothing needs is counted, and can be left out with its lines', async () => {
  const dead: Graph = {
    ...graph,
    nodes: [
      ...graph.nodes.map((each) =>
        each.id === 'cond'
          ? {
              ...each,
              graphs: {
                ...each.graphs,
                else: { ...inner('e'), nodes: [node('e.a', { unused: true }), node('e.b')] },
              },
            }
          : each,
      ),
      node('dead', { unused: true, graphs: { body: inner('d') } }),
    ],
    edges: [...graph.edges, { from: 'x', to: 'dead', kind: 'data', label: '' }],
  };
  assert.equal(countUnused(dead), 2);
  assert.equal(countUnused(graph), 0);
  const used = withoutUnused(dead);
  assert.deepEqual(
    used.nodes.map(({ id }) => id),
    ['x', 'cond', 'y'],
  );
  assert.deepEqual(used.edges, graph.edges);
  assert.deepEqual(used.nodes[1]?.graphs['else']?.edges, []);
  assert.equal(countNodes(used), 6);
  const open = openAtFirst(dead);
  const laid = await layOut(toElk(dead, open), (small) => new ELK().layout(small));
  const drawn = fromElk(laid, dead, open).nodes.filter(({ unused }) => unused);
  assert.deepEqual(
    drawn.map(({ id }) => id),
    ['e.a', 'dead'],
  );
});

test('small branches stand open at first, and every node is counted', () => {
  assert.equal(countNodes(graph), 7);
  assert.deepEqual([...openAtFirst(graph)], ['cond']);
  assert.deepEqual([...expandable(graph)], ['cond']);
});

test('a line is found in its nodes, or in the closed box that hides them', () => {
  const here: Graph = {
    ...graph,
    nodes: graph.nodes.map((each) => ({ ...each, source: null })),
  };
  assert.deepEqual(nodesOfLine(here, 3, new Set(['cond'])), ['t.a', 't.b', 'e.a', 'e.b']);
  assert.deepEqual(nodesOfLine(here, 3, new Set()), ['cond']);
  assert.deepEqual(nodesOfLine(here, 4, new Set()), []);
});

test('a closed box hides what it holds', async () => {
  const picture = await draw(new Set());
  assert.deepEqual(
    picture.nodes.map(({ id }) => id),
    ['x', 'cond', 'y'],
  );
  assert.equal(picture.edges.length, 2);
});

test('an open box holds its branches, and they hold their nodes', async () => {
  const picture = await draw(new Set(['cond']));
  const byId = new Map(picture.nodes.map((each) => [each.id, each]));
  const [outside, branch, leaf] = ['cond', 'cond/then', 't.a'].map((id) => byId.get(id));
  assert.ok(outside && branch && leaf);
  for (const [large, small] of [
    [outside, branch],
    [branch, leaf],
  ] as const) {
    assert.ok(small.x >= large.x && small.x + small.width <= large.x + large.width);
    assert.ok(small.y >= large.y && small.y + small.height <= large.y + large.height);
  }
  assert.equal(picture.edges.length, 4);
});

test('leaves do not overlap, and every line begins and ends somewhere', async () => {
  const picture = await draw(new Set(['cond']));
  const leaves = picture.nodes.filter(({ open, kind }) => !open && kind !== 'group');
  for (const one of leaves) {
    for (const other of leaves) {
      if (one === other) continue;
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      assert.ok(apart, `${one.id} and ${other.id}`);
    }
  }
  for (const { points } of picture.edges) assert.ok(points.length >= 2);
});

test('text of the user is cut and stays text', () => {
  assert.equal(shorten('a\n  b'), 'a b');
  assert.equal(Array.from(shorten('x'.repeat(1_000_000))).length, 44);
  assert.equal(escapeXml('"><img onerror=x>'), '&quot;&gt;&lt;img onerror=x&gt;');
  assert.equal(escapeXml('a\u0000b\ud800c\u{1f600}'), 'a\ufffdb\ufffdc\u{1f600}');
});

test('the SVG file holds no script and no reference, whatever the names are', async () => {
  const names = ['"><img onerror=alert(1)>', '</script><script>x</script>', '${x}', ']]>'];
  const hostile: Graph = { name: 'h', nodes: names.map((id) => node(id)), edges: [], outputs: [] };
  const picture = fromElk(
    await new ELK().layout(toElk(hostile, new Set())),
    hostile,
    new Set<string>(),
  );
  const text = toSvg(picture, names.join());
  assert.doesNotMatch(text, /<script|<img|href|url\((?!#arrow)/);
  assert.match(text, /&lt;img onerror/);
});

test('DOT has a cluster for each branch and dashes for control', () => {
  const text = toDot({ ...graph, name: 'say "f"' });
  assert.match(text, /^digraph "say \\"f\\"" \{/);
  assert.match(text, /subgraph "cluster_cond_then"/);
  assert.match(text, /"cond" -> "y" \[label="", style=dashed\]/);
});

test('JSON reads back as the graph', () => {
  const { schema, ...rest } = JSON.parse(toJson(graph)) as Graph & { schema: string };
  assert.equal(schema, 'graphlens-graph-1');
  assert.deepEqual(rest, graph);
});

test('the scene answers what is where, and where the arrows lead', async () => {
  const scene = new Scene(await draw(new Set(['cond'])));
  const leaf = scene.node('t.a');
  assert.ok(leaf);
  assert.equal(scene.at(leaf.x + 1, leaf.y + 1)?.id, 't.a', 'the innermost box');
  assert.equal(scene.neighbour('x', 'down')?.id, 'cond');
  assert.equal(scene.neighbour('y', 'up')?.id, 'cond');
  assert.deepEqual(
    scene.search('T.').map(({ id }) => id),
    ['t.a', 't.b'],
  );
  assert.deepEqual(scene.search('  '), []);
});

test('the small map holds all of the graph, and stretches what is long and narrow', () => {
  for (const [width, height] of [
    [1200, 800],
    [900, 300_000],
    [300_000, 900],
    [40, 30],
  ] as const) {
    const { x, y, left, top } = scaleOf(width, height);
    assert.ok(left >= 0 && top >= 0 && left + width * x <= 170.01 && top + height * y <= 120.01);
    assert.ok(Math.max(x, y) / Math.min(x, y) <= 8.01);
  }
});

test('zooming keeps what is under the pointer; fitting shows everything', () => {
  const view = new Viewport(800, 600);
  const before = view.toPicture(200, 100);
  view.zoomAt(200, 100, 2);
  assert.deepEqual(view.toPicture(200, 100), before);
  view.fit(10_000, 50);
  const { left, right } = view.area;
  assert.ok(left <= 0 && right >= 10_000);
  view.fit(10, 10);
  assert.equal(view.scale, 1, 'never larger than life');
});

test('the bytes of a model come out whole; where there is none, it is said why', () => {
  const bytes = Buffer.from([8, 0, 255, 10]);
  const data = bytes.toString('base64');
  const made = toOnnx({ exported: { format: 'onnx', data, problem: null }, error: null });
  assert.deepEqual([...made], [...bytes]);
  const problem = 'this needs the package onnx: /usr/bin/python3 -m pip install onnx';
  assert.throws(
    () => toOnnx({ exported: { format: 'onnx', data: null, problem }, error: null }),
    /pip install onnx/,
  );
  const error = { kind: 'arguments', type: 'TypeError', message: 'x?', frames: [], text: '' };
  assert.throws(() => toOnnx({ error }), /TypeError: x\?/);
});
