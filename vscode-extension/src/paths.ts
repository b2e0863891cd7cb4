// Questions about file paths.

import * as fs from 'node:fs';
import * as path from 'node:path';

/** Whether `file` is `folder` or below it, symbolic links of both resolved where they exist. */
export function isInside(file: string, folder: string): boolean {
  const from = path.relative(realPath(folder), realPath(file));
  return from === '' || (!from.startsWith('..') && !path.isAbsolute(from));
}

function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file); // not there: compare it as it is written
  }
}

/** The end of a path, for where there is little room. */
export function shortPath(file: string): string {
  const parts = file.split(/[\\/]/);
  return parts.length <= 4 ? file : `…/${parts.slice(-3).join('/')}`;
}

/** The first executable of this name on a `PATH`, as an absolute path; its relative entries are skipped. */
export function findOnPath(
  name: string,
  pathVariable: string,
  extensions: readonly string[] = [''],
): string | undefined {
  for (const folder of pathVariable.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    for (const extension of extensions) {
      const file = path.join(folder, name + extension);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

export function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
