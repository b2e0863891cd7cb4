// Command: end the process that runs user code; the next run starts a fresh one.

import type { Command } from '../command';

export const command: Command = {
  id: 'graphlens.restartWorker',
  run: ({ server }) => server.execute('graphlens.restartWorker'),
};
