// The log channel, and which of its messages also pop up.

import * as vscode from 'vscode';
import { SHOW_LOG, type WayOut } from './problems';
import type { Notifications } from './settings';

export class Log implements vscode.Disposable {
  readonly channel = vscode.window.createOutputChannel('Graphlens', { log: true });

  constructor(private readonly notifications: () => Notifications) {}

  info(message: string): void {
    this.channel.info(message);
    if (this.notifications() === 'always') void vscode.window.showInformationMessage(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
    const wanted = this.notifications();
    if (wanted === 'always' || wanted === 'onWarning') {
      void offer(vscode.window.showWarningMessage.bind(vscode.window), message, [SHOW_LOG]);
    }
  }

  /** `waysOut`: what the user can do about it, beside reading the log. */
  error(message: string, waysOut: readonly WayOut[] = []): void {
    this.channel.error(message);
    if (this.notifications() !== 'off') {
      const all = [...waysOut, SHOW_LOG];
      void offer(vscode.window.showErrorMessage.bind(vscode.window), message, all);
    }
  }

  debug(message: string): void {
    this.channel.debug(message);
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}

type Ask = (message: string, ...titles: string[]) => Thenable<string | undefined>;

async function offer(ask: Ask, message: string, waysOut: readonly WayOut[]): Promise<void> {
  const chosen = await ask(message, ...waysOut.map(({ title }) => title));
  const way = waysOut.find(({ title }) => title === chosen);
  if (way) await vscode.commands.executeCommand(way.command, ...(way.args ?? []));
}

/** What to say of something caught. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
