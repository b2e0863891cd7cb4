import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LevelledLines, type Channel, type Level } from '../../src/serverOutput';

function collect(lines: readonly string[]): [Level, string][] {
  const written: [Level, string][] = [];
  const at = (level: Level) => (message: string) => written.push([level, message]);
  const channel: Channel = {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  const levelled = new LevelledLines(channel);
  for (const line of lines) levelled.add(line);
  return written;
}

test('each line goes to the level it names, and what follows stays with it', () => {
  assert.deepEqual(
    collect(['WARNING server.session: slow', '  more of it', 'INFO ready', 'ERROR: bad']),
    [
      ['warn', 'server.session: slow'],
      ['warn', '  more of it'],
      ['info', 'ready'],
      ['error', 'bad'],
    ],
  );
});

test('before any level is named, a line counts as an error', () => {
  assert.deepEqual(collect(['Traceback (most recent call last):']), [
    ['error', 'Traceback (most recent call last):'],
  ]);
});

test('escape sequences of terminals are left out', () => {
  assert.deepEqual(collect(['INFO \u001b[31mred\u001b[0m \u001b]0;title\u0007end']), [
    ['info', 'red end'],
  ]);
});
