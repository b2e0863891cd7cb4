import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { shortPath } from '../../src/paths';
import { serverCommand, type Surroundings } from '../../src/serverCommand';
import { readSettings, type Settings } from '../../src/settings';

const defaults = readSettings({ get: () => undefined }, true);
const around: Surroundings = {
  extensionPath: '/ext',
  storagePath: '/storage',
  roots: ['/project'],
  interpreter: ['/usr/bin/python3'],
  environment: { PATH: '/bin', PYTHONPATH: '/project' },
};
const command = (settings: Partial<Settings>, more: Partial<Surroundings> = {}) =>
  serverCommand({ ...defaults, ...settings }, { ...around, ...more });

test('the bundled server runs isolated, by an absolute path, outside the workspace', () => {
  const { command: program, args, cwd, env } = command({});
  assert.equal(program, '/usr/bin/python3');
  assert.deepEqual(args.slice(0, 2), ['-I', '-B']);
  assert.ok(args.includes(path.join('/ext', 'bundled', 'libs', 'server', '__main__.py')));
  assert.ok(args.includes('--stdio'));
  assert.equal(cwd, '/storage');
  assert.deepEqual(env, { PATH: '/bin' });
});

test("further arguments of the interpreter stand before ours, the server's behind", () => {
  const { args } = command({ args: ['--x'] }, { interpreter: ['py', '-3'] });
  assert.deepEqual(args.slice(0, 3), ['-3', '-I', '-B']);
  assert.equal(args.at(-1), '--x');
});

test('the server of the environment is started by its module name', () => {
  const { args } = command({ importStrategy: 'fromEnvironment' });
  assert.deepEqual(args.slice(-3), ['-m', 'server', '--stdio']);
  assert.ok(args.includes('-I'));
});

test('a command of the user replaces all of it', () => {
  const { command: program, args } = command({ path: ['graphlens', 'lsp'], args: ['-v'] });
  assert.equal(program, 'graphlens');
  assert.deepEqual(args, ['lsp', '-v']);
});

test('no interpreter is an error that says so', () => {
  assert.throws(() => command({}, { interpreter: [] }), /no Python interpreter/);
});

test('a working directory is taken only if it is absolute and outside the workspace', () => {
  assert.equal(command({ cwd: '/elsewhere' }).cwd, '/elsewhere');
  assert.equal(command({ cwd: 'relative' }).cwd, '/storage');
  assert.equal(command({ cwd: '/project/below' }).cwd, '/storage');
});

test('a link into the workspace is inside the workspace', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphlens-'));
  try {
    fs.mkdirSync(path.join(folder, 'work'));
    fs.symlinkSync(path.join(folder, 'work'), path.join(folder, 'link'));
    const { cwd } = command(
      { cwd: path.join(folder, 'link') },
      { roots: [path.join(folder, 'work')] },
    );
    assert.equal(cwd, '/storage');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('a long path is told by its end', () => {
  assert.equal(shortPath('/usr/bin/python3'), '/usr/bin/python3');
  assert.equal(shortPath('/home/me/work/.venv/bin/python'), '…/.venv/bin/python');
  assert.equal(shortPath('C:\\Users\\me\\work\\venv\\python.exe'), '…/work/venv/python.exe');
});
