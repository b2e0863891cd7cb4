// Puts the parts together. Nothing else happens here.

import * as vscode from 'vscode';
import { commands } from 'graphlens:commands';
import type { Services } from './command';
import { watchFunctions } from './contextKeys';
import { watchConfiguration, watchInterpreter, watchTrust } from './changes';
import { Functions } from './functions';
import { GraphDocuments } from './graphDocuments';
import { Log, messageOf } from './log';
import { RuleDocuments } from './ruleDocuments';
import { Server } from './server';
import { readSettings } from './settings';
import { StatusItems } from './status';
import { GraphPanels } from './views/graphPanels';
import { RunViews } from './views/runViews';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = new Log(
    () =>
      readSettings(vscode.workspace.getConfiguration('graphlens'), vscode.workspace.isTrusted)
        .showNotifications,
  );
  const server = new Server(
    context,
    log,
    commands.map(({ id }) => id),
  );
  const functions = new Functions(server);
  const graphDocuments = new GraphDocuments(server);
  const ruleDocuments = new RuleDocuments();
  const graphPanels = new GraphPanels(context, server, log);
  const runViews = new RunViews(context, server);
  const services: Services = {
    context,
    log,
    server,
    functions,
    graphDocuments,
    ruleDocuments,
    graphPanels,
    runViews,
  };
  context.subscriptions.push(
    log,
    server,
    graphDocuments,
    ruleDocuments,
    graphPanels,
    runViews,
    new StatusItems(server),
    watchConfiguration(server),
    watchTrust(server),
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, async (...args: unknown[]) => {
        try {
          return await command.run(services, args);
        } catch (error) {
          log.error(`Graphlens: ${messageOf(error)}`);
          return undefined;
        }
      }),
    ),
  );
  await server.start();
  context.subscriptions.push(watchFunctions(functions));
  context.subscriptions.push(await watchInterpreter(server, log));
}
