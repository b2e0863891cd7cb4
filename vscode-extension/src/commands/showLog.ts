// Command: open the log channel.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.showLog',
  run: ({ log }) => log.show(),
};
