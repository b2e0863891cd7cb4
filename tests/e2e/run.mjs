// Runs the real-editor tests, one file after the other: each of them has a whole editor to itself.
//
//   npm run test:e2e               all of them
//   npm run test:e2e -- graph      those whose file name contains "graph"

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = fs
  .readdirSync(here)
  .filter((file) => file.endsWith('.test.mjs'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(', ')}`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    ...['--test', '--test-concurrency=1', '--test-reporter=spec', '--test-timeout=1200000'],
    ...files.map((file) => path.join(here, file)),
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
