// Command: both kinds of inlay hints on or off.

import * as vscode from 'vscode';
import type { Command } from '../command';

const KINDS = ['inlayHints.shapes', 'inlayHints.controlFlow'];

export const command: Command = {
  id: 'graphlens.toggleInlayHints',
  run: async () => {
    const configuration = vscode.workspace.getConfiguration('graphlens');
    const on = KINDS.some((kind) => configuration.get(kind) === true);
    for (const kind of KINDS) {
      await configuration.update(kind, !on, vscode.ConfigurationTarget.Global);
    }
  },
};
