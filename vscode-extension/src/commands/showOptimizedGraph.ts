// Command: the traced graph as text, after the passes.

import type { Command } from '../command';
import { showView } from '../showView';

export const command: Command = {
  id: 'graphlens.showOptimizedGraph',
  run: (services, args) => showView(services, args, 'optimized'),
};
