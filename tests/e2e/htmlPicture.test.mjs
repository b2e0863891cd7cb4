// The page that `graphlens graph --format html` writes: branches and loops close and open in it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { python, repository } from './editor/session.mjs';

const PROGRAM = `import engine as tf

v = tf.Variable(0.0)


@tf.function
def step(x, n):
    for i in tf.range(n):
        if tf.reduce_sum(x) > 0.0:
            x = x * 2.0
            while tf.reduce_sum(x) > 100.0:
                x = tf.sqrt(x) - 1.0
        else:
            x = x - 1.0
    if n > 3:
        x = tf.tanh(x)
    v.assign(tf.reduce_sum(x))
    return tf.exp(x) + 1.0
`;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
let folder = '';
const asked = [];
const errors = [];
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphlens-html-'));
  const [program, file] = ['model.py', 'graph.html'].map((name) => path.join(folder, name));
  fs.writeFileSync(program, PROGRAM);
  const made = spawnSync(
    python(),
    ['-m', 'engine.cli', 'graph', `${program}:step`, '-a', 'float32[3]', '-a', 'int32[]'].concat([
      ...['-f', 'html', '-o', file],
    ]),
    { cwd: repository, encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  page = await browser.newPage({ viewport: { width: 1300, height: 850 } });
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(pathToFileURL(file).href);
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** How many boxes are in sight, and pairs of them that overlap though none is inside the other. */
function boxes() {
  return page.evaluate(() => {
    const shown = [...document.querySelectorAll('g[data-op]')]
      .map((element) => ({ element, box: element.querySelector('rect').getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    const overlap = shown.flatMap(({ element, box: a }) =>
      shown.filter(
        ({ element: other, box: b }) =>
          !element.contains(other) &&
          !other.contains(element) &&
          a.left < b.right - 0.5 &&
          b.left < a.right - 0.5 &&
          a.top < b.bottom - 0.5 &&
          b.top < a.bottom - 0.5,
      ),
    );
    return { count: shown.length, overlap: overlap.length };
  });
}

test('everything is open at first, and a click closes one box', async () => {
  const whole = await boxes();
  assert.equal(whole.overlap, 0);
  const inner = page.locator('g.group g.group').first();
  await inner.locator('> text').first().click();
  assert.equal(await inner.getAttribute('aria-expanded'), 'false');
  const closed = await boxes();
  assert.ok(closed.count < whole.count);
  assert.equal(closed.overlap, 0);
});

test('all close and open, Enter opens one', async () => {
  await page.getByRole('button', { name: 'Close all' }).click();
  const least = await boxes();
  await page.locator('g.group').first().focus();
  await page.keyboard.press('Enter');
  const more = await boxes();
  await page.getByRole('button', { name: 'Open all' }).click();
  const all = await boxes();
  assert.ok(least.count < more.count && more.count < all.count);
  assert.deepEqual([least.overlap, more.overlap, all.overlap], [0, 0, 0]);
});

test('search opens what hides its first hit', async () => {
  await page.getByRole('button', { name: 'Close all' }).click();
  await page.getByLabel('Search').fill('sqrt');
  await page.getByText('1 found').waitFor();
  const hit = await page.locator('g.hit > rect').boundingBox();
  assert.ok(hit && hit.x > 0 && hit.x < 1300 && hit.y > 0 && hit.y < 850);
});

test('the small map moves the view', async () => {
  const where = () => page.locator('main svg').evaluate((svg) => svg.style.transform);
  const earlier = await where();
  await page.locator('canvas').click({ position: { x: 5, y: 5 } });
  assert.notEqual(await where(), earlier);
});

test('nothing was fetched and nothing failed', () => {
  assert.equal(asked.length, 1);
  assert.deepEqual(errors, []);
});
