import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../src/settings';

const configuration = (values: Record<string, unknown>) => ({
  get: (name: string) => values[name],
});

test('values are taken as they are set', () => {
  const settings = readSettings(
    configuration({
      args: ['--log', 'x'],
      path: ['graphlens', 'lsp'],
      importStrategy: 'fromEnvironment',
      interpreter: ['/usr/bin/python3'],
      cwd: '/tmp',
      showNotifications: 'always',
      'worker.interpreter': '/opt/python',
    }),
    true,
  );
  assert.deepEqual(settings, {
    args: ['--log', 'x'],
    path: ['graphlens', 'lsp'],
    importStrategy: 'fromEnvironment',
    interpreter: ['/usr/bin/python3'],
    cwd: '/tmp',
    showNotifications: 'always',
    workerInterpreter: '/opt/python',
  });
});

test('values of the wrong type count as absent', () => {
  const settings = readSettings(
    configuration({
      args: 7,
      path: [1, '', 'x'],
      interpreter: '/python',
      showNotifications: 'loud',
    }),
    true,
  );
  assert.deepEqual(settings.args, []);
  assert.deepEqual(settings.path, ['x']);
  assert.deepEqual(settings.interpreter, ['/python']);
  assert.equal(settings.showNotifications, 'onError');
});

test('without trust the server is the bundled one', () => {
  const settings = readSettings(
    configuration({ args: ['--x'], path: ['evil'], importStrategy: 'fromEnvironment' }),
    false,
  );
  assert.deepEqual([settings.args, settings.path], [[], []]);
  assert.equal(settings.importStrategy, 'useBundled');
});
