// The processes of one session, found by their command lines.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Ids of the processes whose command line has all of these texts (Linux). */
export function processes(...texts) {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const line = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return texts.every((text) => line.includes(text));
      } catch {
        return false; // it has just ended
      }
    })
    .map(Number);
}

/** A folder with a link to every program of PATH but Python, as a PATH of its own. */
export function pathWithoutPython() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graphlens-path-'));
  for (const from of (process.env.PATH ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(from) || !fs.existsSync(from)) continue;
    for (const name of fs.readdirSync(from)) {
      const link = path.join(folder, name);
      if (/^py/i.test(name) || fs.existsSync(link)) continue;
      fs.rmSync(link, { force: true });
      fs.symlinkSync(path.join(from, name), link);
    }
  }
  return folder;
}
