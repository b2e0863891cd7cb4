// What a command is, and what commands are given.

import * as vscode from 'vscode';
import type { Functions } from './functions';
import type { GraphDocuments } from './graphDocuments';
import type { Log } from './log';
import type { RuleDocuments } from './ruleDocuments';
import type { Server } from './server';
import type { GraphPanels } from './views/graphPanels';
import type { RunViews } from './views/runViews';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly server: Server;
  readonly functions: Functions;
  readonly graphDocuments: GraphDocuments;
  readonly ruleDocuments: RuleDocuments;
  readonly graphPanels: GraphPanels;
  readonly runViews: RunViews;
}

/** Each file of src/commands exports one of these under the name `command`. */
export interface Command {
  readonly id: string;
  /** `args` come from anywhere (links, other extensions): check them. */
  run(services: Services, args: readonly unknown[]): unknown;
}
