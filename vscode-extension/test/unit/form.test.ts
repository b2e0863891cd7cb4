import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameter } from '../../src/protocol';
import { knownArguments } from '../../src/views/knownArguments';
import { argumentTexts, assign, splitArguments } from '../../src/webview/run/form';

const parameter = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  annotation: null,
  default: null,
  spec: null,
  kind: 'positional',
  ...more,
});

test('texts find their parameters, by name or by order', () => {
  const parameters = [
    parameter('x'),
    parameter('y'),
    parameter('rest', { kind: '*' }),
    parameter('flag', { kind: 'keyword' }),
  ];
  assert.deepEqual(assign(parameters, ['1', '2', '3', '4', 'flag=True']), [
    '1',
    '2',
    '3, 4',
    'True',
  ]);
  assert.deepEqual(assign(parameters, ['y = [1, 2]', '7']), ['7', '[1, 2]', '', '']);
});

test('a comparison is not a keyword', () => {
  assert.deepEqual(assign([parameter('x')], ['x==1']), ['x==1']);
});

test('filled fields become expressions; after a gap, by name', () => {
  const parameters = [parameter('x'), parameter('y', { default: '0' }), parameter('z')];
  assert.deepEqual(
    argumentTexts(parameters.map((each, index) => [each, ['1', ' ', '3'][index] ?? ''])),
    ['1', 'z=3'],
  );
  assert.deepEqual(argumentTexts([[parameter('k', { kind: 'keyword' }), '1']]), ['k=1']);
  assert.deepEqual(argumentTexts([[parameter('rest', { kind: '*' }), '1, (2, 3)']]), [
    '1',
    '(2, 3)',
  ]);
});

test('commas inside brackets and strings do not part arguments', () => {
  assert.deepEqual(splitArguments(`[1, 2], "a, b", f(x, y), 'it\\'s, so'`), [
    '[1, 2]',
    '"a, b"',
    'f(x, y)',
    `'it\\'s, so'`,
  ]);
  assert.deepEqual(splitArguments(' '), []);
});

test('what is known before asking: the last arguments, an example, or nothing needed', () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const traced = {
    name: 'f',
    qualname: 'f',
    range,
    selectionRange: range,
    parameters: [parameter('x')],
    examples: [['1']],
    lastArguments: ['2'] as string[] | null,
    traces: 0,
    retraces: 0,
  };
  assert.deepEqual(knownArguments(traced), ['2']);
  assert.deepEqual(knownArguments({ ...traced, lastArguments: null }), ['1']);
  assert.equal(knownArguments({ ...traced, lastArguments: null, examples: [] }), undefined);
  const optional = [parameter('x', { default: '1' }), parameter('rest', { kind: '*' })];
  assert.deepEqual(
    knownArguments({ ...traced, lastArguments: null, examples: [], parameters: optional }),
    [],
  );
});
