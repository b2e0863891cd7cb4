// Several roots, a file outside all of them, a document without a file, and a run that takes long.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const PRINTS = `import engine as tf


# example: step(tf.constant(3))
@tf.function
def step(x):
    print("traced", x)
    return x + 1
`;
const WAITS = `import time

import engine as tf


# example: slow(tf.constant(3))
@tf.function
def slow(x):
    time.sleep(120)
    return x + 1
`;

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('surroundings', {
    roots: ['one', 'two'],
    open: 'one/first.py',
    files: {
      'one/first.py': PRINTS,
      'one/slow.py': WAITS,
      'two/second.py': PRINTS,
      'two/.vscode/settings.json': '{ "graphlens.ignore": ["GR201"] }',
      'outside/third.py': PRINTS,
    },
    settings: {
      'files.defaultLanguage': 'python',
      'editor.autoIndent': 'none',
      'editor.autoClosingBrackets': 'never',
      'editor.autoClosingQuotes': 'never',
    },
  });
  await session.workbench.lens('first.py', 'Run').waitFor();
});
after(() => session?.end());

test('each root has settings of its own', () =>
  session.step(async (workbench) => {
    await workbench.squiggles('first.py', 'warning').first().waitFor();
    await workbench.openFile('second.py');
    await workbench.lens('second.py', 'Run').waitFor();
    assert.equal(await workbench.squiggles('second.py', 'warning').count(), 0);
  }));

test('a file outside every root is analysed and run', () =>
  session.step(async (workbench) => {
    await workbench.openFile(`${session.workspace}/outside/third.py`);
    await workbench.squiggles('third.py', 'warning').first().waitFor();
    await runs(workbench, 'third.py');
  }));

test('a document that was never saved is analysed and run', () =>
  session.step(async (workbench) => {
    await workbench.command('File: New Untitled Text File');
    const editor = workbench.editor('Untitled-1');
    await editor.click();
    await workbench.page.keyboard.insertText(PRINTS);
    await workbench.squiggles('Untitled-1', 'warning').first().waitFor();
    await runs(workbench, 'Untitled-1');
    await session.picture('untitled');
  }));

test('a run that takes long shows its progress, and the button ends both', () =>
  session.step(async (workbench) => {
    await workbench.openFile('slow.py');
    await workbench.lens('slow.py', 'Run').waitFor();
    await workbench.cursorAt('slow.py', 'return x + 1');
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.locator('#run').click();
    const shown = workbench.statusBar('Running slow');
    await shown.waitFor();
    await session.picture('progress');
    await form.getByRole('button', { name: 'Interrupt' }).click();
    await form
      .getByText(/interrupted/i)
      .first()
      .waitFor();
    await eventually('it is gone', async () => (await shown.count()) === 0);
  }));

/** Run the function of the editor, with the arguments of its example. */
async function runs(workbench, ending) {
  await workbench.lens(ending, 'Run').waitFor();
  await workbench.cursorAt(ending, 'return x + 1');
  await workbench.command('Graphlens: Run Function…');
  const form = await workbench.webview('Trace only');
  await form.locator('#run').click();
  await form.locator('.value', { hasText: '4' }).waitFor();
  // By its own tab: a document that was never saved asks before it closes, and all waits.
  await workbench.tab('Run step').locator('.codicon-close').click();
}
