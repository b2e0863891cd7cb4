// The command line that starts the language server.

import * as path from 'node:path';
import { cleanEnvironment } from './environment';
import { isInside } from './paths';
import type { Settings } from './settings';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

export interface Surroundings {
  /** Where the extension is installed. */
  readonly extensionPath: string;
  /** A folder of ours that exists; the server's working directory and byte code go there. */
  readonly storagePath: string;
  /** Folders of the workspace. */
  readonly roots: readonly string[];
  /** The interpreter and its further arguments. */
  readonly interpreter: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The folder with the server, the engine and their dependencies. */
export function bundledLibraries(extensionPath: string): string {
  return path.join(extensionPath, 'bundled', 'libs');
}

/** The program that is the server. */
export function bundledServer(extensionPath: string): string {
  return path.join(bundledLibraries(extensionPath), 'server', '__main__.py');
}

/** Where byte code of the bundled libraries is kept: `-B` reads it there, but never writes. */
export function byteCodeFolder(storagePath: string): string {
  return path.join(storagePath, 'bytecode');
}

/**
 * How to start the server under these settings.
 *
 * Python runs isolated (`-I`: no `PYTHON*` variables, no user site, no current folder on its path)
 * and on an absolute path, so that no file of the workspace can stand in for a module of ours.
 *
 * Raises an Error when neither a command nor an interpreter is there.
 */
export function serverCommand(settings: Settings, around: Surroundings): ServerCommand {
  const env = cleanEnvironment(around.environment);
  const cwd = workingDirectory(settings.cwd, around);
  const [program, ...rest] = settings.path;
  if (program !== undefined)
    return { command: program, args: [...rest, ...settings.args], cwd, env };

  const [python, ...pythonArgs] = around.interpreter;
  if (python === undefined) throw new Error('no Python interpreter (3.10 or later) was found');
  const isolated = [
    ...pythonArgs,
    '-I',
    '-B',
    '-X',
    `pycache_prefix=${byteCodeFolder(around.storagePath)}`,
  ];
  const target =
    settings.importStrategy === 'fromEnvironment'
      ? ['-m', 'server']
      : [bundledServer(around.extensionPath)];
  return { command: python, args: [...isolated, ...target, '--stdio', ...settings.args], cwd, env };
}

function workingDirectory(wanted: string, around: Surroundings): string {
  if (!path.isAbsolute(wanted)) return around.storagePath;
  return around.roots.some((root) => isInside(wanted, root)) ? around.storagePath : wanted;
}
