// Neovim and Emacs, headless, with the very configuration that docs/editors.md gives.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { python, repository } from './editor/session.mjs';

const folder = path.join(repository, 'tests', 'e2e', '.data', 'editors');
const drivers = path.join(repository, 'tests', 'e2e', 'editors');
const file = path.join(folder, 'workspace', 'fizzbuzz.py');
const environment = { ...process.env, HOME: folder, PATH: `${folder}/bin:${process.env.PATH}` };

/** The first block of this language in docs/editors.md. */
function documented(language) {
  const page = fs.readFileSync(path.join(repository, 'docs', 'editors.md'), 'utf8');
  const block = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page);
  assert.ok(block, `docs/editors.md has a block of ${language}`);
  return block[1];
}

const missing = (program) =>
  spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`;

/** Run an editor to its end and read the report it prints. */
function report(program, args) {
  const { stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: environment,
    cwd: path.dirname(file),
    timeout: 240_000,
    input: '',
  });
  const line = /^REPORT (.*)$/m.exec(stdout);
  assert.ok(line, `no report:\n${stdout}\n${stderr}`);
  const answer = JSON.parse(line[1]);
  assert.equal(answer.failure, undefined, stderr);
  return answer;
}

before(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.copyFileSync(path.join(repository, 'examples', 'fizzbuzz.py'), file);
  // `graphlens lsp` from this checkout, whether or not it is installed.
  fs.mkdirSync(path.join(folder, 'bin'));
  fs.writeFileSync(
    path.join(folder, 'bin', 'graphlens'),
    `#!/bin/sh\nPYTHONPATH='${repository}' exec '${python()}' -m engine.cli "$@"\n`,
    { mode: 0o755 },
  );
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('Neovim: findings, hover, lens, fix, run, graph code', { skip: missing('nvim') }, () => {
  const init = path.join(folder, 'init.lua');
  fs.writeFileSync(init, documented('lua'));
  const answer = report('nvim', [
    ...['--headless', '-n', '-u', init, '-c', 'filetype on', file],
    ...['-c', `luafile ${path.join(drivers, 'neovim.lua')}`],
  ]);
  assert.equal(answer.codes.filter((code) => code === 'GR201').length, 4);
  assert.match(answer.hover, /for_stmt|graph/);
  assert.ok(
    answer.lenses.some((title) => title.startsWith('Run')),
    answer.lenses.join(),
  );
  assert.match(answer.fixed, /tf\.print\("Fizz"\)/);
  assert.ok(answer.fewer >= 1);
  assert.match(answer.ran, /^5\n/);
  assert.match(answer.code, /def tf__fizzbuzz/);
});

test('Emacs: findings, hover, lens, fix, run, graph code', { skip: missing('emacs') }, () => {
  const init = path.join(folder, 'init.el');
  fs.writeFileSync(init, `(package-initialize)\n${documented('elisp')}`);
  const answer = report('emacs', [
    ...['--batch', '-l', init, '-l', path.join(drivers, 'emacs.el'), file],
  ]);
  assert.equal(answer.codes.filter((text) => /GR201|print/.test(text)).length, 4);
  assert.match(answer.hover, /for_stmt|graph/);
  assert.ok(
    answer.lenses.some((title) => title.startsWith('Run')),
    answer.lenses.join(),
  );
  assert.match(answer.fixed, /tf\.print\("Fizz"\)/);
  assert.match(answer.code, /def tf__fizzbuzz/);
  assert.match(answer.ran, /5/);
});
