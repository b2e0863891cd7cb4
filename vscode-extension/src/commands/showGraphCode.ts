// Command: the AutoGraph form of a function, beside its source.

import type { Command } from '../command';
import { showView } from '../showView';

export const command: Command = {
  id: 'graphlens.showGraphCode',
  run: (services, args) => showView(services, args, 'code'),
};
