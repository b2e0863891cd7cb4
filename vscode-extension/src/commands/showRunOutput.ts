// Command: open the channel with what runs printed.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.showRunOutput',
  run: ({ runViews }) => runViews.log.show(),
};
