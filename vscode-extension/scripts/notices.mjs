// Writes NOTICES.txt: the licences of everything that travels inside the .vsix.

import fs from 'node:fs';
import path from 'node:path';

const LICENCE = /^(licen[cs]e|copying)(\.(md|txt))?$/i;

/** The npm packages that esbuild took files from, by their folders. */
function npmPackages(metafiles, root) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path.resolve(root, input));
      if (match) folders.add(match[1]);
    }
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      fs.readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    return { name, version, license, texts: licenceTexts(folder) };
  });
}

function pythonPackages(libs) {
  return fs
    .readdirSync(libs)
    .filter((name) => name.endsWith('.dist-info'))
    .sort()
    .map((name) => {
      const folder = path.join(libs, name);
      const metadata = fs.readFileSync(path.join(folder, 'METADATA'), 'utf8');
      const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(metadata)?.[1] ?? '';
      return {
        name: field('Name'),
        version: field('Version'),
        license: field('License-Expression') || field('License'),
        texts: [...licenceTexts(path.join(folder, 'licenses')), ...licenceTexts(folder)],
      };
    });
}

function licenceTexts(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => LICENCE.test(name))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').trim());
}

export function writeNotices({ metafiles, root, libs, to }) {
  const packages = [...npmPackages(metafiles, root), ...pythonPackages(libs)];
  const without = packages.filter(({ texts }) => texts.length === 0);
  const sections = packages.map(({ name, version, license, texts }) =>
    [`${name} ${version} (${license || 'see below'})`, '', ...texts].join('\n'),
  );
  const head = 'Graphlens contains the following works of others, under their own licences.';
  fs.writeFileSync(to, `${[head, ...sections].join(`\n\n${'-'.repeat(78)}\n\n`)}\n`);
  return { packages, without };
}
