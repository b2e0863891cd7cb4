// The panels that run a function: one for each function, form above and result below.

import * as vscode from 'vscode';
import { besideOf } from '../columns';
import type { Target } from '../functions';
import { messageOf } from '../log';
import type { Run } from '../protocol';
import type { Server } from '../server';
import { knownArguments } from './knownArguments';
import { page, resourceRoot, tabIcon } from './page';
import { RunLog } from './runLog';
import { parseFromRunPage, type FromRunPage, type RunView, type ToRunPage } from './runMessages';

const COMMANDS: Record<RunView, string> = {
  traced: 'graphlens.showTracedGraph',
  optimized: 'graphlens.showOptimizedGraph',
  python: 'graphlens.showGeneratedPython',
  picture: 'graphlens.showGraph',
  compare: 'graphlens.compareWithTensorFlow',
};

export class RunViews implements vscode.Disposable {
  readonly log = new RunLog();
  private readonly open = new Map<string, RunPanel>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  /** The panel of a function, brought to the front. */
  show(target: Target): RunPanel {
    const key = `${target.uri}\n${target.function.qualname}`;
    let panel = this.open.get(key);
    if (panel) {
      panel.update(target);
    } else {
      panel = new RunPanel(this.context, this.server, this.log, target);
      this.open.set(key, panel);
      panel.onClosed(() => this.open.delete(key));
    }
    return panel;
  }

  /**
   * Trace with the arguments at hand: the last ones, those of an example, or none where none are
   * needed. Opens the form when there are none.
   */
  async trace(target: Target): Promise<void> {
    const args = knownArguments(target.function);
    const panel = this.show(target);
    if (args) await panel.start('trace', args);
  }

  dispose(): void {
    for (const panel of [...this.open.values()]) panel.dispose();
    this.log.dispose();
  }
}

export class RunPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onClosed = this.closed.event;
  private readonly subscriptions: vscode.Disposable[];
  private ready = false;
  private waiting: ToRunPage[] = [];
  private running = false;

  constructor(
    context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly log: RunLog,
    private target: Target,
  ) {
    this.panel = vscode.window.createWebviewPanel(
      'graphlens.run',
      `Run ${target.function.qualname}`,
      { viewColumn: besideOf(target.document), preserveFocus: false },
      {
        enableScripts: true,
        enableCommandUris: false,
        retainContextWhenHidden: true,
        localResourceRoots: [resourceRoot(context)],
      },
    );
    this.subscriptions = [
      this.panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(message)),
      this.panel.onDidDispose(() => this.onDispose()),
      server.onOutput((printed) => {
        if (!this.running) return;
        this.log.printed(printed);
        this.post({ kind: 'output', printed });
      }),
    ];
    this.panel.iconPath = tabIcon(context, 'run');
    this.panel.webview.html = page(this.panel.webview, context, 'run', 'Run a function');
    this.describe();
  }

  update(target: Target): void {
    this.target = target;
    this.panel.reveal(undefined, false);
    this.describe();
  }

  /** Run or trace, and show what came of it. */
  async start(mode: 'trace' | 'run', args: string[]): Promise<Run | undefined> {
    if (this.running) return undefined;
    this.running = true;
    this.log.begin(this.target.function.qualname, mode, args);
    this.post({ kind: 'started', mode });
    try {
      const run = await this.server.request('graphlens/run', {
        textDocument: { uri: this.target.uri },
        function: this.target.function.qualname,
        mode,
        arguments: args,
        timing: mode === 'run',
      });
      this.log.end(run);
      this.post({ kind: 'finished', run });
      return run;
    } catch (error) {
      this.log.failed(messageOf(error));
      this.post({ kind: 'failed', message: messageOf(error) });
      return undefined;
    } finally {
      this.running = false;
    }
  }

  dispose(): void {
    this.panel.dispose();
  }

  private onDispose(): void {
    for (const each of this.subscriptions) each.dispose();
    this.closed.fire();
    this.closed.dispose();
  }

  private describe(): void {
    this.post({
      kind: 'function',
      function: this.target.function,
      arguments: this.target.function.lastArguments ?? this.target.function.examples[0] ?? [],
      worker: vscode.workspace.isTrusted ? '' : 'The workspace is not trusted: nothing is run.',
    });
  }

  private post(message: ToRunPage): void {
    if (this.ready) void this.panel.webview.postMessage(message);
    else this.waiting.push(message);
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromRunPage(raw);
    if (message?.kind === 'ready') {
      this.ready = true;
      const waiting = this.waiting;
      this.waiting = [];
      for (const each of waiting) this.post(each);
    } else if (message) {
      await this.act(message);
    }
  }

  private async act(message: Exclude<FromRunPage, { kind: 'ready' }>): Promise<void> {
    switch (message.kind) {
      case 'run':
        await this.start(message.mode, message.arguments);
        break;
      case 'interrupt':
        await vscode.commands.executeCommand('graphlens.interrupt');
        break;
      case 'show':
        await vscode.commands.executeCommand(
          COMMANDS[message.view],
          this.target.uri,
          this.target.function.qualname,
        );
        break;
      case 'setting':
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          `graphlens.${message.name}`,
        );
        break;
      case 'reveal':
        await reveal(message.path, message.line, message.column);
        break;
    }
  }
}

/** Frames name files by path; only documents that are open or below the workspace are opened. */
async function reveal(path: string, line: number, column: number): Promise<void> {
  const uri = vscode.Uri.file(path);
  const document = vscode.workspace.textDocuments.find((each) => each.uri.fsPath === uri.fsPath);
  if (!document && !vscode.workspace.getWorkspaceFolder(uri)) return;
  const position = new vscode.Position(line, column);
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.fsPath === uri.fsPath,
  );
  await vscode.window.showTextDocument(document?.uri ?? uri, {
    selection: new vscode.Range(position, position),
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
  });
}
