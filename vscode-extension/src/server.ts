// The running language server: started, restarted and asked.

import * as fs from 'node:fs/promises';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  State,
  type ErrorHandler,
  type LanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { compileLater } from './byteCode';
import { Crashes } from './crashes';
import { linksUnderHover } from './hoverLinks';
import { KeptFindings } from './keptFindings';
import { messageOf, type Log } from './log';
import { INTERPRETER_SETTING, Problem, RESTART, SELECT_INTERPRETER, waysOutOf } from './problems';
import type { Printed, Requests, Status } from './protocol';
import { QuietClient } from './quietClient';
import { findInterpreter, OLDEST, type Interpreter } from './python';
import { hasPythonExtension, selectedInterpreter } from './pythonExtension';
import { bundledServer, serverCommand, type ServerCommand } from './serverCommand';
import { handlers } from './serverOutput';
import { readSettings, type Settings } from './settings';

export interface Traced {
  textDocument: { uri: string };
  function: string;
  traces: number;
  retraces: number;
}

/** Where documents are that are analysed; not those of comparisons, and not our own. */
function analysedSchemes(): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
  return [...new Set(['file', 'untitled', 'vscode-notebook-cell', 'vscode-vfs', ...folders])];
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  /** Starts and stops wait for each other here. */
  private queue: Promise<void> = Promise.resolve();
  private readonly kept = new KeptFindings();
  private readonly crashes = new Crashes();

  private readonly statusEmitter = new vscode.EventEmitter<Status>();
  readonly onStatus = this.statusEmitter.event;
  private readonly outputEmitter = new vscode.EventEmitter<Printed & { id: string }>();
  readonly onOutput = this.outputEmitter.event;
  private readonly tracedEmitter = new vscode.EventEmitter<Traced>();
  readonly onTraced = this.tracedEmitter.event;
  private readonly stateEmitter = new vscode.EventEmitter<'starting' | 'running' | 'stopped'>();
  readonly onState = this.stateEmitter.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: Log,
    private readonly ownCommands: readonly string[],
  ) {}

  get settings(): Settings {
    return readSettings(vscode.workspace.getConfiguration('graphlens'), vscode.workspace.isTrusted);
  }

  start(): Promise<void> {
    return this.enqueue(() => this.doStart());
  }

  restart(): Promise<void> {
    return this.enqueue(async () => {
      this.kept.keep();
      this.crashes.forget();
      await this.doStop();
      await this.doStart();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.doStop());
  }

  /** Send a request of ours. Rejects when no server runs. */
  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M][0],
    token?: vscode.CancellationToken,
  ): Promise<Requests[M][1]> {
    // A missing token must not be handed over: it would count as a second parameter.
    return token
      ? this.running().sendRequest<Requests[M][1]>(method, params, token)
      : this.running().sendRequest<Requests[M][1]>(method, params);
  }

  async notify(method: string, params?: object): Promise<void> {
    await this.running().sendNotification(method, params ?? {});
  }

  /** Execute one of the server's commands. */
  async execute<R>(command: string, ...args: unknown[]): Promise<R> {
    return (await this.running().sendRequest(ExecuteCommandRequest.type, {
      command,
      arguments: args,
    })) as R;
  }

  /** The uri as the server knows it. */
  uri(document: vscode.TextDocument): string {
    return this.running().code2ProtocolConverter.asUri(document.uri);
  }

  range(range: import('vscode-languageclient').Range): vscode.Range {
    return this.running().protocol2CodeConverter.asRange(range);
  }

  dispose(): void {
    void this.stop();
    this.kept.dispose();
    this.statusEmitter.dispose();
    this.outputEmitter.dispose();
    this.tracedEmitter.dispose();
    this.stateEmitter.dispose();
  }

  private running(): LanguageClient {
    if (this.client?.state === State.Running) return this.client;
    throw new Error('the Graphlens server is not running: see its log');
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    const next = this.queue.then(task);
    this.queue = next.catch(() => undefined); // each caller sees its own failure
    return next;
  }

  private async doStart(): Promise<void> {
    this.stateEmitter.fire('starting');
    try {
      const command = await this.command();
      this.log.debug(`starting ${[command.command, ...command.args].join(' ')}`);
      this.client = this.createClient(command);
      await this.client.start();
    } catch (error) {
      this.stateEmitter.fire('stopped');
      const waysOut = waysOutOf(error);
      this.log.error(
        waysOut.length > 0
          ? `Graphlens: ${messageOf(error)}`
          : `Graphlens: the server did not start: ${messageOf(error)}`,
        waysOut.length > 0 ? waysOut : [RESTART],
      );
    }
  }

  private async doStop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    try {
      await client.dispose(2000);
    } catch (error) {
      this.log.debug(`while stopping: ${messageOf(error)}`);
    }
  }

  private async command(): Promise<ServerCommand> {
    const storagePath = this.context.globalStorageUri.fsPath;
    await fs.mkdir(storagePath, { recursive: true });
    const roots = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    const settings = this.settings;
    const around = {
      extensionPath: this.context.extensionPath,
      storagePath,
      roots,
      environment: process.env,
    };
    const interpreter = settings.path.length > 0 ? undefined : await this.interpreter(around);
    if (interpreter && settings.importStrategy === 'useBundled') await this.checkBundle();
    const command = serverCommand(settings, {
      ...around,
      interpreter: interpreter?.command ?? [],
    });
    if (interpreter && settings.importStrategy === 'useBundled') {
      compileLater(interpreter, around, this.log);
    }
    return command;
  }

  private async interpreter(around: {
    storagePath: string;
    roots: string[];
  }): Promise<Interpreter> {
    const { interpreter, passedOver } = await findInterpreter({
      setting: this.settings.interpreter,
      trusted: vscode.workspace.isTrusted,
      roots: around.roots,
      storagePath: around.storagePath,
      environment: process.env,
      platform: process.platform,
      selected: async () => {
        try {
          return await selectedInterpreter();
        } catch (error) {
          this.log.warn(`Graphlens: the Python extension gave no interpreter: ${messageOf(error)}`);
          return undefined;
        }
      },
      log: (message) => this.log.channel.info(message),
    });
    if (interpreter) {
      this.log.channel.info(
        `Python ${interpreter.version.join('.')} (${interpreter.origin}): ${interpreter.command.join(' ')}`,
      );
      return interpreter;
    }
    const seen = passedOver.length > 0 ? ` Passed over: ${passedOver.join('; ')}.` : '';
    throw new Problem(`Python ${OLDEST.join('.')} or later is needed, and none was found.${seen}`, [
      ...(hasPythonExtension() ? [SELECT_INTERPRETER] : []),
      INTERPRETER_SETTING,
    ]);
  }

  /** The server's own files: an installation that was cut short lacks them. */
  private async checkBundle(): Promise<void> {
    const file = bundledServer(this.context.extensionPath);
    try {
      await fs.access(file);
    } catch {
      throw new Problem(`a part of this extension is missing (${file}). Install it again.`, [
        { title: 'Show Extension', command: 'workbench.extensions.search', args: ['Graphlens'] },
      ]);
    }
  }

  /** A server that dies is started again; one that keeps dying is left, and the user asked. */
  private errorHandler(hasStarted: () => boolean): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: count !== undefined && count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
      }),
      closed: () => {
        // One that never came up fails in `doStart`, which tells the user.
        if (!hasStarted()) return { action: CloseAction.DoNotRestart, handled: true };
        if (this.crashes.mayRestart(Date.now())) {
          this.log.channel.warn(
            `the server ended unexpectedly (${this.crashes.count}); restarting`,
          );
          this.kept.keep();
          return { action: CloseAction.Restart, handled: true };
        }
        this.log.error(
          `Graphlens: the server ended unexpectedly ${this.crashes.count} times in 3 minutes and is not started again.`,
          [RESTART],
        );
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private createClient(command: ServerCommand): LanguageClient {
    let started = false;
    const options: LanguageClientOptions = {
      documentSelector: analysedSchemes().map((scheme) => ({ scheme, language: 'python' })),
      outputChannel: this.log.channel,
      stdioOptions: handlers(),
      initializationOptions: {
        trusted: vscode.workspace.isTrusted,
        clientCommands: this.ownCommands,
        clientOpensDocuments: true,
        ...(this.settings.workerInterpreter && { interpreter: this.settings.workerInterpreter }),
      },
      diagnosticPullOptions: { onChange: true, onSave: false },
      errorHandler: this.errorHandler(() => started),
      initializationFailedHandler: (error) => {
        this.log.channel.error(messageOf(error));
        return false;
      },
      middleware: { provideHover: linksUnderHover(this) },
    };
    const executable = {
      command: command.command,
      args: [...command.args],
      options: { cwd: command.cwd, env: command.env },
    };
    const client = new QuietClient('graphlens', 'Graphlens', executable, options);
    client.onNotification('graphlens/status', (status: Status) => this.statusEmitter.fire(status));
    client.onNotification('graphlens/output', (output: Printed & { id: string }) =>
      this.outputEmitter.fire(output),
    );
    client.onNotification('graphlens/traced', (traced: Traced) => this.tracedEmitter.fire(traced));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) this.stateEmitter.fire('starting');
      if (newState === State.Running) {
        started = true;
        this.stateEmitter.fire('running');
      }
      if (newState === State.Stopped && this.client === client) this.stateEmitter.fire('stopped');
    });
    return client;
  }
}
