// A workspace that is not trusted: everything that only reads works, nothing runs.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'fizzbuzz.py';
/** Modules of these names would leave a mark if anything of ours imported them. */
const PLANTED = [
  'sitecustomize',
  'usercustomize',
  'json',
  'asyncio',
  'pygls',
  'gast',
  'engine',
  'numpy',
];

/** @type {Session} */
let session;
let mark;
before(async () => {
  session = await Session.start('trust', {
    trust: true,
    files: Object.fromEntries(
      PLANTED.map((name) => [
        `${name}.py`,
        `import os\nopen(os.path.join(os.path.dirname(__file__), 'executed'), 'a').write('${name} ')\n`,
      ]),
    ),
  });
  mark = path.join(session.workspace, 'executed');
});
after(() => session?.end());

test('findings, hover and graph code work without trust', () =>
  session.step(async (workbench) => {
    await workbench.page.getByText("No, I don't trust the authors").click();
    await workbench.openFile(FILE);
    await workbench.squiggles(FILE, 'warning').first().waitFor();
    await workbench.hover(FILE, 'fizzbuzz(max_num)', /ag__|for_stmt|graph/i);
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.command('Graphlens: Show Graph Code');
    await workbench.tab('fizzbuzz.code.py').waitFor();
    await session.picture('untrusted');
  }));

test('running is not offered', () =>
  session.step(async (workbench) => {
    assert.equal(await workbench.lens(FILE, 'Run').count(), 0);
    await workbench.page.keyboard.press('F1');
    await workbench.quickInput.locator('input[type=text]').first().fill('>Graphlens: ');
    await workbench.quickRow('Graphlens: Show Graph Code').waitFor();
    assert.equal(await workbench.quickRow('Graphlens: Run Function…').count(), 0);
    await workbench.page.keyboard.press('Escape');
  }));

test('nothing of the workspace was executed', () => {
  assert.equal(
    fs.existsSync(mark),
    false,
    fs.existsSync(mark) ? fs.readFileSync(mark, 'utf8') : '',
  );
});

test('trust given later brings the lens', () =>
  session.step(async (workbench) => {
    await workbench.command('Workspaces: Manage Workspace Trust');
    await workbench.page
      .locator('.workspace-trust-buttons-row')
      .getByText('Trust', { exact: true })
      .first()
      .click();
    await workbench.openFile(FILE);
    await eventually(
      'the lens is offered',
      async () => (await workbench.lens(FILE, 'Run').count()) > 0,
    );
  }));
