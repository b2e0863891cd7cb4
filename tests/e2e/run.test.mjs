// Running a function from the editor: the form, the result, the error, interrupt and the worker.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILES = {
  'waves.py': `"""Arrays worth looking at."""

import engine as tf


# example: wave(tf.constant(24))
@tf.function
def wave(n):
    print("tracing wave")
    x = tf.cast(tf.range(n), tf.float32) * 0.5
    tf.print("waving", n)
    return tf.sin(x)


@tf.function
def table(n):
    x = tf.cast(tf.range(n), tf.float32)
    return tf.tensordot(x, x, 0)


@tf.function
def broken(x):
    y = x + 1
    return tf.matmul(y, y)


@tf.function
def endless(x):
    while x > 0:
        x = x + 1
    return x
`,
  'imported.py': `import tensorflow as tf


@tf.function
def double(x):
    return x + x
`,
};

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('run', { open: 'print_tracing.py', files: FILES });
  await session.workbench.lens('print_tracing.py', 'Run').waitFor();
  await session.workbench.command('View: Toggle Primary Side Bar Visibility');
});
after(() => session?.end());

/** Open the form of the function in whose text the cursor is put. */
async function form(workbench, file, text, name) {
  await workbench.cursorAt(file, text);
  await workbench.command('Graphlens: Run Function…');
  const view = await workbench.webview(name);
  await view.locator('h1', { hasText: name }).waitFor();
  return view;
}

test('prints are split into while tracing and while running', () =>
  session.step(async (workbench) => {
    await workbench.pressLens('print_tracing.py', 'Run', 'Run twice');
    const view = await workbench.webview('twice');
    await view.getByLabel('x', { exact: true }).fill('2');
    await view.locator('#run').click();
    await view.locator('.printed.running', { hasText: 'Executed with 2' }).waitFor();
    assert.match(await view.locator('.printed.tracing').innerText(), /Traced with 2/);
    assert.doesNotMatch(await view.locator('.printed.tracing').innerText(), /Executed/);
    await view.locator('.value', { hasText: 'int32' }).waitFor();
    await session.picture('run');
  }));

test('another signature is another trace, and the lens counts them', () =>
  session.step(async (workbench) => {
    const view = await workbench.webview('twice');
    await view.getByLabel('x', { exact: true }).fill('tf.constant([1.0, 2.0])');
    await view.locator('#run').click();
    await view.locator('header.ok').waitFor();
    await view.locator('.value', { hasText: 'float32 (2,)' }).waitFor();
    await workbench.lens('print_tracing.py', 'trace').waitFor();
  }));

test('a vector is plotted as a line, from the arguments of the example', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('waves.py');
    await workbench.lens('waves.py', 'Run').waitFor();
    const view = await form(workbench, 'waves.py', 'tf.sin(x)', 'wave');
    assert.equal(await view.getByLabel('n', { exact: true }).inputValue(), 'tf.constant(24)');
    await view.locator('#run').click();
    await view.locator('svg.plot').waitFor();
    assert.equal(await view.locator('svg.plot circle').count(), 24);
    await session.picture('run-plot');
  }));

test('a matrix is drawn as an image', () =>
  session.step(async (workbench) => {
    const view = await form(workbench, 'waves.py', 'tf.tensordot(x, x, 0)', 'table');
    await view.getByLabel('n', { exact: true }).fill('tf.constant(12)');
    await view.locator('#run').click();
    await view.locator('canvas.plot').waitFor();
    await session.picture('run-image');
  }));

test('an error names the line of the user, in the panel and in the source', () =>
  session.step(async (workbench) => {
    const view = await form(workbench, 'waves.py', 'tf.matmul(y, y)', 'broken');
    await view.getByLabel('x', { exact: true }).fill('tf.constant([1.0, 2.0])');
    await view.locator('#run').click();
    await view.locator('section.error').waitFor();
    await view.locator('.frames button', { hasText: 'waves.py:' }).first().waitFor();
    await workbench.squiggles('waves.py', 'error').first().waitFor();
    await session.picture('run-error');
    await view.locator('.frames button').last().click();
    await workbench.statusBar('Ln 24').waitFor();
  }));

test('an endless loop is interrupted, and the next run works', () =>
  session.step(async (workbench) => {
    const view = await form(workbench, 'waves.py', 'x = x + 1', 'endless');
    await view.getByLabel('x', { exact: true }).fill('tf.constant(1.0)');
    await view.locator('#run').click();
    await workbench.statusBar('Graphlens runs').waitFor();
    await view.locator('#interrupt').click();
    await view.locator('section.error', { hasText: 'interrupted' }).waitFor();
    await view.getByLabel('x', { exact: true }).fill('tf.constant(-1.0)');
    await view.locator('#run').click();
    await view.locator('header.ok').waitFor();
    await view.locator('.value', { hasText: '-1' }).waitFor();
  }));

test('a file that imports tensorflow runs without TensorFlow, and the result says so', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('imported.py');
    await workbench.lens('imported.py', 'Run').waitFor();
    const view = await form(workbench, 'imported.py', 'return x + x', 'double');
    await view.getByLabel('x', { exact: true }).fill('3');
    await view.locator('#run').click();
    await view.locator('header', { hasText: 'import tensorflow' }).waitFor();
    await view.locator('.value', { hasText: '6' }).waitFor();
  }));

test('the worker is restarted by command', () =>
  session.step(async (workbench) => {
    await workbench.command('Graphlens: Restart Worker');
    const view = await workbench.webview('double');
    await view.locator('header.ok').evaluate((header) => (header.dataset.old = 'yes'));
    await view.locator('#run').click();
    await view.locator('header.ok:not([data-old])').waitFor();
  }));

test('the output channel has the runs as text', () =>
  session.step(async (workbench) => {
    await workbench.command('Graphlens: Show Output of Runs');
    const lines = workbench.page.locator('.part.panel .monaco-editor .view-lines').first();
    await eventually('the last run is there', async (timeout) => {
      const text = (await lines.innerText({ timeout })).replaceAll('\u00a0', ' ');
      return text.includes('run double(3)') && text.includes('= 6');
    });
    await session.picture('run-output');
    await workbench.command('View: Toggle Panel Visibility');
  }));
