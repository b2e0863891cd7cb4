// The picture of a graph: drawn, opened and closed, searched, followed to the source, exported.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'fizzbuzz.py';
const LARGE = `import engine as tf


# example: large(tf.constant([1.0, 2.0]), tf.constant([0.5, 0.5]))
@tf.function
def large(x, y):
    rows = [x + float(i) for i in range(10)]
    for step in range(165):
        rows = [tf.tanh(row * y) + rows[(i + 1) % 10] for i, row in enumerate(rows)]
    return tf.add_n(rows)
`;
const WITHOUT_ONNX = `import sys

import engine as tf

sys.modules["onnx"] = None  # as where it is not installed


# example: double(tf.constant(3))
@tf.function
def double(x):
    return x + x
`;
const TITLE = 'Fit'; // what only this view says, whatever its width

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('graph', {
    open: FILE,
    viewport: { width: 1440, height: 900 },
    files: { 'large.py': LARGE, 'no_onnx.py': WITHOUT_ONNX },
  });
  await session.workbench.lens(FILE, 'Run').waitFor();
  await session.workbench.command('View: Toggle Primary Side Bar Visibility');
});
after(() => session?.end());

test('before a trace, the picture says so and offers one', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.command('Graphlens: Show Graph Picture');
    const view = await workbench.webview('has not been traced yet');
    await view.locator('#trace').waitFor();
  }));

test('after a run with a tensor, the loop is one box with its body inside', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.getByLabel('max_num').fill('tf.constant(15)');
    await form.locator('#run').click();
    await form.locator('header.ok').waitFor();
    await form.locator('.value', { hasText: '15' }).waitFor();
    await form.getByText('Graph picture').click();
    const view = await workbench.webview(TITLE);
    await view.locator('.board .node.open').first().waitFor();
    await eventually(
      'inputs are drawn',
      async () => (await view.locator('.node.input').count()) > 0,
    );
    await session.picture('graph');
  }));

test('what nothing needs is hidden, which is said, and shown when asked for', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview(TITLE);
    await view.getByText(/hidden: \d+ nodes whose results nothing needs/).waitFor();
    assert.equal(await view.locator('.node.unused').count(), 0);
    await view.locator('#unused').click();
    await view.getByText(/dashed: \d+ nodes whose results nothing needs/).waitFor();
    assert.equal(await view.locator('#unused').getAttribute('aria-pressed'), 'true');
    await view.locator('.node.unused').first().waitFor();
    await session.picture('graph-unused');
  }));

test('boxes close and open again', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview(TITLE);
    // What is drawn depends on the part in view: the line below the picture counts all of it.
    const said = async () => {
      const text = await view.locator('.says').innerText();
      return /^\d+ nodes/.test(text) ? parseInt(text, 10) : undefined;
    };
    await view.getByLabel('Open every branch and loop').click();
    const open = await eventually('all nodes', said);
    await view.getByLabel('Close every branch and loop').click();
    const closed = await eventually('fewer nodes', async () => {
      const now = await said();
      return now !== undefined && now < open ? now : undefined;
    });
    assert.equal(await view.locator('.node.open').count(), 0);
    await view.getByLabel('Open every branch and loop').click();
    await eventually('more nodes', async () => ((await said()) ?? 0) > closed);
  }));

test('search finds nodes, Enter goes on to the next', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview(TITLE);
    await view.getByLabel('Search nodes').fill('mod');
    await view.getByText(/^1 of \d+$/).waitFor();
    await view.getByLabel('Search nodes').press('Enter');
    await view.getByText(/^2 of \d+$/).waitFor();
    assert.equal(await view.locator('.node.selected').count(), 1);
    await session.picture('graph-search');
  }));

test('Enter on a node goes to its line, and the line marks its nodes', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview(TITLE);
    await view.getByLabel('Search nodes').press('Escape');
    await workbench.page.keyboard.press('Enter');
    await workbench.statusBar(/Ln 1[024]/).waitFor();
    await workbench.cursorAt(FILE, '+= 1');
    await eventually(
      'nodes are marked',
      async () => (await view.locator('.node.marked').count()) > 0,
    );
  }));

test('the optimized graph is one choice away', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview(TITLE);
    await view.getByLabel('Which graph').selectOption('after');
    await eventually('it is drawn', async () => (await view.locator('.node').count()) > 0);
    assert.equal(await view.getByLabel('Which graph').inputValue(), 'after');
    await view.getByLabel('Which graph').selectOption('before');
  }));

test('SVG, DOT, JSON and ONNX are written where the user says', () =>
  session.step(async (workbench) => {
    for (const [format, expected] of [
      ['svg', /^<\?xml/],
      ['dot', /^digraph "fizzbuzz/],
      ['json', /^\{/],
      ['onnx', /graphlens/], // the producer's name, among the bytes
    ]) {
      const view = await workbench.webview(TITLE);
      await view.getByLabel('Export').selectOption(String(format));
      const input = workbench.quickInput.locator('input[type=text]').first();
      await input.waitFor();
      await workbench.page.keyboard.press('Enter');
      const file = path.join(session.workspace, `fizzbuzz.${format}`);
      const text = await eventually(`${format} is written`, () => fs.readFileSync(file, 'utf8'));
      assert.match(text, /** @type {RegExp} */ (expected));
      assert.doesNotMatch(text, /<script/);
    }
  }));

test('without the package onnx, it is said how to get it', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('no_onnx.py');
    await workbench.lens('no_onnx.py', 'Run').waitFor();
    await workbench.cursorAt('no_onnx.py', 'return x + x');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.locator('#run').click();
    await form.locator('.value', { hasText: '6' }).waitFor();
    await form.getByText('Graph picture').click();
    const view = await workbench.webview(TITLE);
    await view.getByText(/^\d+ nodes, \d+ edges/).waitFor();
    await view.getByLabel('Export').selectOption('onnx');
    await workbench.notification(/-m pip install onnx/).waitFor();
  }));

test('the order of reads and writes is drawn with dashed lines', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('control_dependencies.py');
    await workbench.lens('control_dependencies.py', 'Run').waitFor();
    await workbench.cursorAt('control_dependencies.py', 'return a + b');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.getByLabel('x', { exact: true }).fill('1.0');
    await form.getByLabel('y', { exact: true }).fill('2.0');
    await form.locator('#run').click();
    await form.locator('.value', { hasText: '10' }).waitFor();
    await form.getByText('Graph picture').click();
    const view = await workbench.webview(TITLE);
    const dashed = view.locator('.edge.control path');
    await dashed.first().waitFor({ state: 'attached' }); // an upright line has no width
    const style = await dashed.first().evaluate((path) => getComputedStyle(path).strokeDasharray);
    assert.notEqual(style, 'none');
    await session.picture('graph-control');
  }));

test('a graph of 5,000 nodes, one of which all read, is drawn and searched', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('large.py');
    await workbench.lens('large.py', 'Run').waitFor();
    await workbench.cursorAt('large.py', 'tf.add_n(rows)');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.locator('#run').click();
    await form.locator('header.ok').waitFor();
    await form.getByText('Graph picture').click();
    const view = await workbench.webview(TITLE);
    await view.getByText(/^49\d\d nodes, \d+ edges/).waitFor();
    await view.locator('.board.far').waitFor();
    await view.getByLabel('Search nodes').fill('Tanh');
    await view.getByText('1 of 1650').waitFor();
    await view.locator('.node.selected').waitFor();
    await session.picture('graph-large');
  }));
