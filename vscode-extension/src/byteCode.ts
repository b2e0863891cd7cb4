// Byte code of the bundled libraries, compiled once for each Python and version of the extension.

import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { cleanEnvironment } from './environment';
import { messageOf, type Log } from './log';
import type { Interpreter } from './python';
import { bundledLibraries, byteCodeFolder } from './serverCommand';

interface Places {
  readonly extensionPath: string;
  readonly storagePath: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const DELAY = 20_000;
let timer: NodeJS.Timeout | undefined;

/** Compile when the first findings are long there: nothing waits for it. */
export function compileLater(python: Interpreter, places: Places, log: Log): void {
  clearTimeout(timer);
  timer = setTimeout(() => void compileBundle(python, places, log), DELAY);
  timer.unref();
}

/**
 * Compile the bundle into the storage folder, unless that was done.
 *
 * The server itself runs with `-B` and writes none; without this it would compile
 * the protocol's large tables again at each start, which doubles the time that takes.
 */
async function compileBundle(python: Interpreter, places: Places, log: Log): Promise<void> {
  const folder = byteCodeFolder(places.storagePath);
  const [program, ...rest] = python.command;
  const tag = `${path.basename(places.extensionPath)}-${python.version.join('.')}`;
  const stamp = path.join(folder, `${tag.replace(/[^\w.-]/g, '_')}.done`);
  if (program === undefined || (await exists(stamp))) return;
  const args = [
    ...rest,
    '-I',
    '-X',
    `pycache_prefix=${folder}`,
    '-m',
    'compileall',
    '-q',
    bundledLibraries(places.extensionPath),
  ];
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve, reject) => {
      const child = execFile(
        program,
        args,
        { cwd: places.storagePath, env: cleanEnvironment(places.environment), timeout: 120_000 },
        (error) => {
          if (error instanceof Error) reject(error);
          else resolve();
        },
      );
      if (child.pid !== undefined) os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
    });
    await fs.writeFile(stamp, '');
  } catch (error) {
    log.debug(`no byte code was kept: ${messageOf(error)}`);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.access(file);
    return true;
  } catch {
    return false;
  }
}
