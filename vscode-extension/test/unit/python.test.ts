import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findInterpreter, type Search } from '../../src/python';

let folder: string;
let messages: string[];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphlens-'));
  messages = [];
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** A program that answers like a Python of this version, and leaves a mark when it runs. */
function fakePython(name: string, answer: string): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\ntouch "${file}.ran"\necho "${answer}"\n`, { mode: 0o755 });
  return file;
}

const search = (more: Partial<Search>): Search => ({
  setting: [],
  trusted: true,
  roots: [],
  storagePath: folder,
  environment: { PATH: '' },
  platform: 'linux',
  selected: () => Promise.resolve(undefined),
  log: (message) => messages.push(message),
  ...more,
});

test('the setting comes first, then the Python extension, then PATH', async () => {
  const [one, two, three] = ['one', 'two', 'bin/python3'].map((name) => fakePython(name, '3 12'));
  const environment = { PATH: path.join(folder, 'bin') };
  const selected = () => Promise.resolve(two);
  const first = await findInterpreter(search({ setting: [one ?? ''], selected, environment }));
  assert.deepEqual(first.passedOver, []);
  assert.deepEqual(first.interpreter, { command: [one], version: [3, 12], origin: 'setting' });
  assert.deepEqual(
    (await findInterpreter(search({ selected, environment }))).interpreter?.command,
    [two],
  );
  assert.deepEqual((await findInterpreter(search({ environment }))).interpreter?.command, [three]);
});

test('a Python that is too old is passed over, and the log says so', async () => {
  const old = fakePython('old', '3 9');
  fakePython('bin/python3', '3 10');
  const found = await findInterpreter(
    search({ setting: [old], environment: { PATH: path.join(folder, 'bin') } }),
  );
  assert.deepEqual(found.interpreter?.version, [3, 10]);
  assert.match(messages.join(), /too old/);
  assert.deepEqual(found.passedOver, messages);
});

test('what is no Python is passed over', async () => {
  const found = await findInterpreter(search({ setting: [fakePython('odd', 'hello')] }));
  assert.equal(found.interpreter, undefined);
  assert.match(found.passedOver.join(), /does not run/);
});

test('without trust, a program of the workspace is not even started', async () => {
  const inside = fakePython('work/.venv/bin/python', '3 12');
  const asked: string[] = [];
  const found = await findInterpreter(
    search({
      setting: [inside],
      trusted: false,
      roots: [path.join(folder, 'work')],
      selected: () => {
        asked.push('selected');
        return Promise.resolve(inside);
      },
    }),
  );
  assert.equal(found.interpreter, undefined);
  assert.deepEqual(asked, [], 'the Python extension is not asked');
  assert.equal(fs.existsSync(`${inside}.ran`), false);
});

test('relative entries of PATH are skipped', async () => {
  fakePython('bin/python3', '3 12');
  const relative = path.relative(process.cwd(), path.join(folder, 'bin'));
  const found = await findInterpreter(search({ environment: { PATH: relative } }));
  assert.equal(found.interpreter, undefined);
});
