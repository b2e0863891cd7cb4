// Command: start the server anew.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.restart',
  run: async ({ server, log }) => {
    await server.restart();
    log.info('Graphlens: the server was restarted.');
  },
};
