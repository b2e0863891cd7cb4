// Command: the traced graph as text, as it was recorded.

import type { Command } from '../command';
import { showView } from '../showView';

export const command: Command = {
  id: 'graphlens.showTracedGraph',
  run: (services, args) => showView(services, args, 'traced'),
};
