// Command: the graph code with its plumbing folded away.

import type { Command } from '../command';
import { showView } from '../showView';

export const command: Command = {
  id: 'graphlens.showReadableGraphCode',
  run: (services, args) => showView(services, args, 'readable'),
};
