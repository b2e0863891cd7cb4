import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crashes } from '../../src/crashes';

test('four crashes are forgiven, the fifth within three minutes is not', () => {
  const crashes = new Crashes();
  assert.deepEqual(
    [0, 1000, 2000, 3000, 4000].map((time) => crashes.mayRestart(time)),
    [true, true, true, true, false],
  );
  assert.equal(crashes.count, 5);
});

test('crashes long ago do not count', () => {
  const crashes = new Crashes();
  for (let minute = 0; minute < 20; minute++) assert.ok(crashes.mayRestart(minute * 60_000));
});

test('after a restart by hand they are counted anew', () => {
  const crashes = new Crashes();
  for (let i = 0; i < 5; i++) crashes.mayRestart(i);
  crashes.forget();
  assert.ok(crashes.mayRestart(10));
});
