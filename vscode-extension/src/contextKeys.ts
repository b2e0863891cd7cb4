// The context key that shows our button in the editor's title: the file has traced functions.

import * as vscode from 'vscode';
import type { Functions } from './functions';

const SETTLE = 600;
const KEY = 'graphlens.hasFunctions';

export function watchFunctions(functions: Functions): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const update = async (): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    let found = false;
    if (document?.languageId === 'python') {
      try {
        found = (await functions.all(document)).length > 0;
      } catch {
        found = false; // no server: nothing to show either
      }
    }
    await vscode.commands.executeCommand('setContext', KEY, found);
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void update(), SETTLE);
  };
  later();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(later),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document === vscode.window.activeTextEditor?.document) later();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}
