// A workspace without a disk: its documents are analysed, nothing of it is run, and that is said.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'model.py';

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('virtual', {
    open: FILE,
    virtual: 'memfs:/project',
    standIns: ['virtual-files'],
  });
});
after(() => session?.end());

test('findings, hovers, hints and graph code are there', () =>
  session.step(async (workbench) => {
    await workbench.squiggles(FILE, 'warning').first().waitFor();
    await workbench.lens(FILE, 'Graph code').waitFor();
    await workbench.hover(FILE, 'step(x):', 'step(x: float32[2,3])');
    await eventually('hints', async () => /float32\[2,3\]/.test(await workbench.text(FILE)));
    await workbench.closeHover();
    await workbench.cursorAt(FILE, 'return y');
    await workbench.command('Graphlens: Show Graph Code');
    await workbench.tab('step.code').waitFor();
    await session.picture('virtual');
  }));

test('edits are followed', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'return y');
    await workbench.page.keyboard.press('Control+Home');
    await workbench.page.keyboard.press('Control+Shift+K');
    await workbench.page.keyboard.insertText('import tensorflow as tf\n');
    await eventually('squiggles', () => workbench.squiggles(FILE, 'warning').count());
    await workbench.page.keyboard.press('Control+s');
    await workbench.squiggles(FILE, 'warning').first().waitFor();
  }));

test('a run is not offered, and is refused with the reason', () =>
  session.step(async (workbench) => {
    assert.equal(await workbench.lens(FILE, 'Run').count(), 0);
    await workbench.cursorAt(FILE, 'return y');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.locator('#run').click();
    await form
      .getByText(/running needs files on a disk/)
      .first()
      .waitFor();
  }));
