// Bundles the unit tests, with a stand-in for the editor's module, and runs them with node's runner.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { everyCommand } from '../esbuild.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '..', '.test-build');
const tests = fs
  .readdirSync(path.join(here, 'unit'))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => path.join(here, 'unit', file));

fs.rmSync(out, { recursive: true, force: true });
await esbuild.build({
  entryPoints: tests,
  outdir: out,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
  alias: { vscode: path.join(here, 'standIn.ts') },
  external: ['web-worker'],
  plugins: [everyCommand],
});
const { status } = spawnSync(
  process.execPath,
  [
    ...['--enable-source-maps', '--test', '--test-reporter=spec'],
    ...fs.readdirSync(out).map((file) => path.join(out, file)),
  ],
  { stdio: 'inherit', env: { ...process.env, EXTENSION_ROOT: path.join(here, '..') } },
);
process.exit(status ?? 1);
