import assert from 'node:assert/strict';
import { test } from 'node:test';
import { links } from '../../src/hoverLinks';

const URI = 'file:///w/a%20(1).py';

test('each link runs a command of ours with the function, and only these may run', () => {
  const { value, isTrusted } = links(URI, { qualname: 'outer.<locals>.f' }, true);
  const found = [...value.matchAll(/\[([^\]]+)\]\(command:([\w.]+)\?([^)]*)\)/g)];
  assert.deepEqual(
    found.map(([, title]) => title),
    ['Graph code', 'Readable', 'Picture', 'Run…'],
  );
  for (const [, , , args] of found) {
    assert.deepEqual(JSON.parse(decodeURIComponent(args ?? '')), [URI, 'outer.<locals>.f']);
  }
  assert.deepEqual(isTrusted, { enabledCommands: found.map(([, , command]) => command) });
});

test('without trust, running is not offered', () => {
  assert.doesNotMatch(links(URI, { qualname: 'f' }, false).value, /graphlens\.run/);
});
