// Command: trace a function with the arguments at hand, or ask for them.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.trace',
  run: async ({ functions, runViews }, args) => {
    const target = await functions.choose(args);
    if (target) await runViews.trace(target);
  },
};
