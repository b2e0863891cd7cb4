// Command: a sample file of our own, for the walkthrough.

import * as vscode from 'vscode';
import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.openSample',
  run: async ({ context }) => {
    const file = vscode.Uri.joinPath(context.extensionUri, 'walkthrough', 'sample.py');
    const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    const document = await vscode.workspace.openTextDocument({ language: 'python', content });
    await vscode.window.showTextDocument(document);
  },
};
