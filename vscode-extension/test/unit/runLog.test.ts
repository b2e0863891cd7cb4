import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputs } from '../standIn';
import type { Run } from '../../src/protocol';
import { RunLog } from '../../src/views/runLog';

const RUN: Run = {
  ...{ id: '1', ok: true, mode: 'run', function: 'f', version: 1, engine: 'graphlens 0.1.0' },
  ...{ substituted: false, arguments: ['2'], signature: '', droppedOutput: 0, retraces: 0 },
  result: { kind: 'python', type: 'int', preview: '4' },
  printed: [],
  traces: [{ index: 0, signature: '(x=2)', reason: null }],
  graph: null,
  timing: { load: 1, first: 2.25, graph: null, eager: null },
  error: null,
};

const written = (work: (log: RunLog) => void): string => {
  outputs.delete('Graphlens Run');
  work(new RunLog());
  return outputs.get('Graphlens Run') ?? '';
};

test('a run is told in order, our lines never behind an unfinished one', () => {
  const text = written((log) => {
    log.begin('f', 'run', ['2']);
    log.printed({ phase: 'running', stream: 'stdout', text: '\u001b[31mred\u001b[0m' });
    log.end(RUN);
  });
  assert.equal(text, 'run f(2)\nred\n= 4\n[done, graphlens 0.1.0, 2.3 ms, 1 trace]\n\n');
});

test('an error is told by its own text', () => {
  const error = { kind: 'exception', type: 'ValueError', message: 'no', frames: [], text: '' };
  const text = written((log) => log.end({ ...RUN, ok: false, result: null, error }));
  assert.match(text, /^ValueError: no\n\[failed, /);
});
