// The Python extension's choice of an interpreter, with a stand-in that has its published API.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { python, Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'which.py';
const WHICH = `import os

import engine as tf


# example: which(tf.constant(1))
@tf.function
def which(x):
    print("chosen:", os.environ.get("CHOSEN_PYTHON"))
    return x
`;

/** @type {Session} */
let session;
/** @type {string} */
let folder;
const pythons = {};
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphlens-pythons-'));
  for (const name of ['first', 'second']) {
    const file = path.join(folder, name, 'python');
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, `#!/bin/sh\nCHOSEN_PYTHON=${name} exec "${python()}" "$@"\n`);
    fs.chmodSync(file, 0o755);
    pythons[name] = file;
  }
  session = await Session.start('python-extension', {
    open: FILE,
    files: { [FILE]: WHICH },
    settings: { 'graphlens.interpreter': [] },
    standIns: ['python'],
    environment: { STANDIN_PYTHONS: JSON.stringify(Object.values(pythons)) },
  });
  await session.workbench.lens(FILE, 'Run').waitFor();
});
after(async () => {
  await session?.end();
  fs.rmSync(folder, { recursive: true, force: true });
});

const log = () => session.server.logs('Graphlens.log');
const started = (name) => log().split(`(Python extension): ${pythons[name]}`).length - 1;

async function printed(workbench, expected) {
  await workbench.cursorAt(FILE, 'return x');
  await workbench.command('Graphlens: Run Function…');
  const form = await workbench.webview('Trace only');
  await form.locator('#run').click();
  await form.getByText(`chosen: ${expected}`).first().waitFor();
  await workbench.command('View: Close Editor');
}

test('its interpreter runs the server and the functions', () =>
  session.step(async (workbench) => {
    await eventually('the log names it', () => started('first') > 0);
    await workbench.squiggles(FILE, 'warning').first().waitFor();
    await printed(workbench, 'first');
  }));

test('another choice takes the place of the first, and findings stay meanwhile', () =>
  session.step(async (workbench) => {
    await workbench.command('Python: Select Interpreter');
    await workbench.pick(pythons.second);
    const seen = [];
    await eventually('the log names the second', async () => {
      seen.push(await workbench.squiggles(FILE, 'warning').count());
      return started('second') > 0;
    });
    await workbench.lens(FILE, 'Run').waitFor();
    assert.ok(
      seen.every((count) => count > 0),
      `squiggles while it changed: ${seen}`,
    );
    await printed(workbench, 'second');
    await workbench.squiggles(FILE, 'warning').first().waitFor();
  }));
