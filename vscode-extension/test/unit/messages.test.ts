import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFromGraphPage } from '../../src/views/graphMessages';
import { parseFromRunPage } from '../../src/views/runMessages';

test('messages of the run page pass as they are, without what else they carry', () => {
  const run = { kind: 'run', mode: 'trace', arguments: ['1', 'x=2'] };
  assert.deepEqual(parseFromRunPage({ ...run, extra: 1 }), run);
  const reveal = { kind: 'reveal', path: '/a.py', line: 3, column: 0 };
  assert.deepEqual(parseFromRunPage(reveal), reveal);
  assert.deepEqual(parseFromRunPage({ kind: 'show', view: 'picture' }), {
    kind: 'show',
    view: 'picture',
  });
});

test('settings are named, never given', () => {
  const setting = { kind: 'setting', name: 'run.memory' };
  assert.deepEqual(parseFromRunPage({ ...setting, value: 1 }), setting);
});

test('anything else from the run page is refused', () => {
  for (const message of [
    undefined,
    null,
    'ready',
    {},
    { kind: 'eval', code: 'x' },
    { kind: 'run', mode: 'run' },
    { kind: 'run', mode: 'exec', arguments: [] },
    { kind: 'run', mode: 'run', arguments: [1] },
    { kind: 'run', mode: 'run', arguments: ['x'.repeat(200_000)] },
    { kind: 'run', mode: 'run', arguments: Array.from({ length: 300 }, () => '') },
    { kind: 'show', view: 'workbench.action.terminal.new' },
    { kind: 'setting', name: 'interpreter' },
    { kind: 'reveal', path: 7, line: 0, column: 0 },
    { kind: 'reveal', path: '/a.py', line: -1, column: 0 },
  ]) {
    assert.equal(parseFromRunPage(message), undefined);
  }
});

test('messages of the graph page', () => {
  assert.deepEqual(parseFromGraphPage({ kind: 'toggle', id: 'n1' }), { kind: 'toggle', id: 'n1' });
  for (const format of ['svg', 'dot', 'json', 'onnx']) {
    assert.deepEqual(parseFromGraphPage({ kind: 'export', format }), { kind: 'export', format });
  }
  for (const message of [
    null,
    { kind: 'toggle' },
    { kind: 'reveal', id: 'x'.repeat(20_000) },
    { kind: 'stage', stage: 'later' },
    { kind: 'export', format: '../../x' },
    { kind: 'constructor' },
  ]) {
    assert.equal(parseFromGraphPage(message), undefined);
  }
});
