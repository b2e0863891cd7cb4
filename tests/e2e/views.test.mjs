// The virtual documents: five views of a function, and the way between them and the source.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'tanh_loop.py';

/** @type {Session} */
let session;
let name;
before(async () => {
  session = await Session.start('views', { open: FILE });
  await session.workbench.lens(FILE, 'Run').waitFor();
  await session.workbench.command('View: Toggle Primary Side Bar Visibility');
  name = /def (\w+)\(/.exec(await session.workbench.text(FILE))?.[1] ?? '';
});
after(() => session?.end());

const inside = 'tf.tanh(x)';

async function show(workbench, command, view) {
  await workbench.cursorAt(FILE, inside);
  await workbench.command(`Graphlens: ${command}`);
  const tab = `${name}.${view}`;
  await workbench.tab(tab).waitFor();
  const uri = new RegExp(`/${name}\\.${view}(\\.\\w+)?$`);
  return eventually(`the text of ${tab}`, async () => {
    for (const editor of await workbench.page.locator('.monaco-editor[data-uri]').all()) {
      const found = (await editor.getAttribute('data-uri')) ?? '';
      if (uri.test(decodeURIComponent(found))) return found.split('/').at(-1);
    }
    return undefined;
  });
}

test('readable graph code has no plumbing', () =>
  session.step(async (workbench) => {
    const ending = await show(workbench, 'Show Readable Graph Code', 'readable');
    const text = await eventually('the text', async () => {
      const shown = await workbench.text(ending);
      return /tanh/.test(shown) && shown;
    });
    assert.doesNotMatch(text, /get_state|FunctionScope/);
    await session.picture('readable');
  }));

test('before a trace, the graph as text says how to get one', () =>
  session.step(async (workbench) => {
    const ending = await show(workbench, 'Show Traced Graph as Text', 'traced');
    await eventually('it says so', async () => /trace/i.test(await workbench.text(ending)));
  }));

test('after a trace, the traced graph has one line for each node', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, inside);
    await workbench.command('Graphlens: Run Function…');
    const form = await workbench.webview('Trace only');
    await form.getByLabel('x', { exact: true }).fill('tf.constant([1.0, 2.0, 3.0])');
    await form.locator('#trace').click();
    await form.locator('header.ok').waitFor();
    const ending = await show(workbench, 'Show Traced Graph as Text', 'traced');
    await eventually('it is filled', async () => /Tanh/.test(await workbench.text(ending)));
    assert.match(await workbench.text(ending), /Sum/);
    await session.picture('traced-graph');
  }));

test('the optimized graph and the generated program are there too', () =>
  session.step(async (workbench) => {
    const optimized = await show(workbench, 'Show Optimized Graph as Text', 'optimized');
    await eventually('nodes', async () => /Tanh/.test(await workbench.text(optimized)));
    const program = await show(workbench, 'Show Generated Python', 'python');
    await eventually('a program', async () => /# Tanh/.test(await workbench.text(program)));
    await session.picture('generated-python');
  }));

test('from the source to the graph code and back', () =>
  session.step(async (workbench) => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile(FILE);
    const ending = await show(workbench, 'Show Graph Code', 'code');
    await workbench.cursorAt(FILE, inside);
    await workbench.command('Graphlens: Go Between Source and Graph Code');
    await workbench.page
      .locator('.editor-group-container.active .monaco-editor[data-uri^="graphlens-graph"]')
      .waitFor();
    await workbench.cursorAt(ending, 'tanh');
    await workbench.command('Graphlens: Go Between Source and Graph Code');
    await workbench.statusBar('Ln ').waitFor();
    await eventually('the source is in front', async () =>
      /tanh_loop\.py$/.test(
        (await workbench.page
          .locator('.editor-group-container.active .monaco-editor[data-uri]')
          .first()
          .getAttribute('data-uri')) ?? '',
      ),
    );
  }));
