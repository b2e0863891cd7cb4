// Command: the Python program that runs the graph.

import type { Command } from '../command';
import { showView } from '../showView';

export const command: Command = {
  id: 'graphlens.showGeneratedPython',
  run: (services, args) => showView(services, args, 'python'),
};
