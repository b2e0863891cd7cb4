// What the Python extension says: which environment is selected, and when that changes.

import * as vscode from 'vscode';

interface Environments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
  resolveEnvironment(
    environment: unknown,
  ): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

const ID = 'ms-python.python';

async function environments(): Promise<Environments | undefined> {
  const extension = vscode.extensions.getExtension<{ environments?: Environments }>(ID);
  if (!extension) return undefined;
  const api = extension.isActive ? extension.exports : await extension.activate();
  return api.environments;
}

export function hasPythonExtension(): boolean {
  return vscode.extensions.getExtension(ID) !== undefined;
}

/** The executable of the selected environment; undefined without that extension. */
export async function selectedInterpreter(): Promise<string | undefined> {
  const api = await environments();
  if (!api) return undefined;
  const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
  const environment = await api.resolveEnvironment(api.getActiveEnvironmentPath(resource));
  return environment?.executable.uri?.fsPath;
}

/** Calls `changed` after each change of the selected environment. */
export async function watchSelectedInterpreter(changed: () => void): Promise<vscode.Disposable> {
  const api = await environments();
  return api ? api.onDidChangeActiveEnvironmentPath(changed) : new vscode.Disposable(() => {});
}
