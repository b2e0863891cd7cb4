// The real TensorFlow beside Graphlens: for a machine that has it, named by a variable.
//
//   GRAPHLENS_TENSORFLOW_PYTHON=/path/to/python npm run test:e2e -- tensorflow

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const interpreter = process.env.GRAPHLENS_TENSORFLOW_PYTHON;
const FILE = 'collatz.py';
const TEXT = `import tensorflow as tf


# example: collatz(tf.constant(27))
@tf.function
def collatz(n):
    steps = 0
    while n > 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps
`;
const missing = interpreter ? false : 'GRAPHLENS_TENSORFLOW_PYTHON names no Python';

describe('TensorFlow, installed and chosen in the settings', { skip: missing }, () => {
  /** @type {Session} */
  let session;
  before(async () => {
    session = await Session.start('tensorflow', {
      open: FILE,
      files: { [FILE]: TEXT },
      settings: {
        'graphlens.worker.engine': 'tensorflow',
        'graphlens.worker.interpreter': interpreter,
        'graphlens.run.timeout': 300,
      },
      viewport: { width: 1500, height: 860 },
    });
    await session.workbench.lens(FILE, 'Run').waitFor();
    await session.workbench.command('View: Toggle Primary Side Bar Visibility');
  });
  after(() => session?.end());

  test('traces and runs the function', () =>
    session.step(async (workbench) => {
      await workbench.cursorAt(FILE, 'return steps');
      await workbench.command('Graphlens: Run Function…');
      const form = await workbench.webview('Trace only');
      await form.locator('#run').click();
      await form.locator('header.ok', { hasText: 'tensorflow 2.' }).waitFor();
      await form.locator('.value', { hasText: '111' }).waitFor();
      await session.picture('run-tensorflow');
    }));

  test('its graph code stands beside ours, and they differ in little', () =>
    session.step(async (workbench) => {
      await workbench.tab('Run collatz').click();
      await workbench.command('View: Close Editor');
      await workbench.cursorAt(FILE, 'return steps');
      await workbench.command("Graphlens: Compare Graph Code with TensorFlow's");
      await workbench.tab('collatz: Graphlens').waitFor();
      const sides = workbench.page.locator('.monaco-diff-editor .view-lines');
      await eventually('both sides have a text', async () => {
        const texts = await sides.allInnerTexts();
        return texts.length >= 2 && texts.every((text) => text.includes('loop_body'));
      });
      await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
      // TensorFlow writes the names behind `nonlocal` in the order of a set.
      const [ours] = await sides.allInnerTexts();
      const removed = await workbench.page.locator('.monaco-diff-editor .line-delete').count();
      assert.ok(removed <= ours.split('nonlocal').length - 1, `${removed} lines differ`);
      await session.picture('tensorflow');
    }));
});
