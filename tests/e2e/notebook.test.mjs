// A notebook: its cells are one program, and findings stand in the cell they belong to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const cell = (...lines) => ({
  ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
  source: lines.map((line, i) => (i < lines.length - 1 ? `${line}\n` : line)),
});

const NOTEBOOK = {
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['# A lesson'] },
    cell('%matplotlib inline', 'import engine as tf'),
    cell(
      ...['@tf.function', 'def step(x):', '    print("tracing")', '    if x > 0:'],
      ...['        x = tf.tanh(x)', '    return x + 1'],
    ),
    cell('def helper(x):', '    return x'),
    cell('step(tf.constant(1.0))'),
  ],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('notebook', {
    open: 'fizzbuzz.py', // by the time this has findings, the notebook editor is known as well
    files: { 'lesson.ipynb': JSON.stringify(NOTEBOOK) },
  });
  await session.workbench.squiggles('fizzbuzz.py', 'warning').first().waitFor();
  await session.workbench.command('View: Close All Editors');
});
after(() => session?.end());

test('the finding is underlined in its cell, with the import of another cell known', () =>
  session.step(async (workbench) => {
    await workbench.page.locator('.explorer-folders-view').getByText('lesson.ipynb').dblclick();
    const cells = workbench.page.locator('.notebookOverlay .cell-editor-container');
    await cells.nth(1).waitFor();
    const underlined = workbench.page.locator(
      '.notebookOverlay [class*="squiggly-"]:not(.squiggly-unnecessary)',
    );
    await underlined.first().waitFor();
    await workbench.problem('GR201', 'print');
    assert.equal(await underlined.count(), 1, 'the magic is no finding');
    await session.picture('notebook');
  }));

test('hovering over the function in its cell shows its graph code', () =>
  session.step(async (workbench) => {
    const name = workbench.page
      .locator('.notebookOverlay .view-line span', { hasText: /^step$/ })
      .first();
    await eventually('the hover is there', async (timeout) => {
      await workbench.page.mouse.move(2, 2);
      const box = await name.boundingBox({ timeout });
      assert.ok(box);
      await workbench.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
      await workbench.page
        .locator('.monaco-hover:not(.hidden)', { hasText: 'tf__step' })
        .first()
        .waitFor({ timeout });
      return true;
    });
  }));

/** Put the cursor into the function, in its cell. */
const intoTheCell = (workbench) =>
  eventually('the word is in sight', async (timeout) => {
    // Not by `click`: that scrolls the notebook behind the editor's back.
    const word = workbench.page.locator('.notebookOverlay .view-line span', { hasText: /^tanh$/ });
    const box = await word.last().boundingBox({ timeout });
    assert.ok(box);
    await workbench.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    return true;
  });

test('lenses and hints stand in the cell', () =>
  session.step(async (workbench) => {
    const cells = workbench.page.locator('.notebookOverlay');
    await cells.locator('.codelens-decoration a', { hasText: 'Run' }).first().waitFor();
    await cells.getByText('graph cond').first().waitFor();
  }));

test('graph code, run and picture work from a cell, in the column beside', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Toggle Panel Visibility');
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await intoTheCell(workbench);
    await workbench.command('Graphlens: Show Graph Code');
    await workbench.tab('step.code').waitFor();
    await intoTheCell(workbench);
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.getByLabel('x', { exact: true }).fill('tf.constant([1.0, -2.0, 3.0])[0]');
    await form.locator('#run').click();
    await form.locator('.value', { hasText: '1.76' }).waitFor();
    await form.getByText('Graph picture').click();
    const view = await workbench.webview('Fit');
    await view.locator('.node', { hasText: 'Tanh' }).first().waitFor();
    assert.equal(await workbench.page.locator('.editor-group-container').count(), 2);
    await session.picture('notebook-graph');
    await view.getByLabel('Search nodes').fill('Tanh');
    await view.getByText('1 of 1').waitFor();
    await view.getByLabel('Search nodes').press('Escape');
    await workbench.page.keyboard.press('Enter');
    await workbench.statusBar('Cell 3 of').waitFor();
  }));
