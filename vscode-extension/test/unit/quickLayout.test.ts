import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ElkNode } from 'elkjs/lib/elk-api';
import type { Graph, GraphEdge, GraphNode } from '../../src/protocol';
import { layOut } from '../../src/views/chooseLayout';
import { fromElk, toElk, type Picture } from '../../src/views/picture';
import { passages, quickLayout } from '../../src/views/quickLayout';

const node = (id: string, graphs: Record<string, Graph> = {}): GraphNode => ({
  ...{ id, op: 'Tanh', label: id, kind: 'op', dtype: 'float32', shape: '[2]' },
  ...{ source: null, attributes: {}, graphs },
});
const edge = (from: string, to: string): GraphEdge => ({ from, to, kind: 'data', label: 'f[2]' });

/** So many rows of ten; each node reads two of the row above, and one input that all read. */
function deep(rows: number): Graph {
  const name = (row: number, i: number): string => `n${row}_${i % 10}`;
  const places = Array.from({ length: rows * 10 }, (_, k) => [Math.floor(k / 10), k % 10] as const);
  return {
    name: 'deep',
    nodes: [node('y'), ...places.map(([row, i]) => node(name(row, i)))],
    edges: places.flatMap(([row, i]) => [
      edge('y', name(row, i)),
      ...(row > 0
        ? [edge(name(row - 1, i), name(row, i)), edge(name(row - 1, i + 1), name(row, i))]
        : []),
    ]),
    outputs: [name(rows - 1, 0)],
  };
}

const never = (): Promise<ElkNode> => Promise.reject(new Error('the library was asked'));
const draw = async (graph: Graph, open = new Set<string>()): Promise<Picture> =>
  fromElk(await layOut(toElk(graph, open), never), graph, open);

function assertTidy({ nodes, edges, width, height }: Picture): void {
  const rows = new Map<number, Picture['nodes'][number][]>();
  for (const each of nodes) {
    assert.ok(each.x >= 0 && each.x + each.width <= width + 0.5, `${each.id} is inside`);
    assert.ok(each.y >= 0 && each.y + each.height <= height + 0.5, `${each.id} is inside`);
    const middle = Math.round(each.y + each.height / 2);
    rows.set(middle, [...(rows.get(middle) ?? []), each]);
  }
  for (const row of rows.values()) {
    row.sort((one, other) => one.x - other.x);
    row.slice(1).forEach((each, i) => {
      const before = row[i];
      assert.ok(before && before.x + before.width < each.x, `${each.id} overlaps`);
    });
  }
  const byId = new Map(nodes.map((each) => [each.id, each]));
  for (const { from, to, points } of edges) {
    const [start, end] = [byId.get(from), byId.get(to)];
    assert.ok(start && end && points.length === 2);
    assert.ok(start.y < end.y, `${to} stands below ${from}`);
    assert.equal(points[0]?.[1], start.y + start.height);
    assert.equal(points[1]?.[1], end.y);
  }
}

test('5,000 nodes that all read one input are laid out in rows, nothing overlapping', async () => {
  const graph = deep(500);
  assert.ok(passages(toElk(graph, new Set())) > 1_000_000, 'the library would not bear this');
  const picture = await draw(graph);
  assert.equal(picture.nodes.length, 5001);
  assert.ok(picture.edges.every(({ labelAt }) => labelAt === null));
  assertTidy(picture);
});

test('a middling graph whose lines pass many rows keeps its labels', async () => {
  const picture = await draw(deep(45));
  assert.ok(picture.edges.every(({ labelAt }) => labelAt !== null));
  assertTidy(picture);
});

test('a row of thousands is cut into several', async () => {
  const names = Array.from({ length: 3000 }, (_, i) => `n${i}`);
  const picture = await draw({
    name: 'wide',
    nodes: [node('x'), ...names.map((name) => node(name))],
    edges: names.map((name) => edge('x', name)),
    outputs: [],
  });
  assertTidy(picture);
  assert.ok(picture.width < 20_000, `it is ${picture.width} wide`);
});

test('open boxes hold what is inside, branches beside each other', async () => {
  const graph: Graph = {
    name: 'outer',
    nodes: [node('a'), node('loop', { test: deep(3), body: deep(60) }), node('b')],
    edges: [edge('a', 'loop'), edge('loop', 'b')],
    outputs: ['b'],
  };
  const picture = await draw(graph, new Set(['loop']));
  const [loop, first, second] = ['loop', 'loop/test', 'loop/body'].map((id) =>
    picture.nodes.find((each) => each.id === id),
  );
  assert.ok(loop && first && second);
  assert.ok(first.x + first.width < second.x);
  for (const inside of [first, second]) {
    assert.ok(inside.x >= loop.x && inside.x + inside.width <= loop.x + loop.width);
    assert.ok(inside.y > loop.y && inside.y + inside.height <= loop.y + loop.height);
  }
});

test('a small graph is left to the library', async () => {
  const asked: ElkNode[] = [];
  await layOut(toElk(deep(3), new Set()), (graph) => {
    asked.push(graph);
    return Promise.resolve(graph);
  });
  assert.equal(asked.length, 1);
});

test('nothing at all is laid out as nothing', () => {
  const empty = quickLayout({ id: 'root', children: [], edges: [] });
  assert.ok((empty.width ?? 0) >= 0 && (empty.height ?? 0) > 0);
});
