// The web views' pages alone: large graphs, hostile names, keyboard.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage } from './editor/pageBench.mjs';
import { eventually } from './editor/wait.mjs';

const HOSTILE = ['"><img src=x onerror=alert(1)>', '</script><script>alert(1)</script>', '${1+1}'];

/** A picture with so many boxes, ten in a row, each linked to the one below. */
function picture(count, label = (i) => `MatMul_${i}`) {
  const at = (i) => ({ x: (i % 10) * 150, y: Math.floor(i / 10) * 80 });
  const nodes = Array.from({ length: count }, (_, i) => ({
    ...{ id: `n${i}`, label: label(i), detail: 'float32 (2, 2)', kind: 'op', ...at(i) },
    ...{ width: 120, height: 42, expandable: i === 3, open: false, line: i },
  }));
  const edges = nodes.slice(10).map((to, i) => ({
    ...{
      from: `n${i}`,
      to: to.id,
      kind: i % 7 === 0 ? 'control' : 'data',
      label: 'float32 (2, 2)',
    },
    points: [
      [at(i).x + 60, at(i).y + 42],
      [to.x + 60, to.y],
    ],
    labelAt: null,
  }));
  return { nodes, edges, width: 1470, height: Math.ceil(count / 10) * 80 };
}

const message = (of, unused = { count: 0, shown: false }) => ({
  kind: 'picture',
  title: 'f',
  stage: 'before',
  picture: of,
  keepView: false,
  unused,
});

describe('the graph page', () => {
  let bench;
  before(async () => (bench = await openPage('graph')));
  after(() => bench?.browser.close());

  test('5,000 nodes: only what is in sight becomes elements, wherever the view goes', async () => {
    const { page, send, errors } = bench;
    await send(message(picture(5000)));
    await page.getByText('5000 nodes, 4990 edges').waitFor();
    assert.equal(await page.locator('.board.far').count(), 1, 'from afar it is drawn on a canvas');
    assert.equal(await page.locator('.close-up .node').count(), 0);
    const board = page.locator('.board');
    const box = await board.boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    for (let i = 0; i < 60 && (await page.locator('.board.far').count()) > 0; i++) {
      await page.mouse.wheel(0, -300);
    }
    await page.locator('.close-up .node').first().waitFor();
    for (let i = 0; i < 20; i++) {
      await page.mouse.down();
      await page.mouse.move(x, y - 140, { steps: 3 });
      await page.mouse.up();
      await page.mouse.move(x, y);
      assert.ok((await page.locator('.close-up .node').count()) <= 350);
    }
    assert.deepEqual(errors, []);
  });

  test('search, arrows, Enter and Space work from the keyboard alone', async () => {
    const { page, send, sent } = bench;
    await send(message(picture(40)));
    await page.locator('.board').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('MatMul_3');
    await page.getByText('1 of 11').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('MatMul_3 float32 (2, 2), line 4').waitFor();
    await page.keyboard.press(' ');
    await page.keyboard.press('ArrowDown');
    await page.getByText('MatMul_13 float32 (2, 2), line 14').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await eventually('both were posted', () => sent.length >= 3);
    assert.deepEqual(sent.slice(1), [
      { kind: 'toggle', id: 'n3' },
      { kind: 'reveal', id: 'n14', focus: true },
    ]);
  });

  test('what nothing needs can be asked for, where there is such', async () => {
    const { page, send, sent } = bench;
    await send(message(picture(40)));
    await page.getByText('40 nodes, 30 edges').waitFor();
    assert.equal(await page.locator('#unused').isVisible(), false);
    await send(message(picture(40), { count: 2, shown: false }));
    await page.getByText('hidden: 2 nodes whose results nothing needs').waitFor();
    await page.locator('#unused').click();
    await eventually('it was posted', () =>
      sent.some(({ kind, shown }) => kind === 'unused' && shown === true),
    );
  });

  test('names are text, whatever they hold', async () => {
    const { page, send, errors } = bench;
    await send(message(picture(6, (i) => HOSTILE[i % HOSTILE.length])));
    await page.locator('.node .label').first().waitFor();
    assert.deepEqual(
      (await page.locator('.node .label').allTextContents()).slice(0, 3).sort(),
      [...HOSTILE].sort(),
    );
    assert.equal(await page.locator('img').count(), 0);
    assert.deepEqual(errors, []);
  });
});

describe('the run page', () => {
  let bench;
  before(async () => (bench = await openPage('run')));
  after(() => bench?.browser.close());

  const RUN = {
    ...{ id: '1', ok: true, mode: 'run', function: 'f', version: 1, engine: 'graphlens 0.1.0' },
    ...{ substituted: true, arguments: ['1'], signature: 'f(x: float32 (3,))' },
    result: {
      ...{ kind: 'tensor', dtype: 'float32', shape: [3], preview: '[1. 2. 3.]' },
      ...{ data: [1, 2, 3], plot: 'line' },
    },
    printed: [
      { phase: 'tracing', stream: 'stdout', text: 'Traced with 2\n' },
      { phase: 'running', stream: 'stdout', text: 'Executed with 2\n' },
    ],
    ...{ droppedOutput: 0, traces: [{ index: 0, signature: 'f(x: float32 (3,))', reason: null }] },
    ...{ retraces: 0, graph: { traced: '', optimized: '', python: '' } },
    ...{ timing: { load: 12, first: 3.5, graph: 0.04, eager: 0.2 }, error: null },
  };

  test('prints are parted, a vector is drawn, times are compared', async () => {
    const { page, send } = bench;
    await send({ kind: 'finished', run: RUN });
    assert.equal(await page.locator('.printed.tracing').innerText(), 'Traced with 2\n');
    assert.equal(await page.locator('.printed.running').innerText(), 'Executed with 2\n');
    assert.equal(await page.locator('svg.plot circle').count(), 3);
    assert.match(await page.locator('header').innerText(), /import tensorflow/);
    assert.equal(await page.locator('.times .bar').count(), 2);
  });

  test('a matrix is drawn as an image, with its range told', async () => {
    const { page, send } = bench;
    const data = Array.from({ length: 8 }, (_, y) => Array.from({ length: 12 }, (_, x) => x * y));
    const result = { ...RUN.result, shape: [8, 12], data, plot: 'image' };
    await send({ kind: 'finished', run: { ...RUN, result } });
    assert.equal(await page.locator('canvas.plot').getAttribute('aria-label'), '8 × 12, 0 to 77');
  });

  test('an error shows its frames, and a click on one asks for the line', async () => {
    const { page, send, sent } = bench;
    const frame = {
      path: '/w/a.py',
      line: 6,
      column: 4,
      endColumn: 9,
      name: 'f',
      text: 'return y',
    };
    const error = { kind: 'exception', type: 'ValueError', message: HOSTILE.join('\n'), text: '' };
    const run = { ...RUN, ok: false, result: null, error: { ...error, frames: [frame] } };
    await send({ kind: 'finished', run });
    assert.equal(await page.locator('.error .message').innerText(), HOSTILE.join('\n'));
    await page.getByText('a.py:7').click();
    await eventually('the line is asked for', () => sent.some(({ kind }) => kind === 'reveal'));
    assert.equal(await page.locator('img').count(), 0);
  });
});
