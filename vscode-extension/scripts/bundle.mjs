// Fills bundled/libs: the server and the engine of this repository, and their dependencies.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const extension = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const repository = path.dirname(extension);
const libs = path.join(extension, 'bundled', 'libs');
const requirements = path.join(extension, 'bundled', 'requirements.txt');

/** Run a command to its end; its output is shown only when it fails. */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    ...options,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout ?? ''}${stderr ?? ''}`);
}

/** A Python with pip: $PYTHON, the repository's own environment, or the system's. */
function python() {
  const own = path.join(repository, '.venv', 'bin', 'python');
  return process.env.PYTHON || (fs.existsSync(own) ? own : 'python3');
}

/** Dependencies are fetched again only when the list of them has changed. */
function dependencies() {
  const stamp = path.join(libs, '.requirements.txt');
  const wanted = fs.readFileSync(requirements, 'utf8');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  fs.rmSync(libs, { recursive: true, force: true });
  // Pure wheels for the oldest Python we serve: they run on every later one and every system.
  run(python(), [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'],
    ...['--target', libs, '--no-deps', '--require-hashes', '--requirement', requirements],
    ...['--only-binary', ':all:', '--python-version', '3.10', '--implementation', 'py'],
    ...['--abi', 'none', '--platform', 'any'],
  ]);
  fs.rmSync(path.join(libs, 'bin'), { recursive: true, force: true });
  fs.writeFileSync(stamp, wanted);
}

function ownPackage(name) {
  const to = path.join(libs, name);
  fs.rmSync(to, { recursive: true, force: true });
  fs.cpSync(path.join(repository, name), to, {
    recursive: true,
    filter: (file) => path.basename(file) !== '__pycache__' && !file.endsWith('.pyc'),
  });
}

export function bundle() {
  dependencies();
  for (const name of ['engine', 'server']) ownPackage(name);
  return libs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bundle();
