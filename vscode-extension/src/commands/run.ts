// Command: the form that runs a function.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.run',
  run: async ({ functions, runViews }, args) => {
    const target = await functions.choose(args);
    if (target) runViews.show(target);
  },
};
