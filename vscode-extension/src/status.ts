// The language status items (server, worker) and the status bar entry of a run.

import * as vscode from 'vscode';
import { shortPath } from './paths';
import { RESTART, SHOW_LOG } from './problems';
import type { Status } from './protocol';
import type { Server } from './server';

const SEVERITY = {
  ok: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
} as const;

const WORKER = { off: 'not started', idle: 'idle', running: 'running' } as const;

export class StatusItems implements vscode.Disposable {
  private readonly server: vscode.LanguageStatusItem;
  private readonly worker: vscode.LanguageStatusItem;
  private readonly bar: vscode.StatusBarItem;
  private readonly disposables: vscode.Disposable[];

  constructor(server: Server) {
    const selector = [{ language: 'python' }];
    this.server = vscode.languages.createLanguageStatusItem('graphlens.server', selector);
    this.server.name = 'Graphlens';
    this.worker = vscode.languages.createLanguageStatusItem('graphlens.worker', selector);
    this.worker.name = 'Graphlens Worker';
    this.bar = vscode.window.createStatusBarItem('graphlens.run', vscode.StatusBarAlignment.Left);
    this.bar.name = 'Graphlens Run';
    this.bar.text = '$(sync~spin) Graphlens runs';
    this.bar.tooltip = 'Click to interrupt';
    this.bar.command = 'graphlens.interrupt';
    this.state('starting');
    this.disposables = [
      this.server,
      this.worker,
      this.bar,
      server.onState((state) => this.state(state)),
      server.onStatus((status) => this.show(status)),
    ];
  }

  dispose(): void {
    for (const item of this.disposables) item.dispose();
  }

  private state(state: 'starting' | 'running' | 'stopped'): void {
    this.server.busy = state === 'starting';
    if (state === 'starting') this.server.text = 'Graphlens: starting';
    this.server.command = SHOW_LOG;
    if (state === 'running') {
      this.server.text = 'Graphlens: ready';
      this.server.severity = SEVERITY.ok;
    }
    if (state === 'stopped') {
      this.server.text = 'Graphlens: stopped';
      this.server.detail = 'the log says why';
      this.server.severity = SEVERITY.error;
      this.server.command = RESTART;
      this.worker.text = 'Worker: off';
      this.worker.detail = '';
      this.worker.busy = false;
      this.running(false);
    }
  }

  private show(status: Status): void {
    this.server.busy = status.analysis === 'starting' || status.analysis === 'restarting';
    this.server.severity = SEVERITY[status.health];
    this.server.text = `Graphlens ${status.version}`;
    const trust = status.trusted ? '' : ', workspace not trusted: nothing is run';
    this.server.detail = `${status.message || status.health} (Python ${status.python}${trust})`;

    this.worker.text = `Worker: ${WORKER[status.worker]}`;
    this.worker.detail = shortPath(status.interpreter);
    this.worker.busy = status.worker === 'running';
    this.worker.command =
      status.worker === 'running'
        ? { title: 'Interrupt', command: 'graphlens.interrupt' }
        : { title: 'Restart', command: 'graphlens.restartWorker' };

    this.running(status.worker === 'running');
  }

  /** The entry in the status bar, and the context key behind the command that interrupts. */
  private running(running: boolean): void {
    void vscode.commands.executeCommand('setContext', 'graphlens.running', running);
    if (running) this.bar.show();
    else this.bar.hide();
  }
}
