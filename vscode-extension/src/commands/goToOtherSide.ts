// Command: from the source to the graph code that is open, and back.

import * as vscode from 'vscode';
import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.goToOtherSide',
  run: async ({ graphDocuments }) => {
    const editor = vscode.window.activeTextEditor;
    const there =
      editor && (await graphDocuments.otherSide(editor.document.uri, editor.selection.active));
    if (!there) {
      void vscode.window.setStatusBarMessage('Graphlens: nothing stands for this line', 3000);
      return;
    }
    const shown = vscode.window.visibleTextEditors.find(
      ({ document }) => document.uri.toString() === there.uri.toString(),
    );
    await vscode.window.showTextDocument(there.uri, {
      selection: there.range,
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Beside,
    });
  },
};
