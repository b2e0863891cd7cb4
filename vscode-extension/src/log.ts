// The log channel, and which of its messages also pop up.

import * as vscode from 'vscode';
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
      void this.offer(vscode.window.showWarningMessage(message, 'Show Log'));
    }
  }

  error(message: string): void {
    this.channel.error(message);
    if (this.notifications() !== 'off') {
      void this.offer(vscode.window.showErrorMessage(message, 'Show Log'));
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

  private async offer(answer: Thenable<string | undefined>): Promise<void> {
    if ((await answer) === 'Show Log') this.show();
  }
}

/** What to say of something caught. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
