// Command: the picture of a function's graph.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.showGraph',
  run: async ({ functions, graphPanels }, args) => {
    const target = await functions.choose(args);
    if (target) await graphPanels.show(target);
  },
};
