import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace } from '../../src/functions';

test('a position or a qualified name says where', () => {
  const byPosition = parsePlace(['file:///a.py', { line: 3, character: 4 }]);
  assert.ok(byPosition);
  assert.equal(byPosition.uri.toString(), 'file:///a.py');
  assert.deepEqual({ ...(byPosition.at as object) }, { line: 3, character: 4 });
  assert.equal(parsePlace(['file:///a.py', 'Model.call'])?.at, 'Model.call');
});

test('anything else is refused', () => {
  for (const args of [
    [],
    [7, 'f'],
    ['file:///a.py'],
    ['file:///a.py', null],
    ['file:///a.py', { line: -1, character: 0 }],
    ['file:///a.py', { line: 1.5, character: 0 }],
    ['file:///a.py', { line: '1', character: 0 }],
    ['x'.repeat(20_000), 'f'],
  ]) {
    assert.equal(parsePlace(args), undefined, JSON.stringify(args).slice(0, 60));
  }
});
