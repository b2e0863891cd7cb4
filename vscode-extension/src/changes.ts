// What makes the server start anew: settings, trust, another interpreter.

import * as vscode from 'vscode';
import { messageOf, type Log } from './log';
import { watchSelectedInterpreter } from './pythonExtension';
import type { Server } from './server';
import { NEEDS_RESTART } from './settings';

export function watchConfiguration(server: Server): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (NEEDS_RESTART.some((name) => event.affectsConfiguration(name))) void server.restart();
  });
}

/** Trust opens settings of the workspace and its interpreter: both may ask for another server. */
export function watchTrust(server: Server): vscode.Disposable {
  return vscode.workspace.onDidGrantWorkspaceTrust(async () => {
    await server.notify('graphlens/trustGranted', {});
    const { path, args, importStrategy, interpreter } = server.settings;
    const custom = path.length + args.length + interpreter.length > 0;
    if (custom || importStrategy !== 'useBundled') await server.restart();
  });
}

/** Follow the Python extension; without it there is nothing to follow. */
export async function watchInterpreter(server: Server, log: Log): Promise<vscode.Disposable> {
  try {
    return await watchSelectedInterpreter(() => {
      if (server.settings.interpreter.length === 0) void server.restart();
    });
  } catch (error) {
    log.warn(`Graphlens: the Python extension cannot be followed: ${messageOf(error)}`);
    return new vscode.Disposable(() => {});
  }
}
