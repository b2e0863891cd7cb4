// Command: apply every safe fix to the file in front.

import * as vscode from 'vscode';
import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.fixAll',
  run: async ({ server }) => {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== 'python') {
      void vscode.window.showInformationMessage('Graphlens: open a Python file first.');
      return;
    }
    const edits = await server.execute<number>('graphlens.fixAll', server.uri(document));
    const what = edits === 0 ? 'nothing to fix' : `${edits} ${edits === 1 ? 'edit' : 'edits'} made`;
    void vscode.window.setStatusBarMessage(`Graphlens: ${what}`, 10_000);
  },
};
