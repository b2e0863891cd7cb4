// Which Python runs the server: the setting, the Python extension's choice, or the first on PATH.

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { cleanEnvironment } from './environment';
import { findOnPath, isExecutable, isInside } from './paths';

export const OLDEST: readonly [number, number] = [3, 10];

export interface Interpreter {
  /** The program and its further arguments. */
  readonly command: readonly string[];
  readonly version: readonly [number, number];
  /** Where it came from, for the log. */
  readonly origin: string;
}

export interface Search {
  /** `graphlens.interpreter`. */
  readonly setting: readonly string[];
  readonly trusted: boolean;
  readonly roots: readonly string[];
  readonly storagePath: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** What the Python extension has selected; asked in trusted workspaces only. */
  readonly selected: () => Promise<string | undefined>;
  readonly log: (message: string) => void;
}

interface Candidate {
  readonly command: readonly string[];
  readonly origin: string;
}

/** What a search ended with: an interpreter, or why each candidate was passed over. */
export interface Found {
  readonly interpreter: Interpreter | undefined;
  readonly passedOver: readonly string[];
}

/** The first candidate that is a Python of a known version, new enough. */
export async function findInterpreter(search: Search): Promise<Found> {
  const passedOver: string[] = [];
  const passOver = (reason: string): void => {
    passedOver.push(reason);
    search.log(reason);
  };
  for (const { command, origin } of await candidates(search, passOver)) {
    const [program, ...rest] = command;
    if (program === undefined) continue;
    if (!search.trusted && search.roots.some((root) => isInside(program, root))) {
      passOver(`${program} (${origin}) lies inside a workspace that is not trusted`);
      continue;
    }
    const version = await pythonVersion([program, ...rest], search);
    if (version === undefined) {
      passOver(`${program} (${origin}) does not run`);
    } else if (version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1])) {
      passOver(`${program} (${origin}) is Python ${version.join('.')}, which is too old`);
    } else {
      return { interpreter: { command, version, origin }, passedOver };
    }
  }
  return { interpreter: undefined, passedOver };
}

async function candidates(
  search: Search,
  passOver: (reason: string) => void,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const variable = search.environment['PATH'] ?? search.environment['Path'] ?? '';
  const windows = search.platform === 'win32';
  const extensions = windows ? ['.exe'] : [''];

  const [first, ...rest] = search.setting;
  if (first !== undefined) {
    const program = path.isAbsolute(first) ? first : findOnPath(first, variable, extensions);
    if (program !== undefined) found.push({ command: [program, ...rest], origin: 'setting' });
    else passOver(`${first} (graphlens.interpreter) is no absolute path and not on PATH`);
  }
  if (search.trusted) {
    const selected = await search.selected();
    if (selected !== undefined) found.push({ command: [selected], origin: 'Python extension' });
  }
  for (const name of ['python3', 'python']) {
    const program = findOnPath(name, variable, extensions);
    if (program !== undefined) found.push({ command: [program], origin: 'PATH' });
  }
  const launcher = windows ? findOnPath('py', variable, extensions) : undefined;
  if (launcher !== undefined) found.push({ command: [launcher, '-3'], origin: 'PATH' });
  return found;
}

function pythonVersion(
  command: readonly [string, ...string[]],
  search: Search,
): Promise<[number, number] | undefined> {
  const [program, ...rest] = command;
  if (!isExecutable(program)) return Promise.resolve(undefined);
  const question = 'import sys; print(*sys.version_info[:2])';
  return new Promise((resolve) => {
    execFile(
      program,
      [...rest, '-I', '-B', '-S', '-c', question],
      { cwd: search.storagePath, env: cleanEnvironment(search.environment), timeout: 10_000 },
      (error, stdout) => {
        const match = error ? null : /^(\d+) (\d+)\s*$/.exec(stdout);
        resolve(match ? [Number(match[1]), Number(match[2])] : undefined);
      },
    );
  });
}
