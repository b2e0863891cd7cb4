// Makes the platform-neutral .vsix: builds, bundles the Python side, collects licences, packs.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from '../esbuild.mjs';
import { bundle, extension, run } from './bundle.mjs';
import { writeNotices } from './notices.mjs';

const { name, version } = JSON.parse(fs.readFileSync(path.join(extension, 'package.json'), 'utf8'));
const out = path.join(extension, `${name}-${version}.vsix`);

const metafiles = await build();
const libs = bundle();
const { without } = writeNotices({
  metafiles,
  root: extension,
  libs,
  to: path.join(extension, 'NOTICES.txt'),
});
if (without.length > 0) {
  console.warn(`no licence text found in: ${without.map((each) => each.name).join(', ')}`);
}
for (const file of ['LICENSE', 'CHANGELOG.md']) {
  fs.copyFileSync(path.join(extension, '..', file), path.join(extension, file));
}

const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
run(
  process.execPath,
  [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', out],
  { cwd: extension },
);
console.log(`${path.relative(process.cwd(), out)}: ${(fs.statSync(out).size / 1e6).toFixed(1)} MB`);
