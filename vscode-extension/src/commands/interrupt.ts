// Command: end what is running.

import * as vscode from 'vscode';
import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.interrupt',
  run: async ({ server }) => {
    const was = await server.execute<boolean>('graphlens.interrupt');
    if (!was) void vscode.window.setStatusBarMessage('Graphlens: nothing was running', 3000);
  },
};
