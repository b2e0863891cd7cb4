// When something is wrong: no Python, a server that dies, a worker without NumPy, too little memory.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathWithoutPython, processes } from './editor/processes.mjs';
import { python, Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'print_tracing.py';
const HUNGRY = `import engine as tf


@tf.function
def hungry(n):
    return tf.zeros([n, 1024, 1024])
`;

/** @type {Session} */
let session;
/** @type {string} */
let programs;
before(async () => {
  programs = pathWithoutPython();
  const old = path.join(programs, 'old-snake');
  fs.writeFileSync(old, '#!/bin/sh\necho 3 8\n', { mode: 0o755 });
  session = await Session.start('problems', {
    open: FILE,
    files: { 'hungry.py': HUNGRY },
    settings: { 'graphlens.interpreter': [old] },
    environment: { PATH: programs },
  });
});
after(async () => {
  await session?.end();
  fs.rmSync(programs, { recursive: true, force: true });
});

const findings = (workbench) => workbench.squiggles(FILE, 'info').first();

/** The server's own process. */
const server = () =>
  processes(path.join(session.server.folder, 'extensions'), '__main__.py --stdio');

test('without a Python, the message says what was passed over and offers the setting', () =>
  session.step(async (workbench) => {
    const said = workbench.notification('Python 3.10 or later is needed');
    await said.waitFor();
    const text = await said.innerText();
    assert.match(text, /old-snake.*Python 3\.8, which is too old/s);
    assert.match(text, /Open Setting/);
    await session.picture('no-python');
    await said.getByText('Open Setting').click();
    await workbench.page.locator('.settings-editor', { hasText: 'Interpreter' }).first().waitFor();
    await workbench.command('View: Close Editor');
  }));

test('with the setting mended, the server starts by itself', () =>
  session.step(async (workbench) => {
    session.server.writeSettings({ 'graphlens.interpreter': [python()] });
    await workbench.openFile(FILE);
    await findings(workbench).waitFor();
    await workbench.command('Notifications: Clear All Notifications');
  }));

test('a server that dies is started again, four times; then the user is asked', () =>
  session.step(async (workbench) => {
    for (let death = 1; death <= 5; death++) {
      const [pid] = await eventually('a server runs', () => {
        const found = server();
        return found.length > 0 && found;
      });
      // Later ones die while they start: five deaths in three minutes, however slow the machine.
      if (death === 1) await findings(workbench).waitFor();
      process.kill(pid, 'SIGKILL');
      await eventually(`server ${death} is gone`, () => !server().includes(pid));
    }
    const said = workbench.notification('ended unexpectedly 5 times');
    await said.waitFor();
    await session.picture('crashed');
    await said.getByText('Restart Server').click();
    await eventually('a server runs', () => server().length > 0);
    await findings(workbench).waitFor();
    await workbench.hover(FILE, 'Traced with', /GR201/);
  }));

test('a worker without NumPy says what to install, and leads to the setting', () =>
  session.step(async (workbench) => {
    const bare = path.join(session.server.folder, 'bare');
    const made = spawnSync(python(), ['-m', 'venv', '--without-pip', bare], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    session.server.writeSettings({
      'graphlens.worker.interpreter': path.join(bare, 'bin', 'python'),
    });
    await workbench.openFile(FILE);
    await workbench.pressLens(FILE, 'Run', 'Run twice');
    const view = await workbench.webview('Trace only');
    await view.getByLabel('x', { exact: true }).fill('2');
    await eventually('it says what is missing', async (timeout) => {
      // The server may just be restarting for the changed setting.
      await view.locator('#run').click({ timeout });
      await view.locator('section.error', { hasText: 'pip install numpy' }).waitFor({ timeout });
      return true;
    });
    await session.picture('no-numpy');
    session.server.writeSettings({ 'graphlens.worker.interpreter': '' });
    await eventually('it runs again', async (timeout) => {
      await view.locator('#run').click({ timeout });
      await view.locator('.value', { hasText: 'int32' }).waitFor({ timeout });
      return true;
    });
  }));

test('a run that takes too much memory ends, says so, and the next one works', () =>
  session.step(async (workbench) => {
    session.server.writeSettings({ 'graphlens.run.memory': 1024 });
    await workbench.openFile('hungry.py');
    await workbench.pressLens('hungry.py', 'Run', 'Run hungry');
    const view = await workbench.webview('hungry');
    const fill = async (text, selector) => {
      await view.getByLabel('n', { exact: true }).fill(text);
      await view.locator('#run').click();
      await view.locator(selector).waitFor();
    };
    await fill('4096', 'section.error >> text=Out of memory');
    await session.picture('out-of-memory');
    await fill('1', '.value >> text=float32 (1, 1024, 1024)');
  }));
