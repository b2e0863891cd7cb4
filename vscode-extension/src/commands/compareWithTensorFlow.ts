// Command: our graph code beside the one that TensorFlow makes of the same function.

import * as vscode from 'vscode';
import type { Command } from '../command';

const SETTING = 'graphlens.worker.engine';

export const command: Command = {
  id: 'graphlens.compareWithTensorFlow',
  run: async ({ functions, graphDocuments, runViews }, args) => {
    if (vscode.workspace.getConfiguration().get(SETTING) !== 'tensorflow') {
      const open = 'Open Setting';
      const chosen = await vscode.window.showInformationMessage(
        'Graphlens: this needs TensorFlow in the Python that runs your functions, and the setting Graphlens › Worker: Engine at “tensorflow”.',
        open,
      );
      if (chosen === open) {
        await vscode.commands.executeCommand('workbench.action.openSettings', SETTING);
      }
      return;
    }
    const target = await functions.choose(args);
    const inTheWay = target && (await graphDocuments.compare(target));
    if (!target || inTheWay === undefined) return;
    const trace = 'Trace';
    const offered = vscode.workspace.isTrusted ? [trace] : [];
    const chosen = await vscode.window.showInformationMessage(`Graphlens: ${inTheWay}`, ...offered);
    if (chosen === trace) await runViews.trace(target);
  },
};
