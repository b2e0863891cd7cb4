import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourOf, linePath, numbers, rangeOf } from '../../src/webview/run/plot';

test('what is no number is a gap', () => {
  assert.deepEqual(numbers([1, true, null, 'nan', -2.5]), [1, 1, NaN, NaN, -2.5]);
  assert.deepEqual(numbers(7), []);
});

test('the range leaves out what is not finite, and is never empty', () => {
  assert.deepEqual(rangeOf([3, NaN, -1, Infinity]), [-1, 3]);
  assert.deepEqual(rangeOf([2, 2]), [1.5, 2.5]);
  assert.equal(rangeOf([NaN]), undefined);
});

test('the line is lifted at gaps', () => {
  const path = linePath(
    [0, 1, NaN, 3],
    (index) => index,
    (value) => value,
  );
  assert.equal(path, 'M0.0 0.0L1.0 1.0M3.0 3.0');
});

test('the ends of the scale differ, the middle is grey', () => {
  const [low, middle, high] = [0, 5, 10].map((value) => colourOf(value, 0, 10));
  assert.notDeepEqual(low, high);
  assert.equal(new Set(middle).size, 1);
});
