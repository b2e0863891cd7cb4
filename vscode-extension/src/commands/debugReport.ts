// Command: versions, settings and timings to the clipboard; no source text.

import * as vscode from 'vscode';
import type { Command } from '../command';
import { messageOf } from '../log';

export const command: Command = {
  id: 'graphlens.debugReport',
  run: async ({ context, server }) => {
    const { version } = context.extension.packageJSON as { version: string };
    const lines = [
      `Graphlens extension ${version}, VS Code ${vscode.version}, ${process.platform}`,
      `trusted: ${vscode.workspace.isTrusted}, remote: ${vscode.env.remoteName ?? 'no'}`,
    ];
    try {
      lines.push((await server.request('graphlens/debugReport', undefined)).text);
    } catch (error) {
      lines.push(`server: ${messageOf(error)}`);
    }
    await vscode.env.clipboard.writeText(lines.join('\n'));
    void vscode.window.setStatusBarMessage('Graphlens: the debug report was copied', 10_000);
  },
};
