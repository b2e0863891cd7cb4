// Command: the page of a rule.

import * as vscode from 'vscode';
import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.explain',
  run: async ({ server, ruleDocuments }, args) => {
    const asked = typeof args[0] === 'string' ? args[0] : undefined;
    const code =
      asked ?? (await vscode.window.showInputBox({ prompt: 'Rule code, such as GR201' }));
    if (!code) return;
    const rule = await server.request('graphlens/explain', { code: code.trim().toUpperCase() });
    if (!rule) {
      void vscode.window.showInformationMessage(`Graphlens: there is no rule ${code}.`);
      return;
    }
    await ruleDocuments.show(rule.code, rule.markdown);
  },
};
