// Command: forget what has been traced.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.clearTraces',
  run: ({ server }) => server.execute('graphlens.clearTraces'),
};
