import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanEnvironment } from '../../src/environment';

test('what a process needs to live is passed on', () => {
  const all = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', XDG_CACHE_HOME: '/c', TMPDIR: '/t' };
  assert.deepEqual(cleanEnvironment(all), all);
});

test('what could make Python or the loader run other code is not', () => {
  const hostile = {
    PYTHONPATH: '/w',
    PYTHONSTARTUP: '/w/x.py',
    LD_PRELOAD: '/w/x.so',
    DYLD_INSERT_LIBRARIES: '/w/x.dylib',
    NODE_OPTIONS: '--require /w/x.js',
  };
  assert.deepEqual(cleanEnvironment(hostile), {});
});

test('secrets stay here', () => {
  assert.deepEqual(cleanEnvironment({ GITHUB_TOKEN: 'x', AWS_SECRET_ACCESS_KEY: 'y' }), {});
});

test('names are compared without regard to case, as Windows does', () => {
  assert.deepEqual(cleanEnvironment({ Path: 'C:\\x', SystemRoot: 'C:\\Windows' }), {
    Path: 'C:\\x',
    SystemRoot: 'C:\\Windows',
  });
});
