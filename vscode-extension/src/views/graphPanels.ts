// The panels with the picture of a graph: one for each function.

import * as vscode from 'vscode';
import { besideOf } from '../columns';
import type { Target } from '../functions';
import { messageOf, type Log } from '../log';
import type { Graph } from '../protocol';
import type { Server } from '../server';
import { toDot, toJson, toOnnx, toSvg } from './exports';
import {
  parseFromGraphPage,
  type Format,
  type FromGraphPage,
  type Stage,
  type ToGraphPage,
} from './graphMessages';
import { Layout } from './layout';
import { page, resourceRoot, tabIcon } from './page';
import {
  countNodes,
  countUnused,
  everyNode,
  expandable,
  nodesOfLine,
  openAtFirst,
  withoutUnused,
  type Picture,
} from './picture';

export class GraphPanels implements vscode.Disposable {
  private readonly open = new Map<string, GraphPanel>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      server.onTraced(({ textDocument, function: name }) => {
        void this.open.get(keyOf(textDocument.uri, name))?.refresh();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const line = selections[0]?.active.line;
        if (line === undefined || this.open.size === 0) return;
        const uri = textEditor.document.uri.toString();
        for (const panel of this.open.values()) panel.markLine(uri, line);
      }),
    ];
  }

  async show(target: Target): Promise<void> {
    const key = keyOf(target.uri, target.function.qualname);
    let panel = this.open.get(key);
    if (panel) {
      panel.reveal();
    } else {
      panel = new GraphPanel(this.context, this.server, this.log, target);
      this.open.set(key, panel);
      panel.onClosed(() => this.open.delete(key));
    }
    await panel.refresh();
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
    for (const panel of [...this.open.values()]) panel.dispose();
  }
}

const keyOf = (uri: string, name: string): string => `${uri}\n${name}`;

class GraphPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly layout: Layout;
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onClosed = this.closed.event;
  private readonly subscriptions: vscode.Disposable[];
  private ready = false;
  private last: ToGraphPage | undefined;
  /** All of it. */
  private whole: Graph | undefined;
  /** What is drawn of it. */
  private graph: Graph | undefined;
  private unusedShown = vscode.workspace
    .getConfiguration('graphlens')
    .get('graph.unusedNodes', false);
  private picture: Picture | undefined;
  private open = new Set<string>();
  private stage: Stage = 'before';
  private round = 0;

  constructor(
    context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly log: Log,
    private readonly target: Target,
  ) {
    const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'layoutWorker.js');
    this.layout = new Layout(script.fsPath);
    this.panel = vscode.window.createWebviewPanel(
      'graphlens.graph',
      `Graph of ${target.function.qualname}`,
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
      this.panel.onDidDispose(() => {
        this.layout.stop();
        for (const each of this.subscriptions) each.dispose();
        this.closed.fire();
        this.closed.dispose();
      }),
    ];
    this.panel.iconPath = tabIcon(context, 'graph');
    this.panel.webview.html = page(this.panel.webview, context, 'graph', 'Graph');
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  dispose(): void {
    this.panel.dispose();
  }

  /** Ask for the graph and draw it. */
  async refresh(): Promise<void> {
    const round = ++this.round;
    this.post({ kind: 'busy', text: 'Asking for the graph…' });
    try {
      const graph = await this.server.request('graphlens/graph', {
        textDocument: { uri: this.target.uri },
        function: this.target.function.qualname,
        stage: this.stage,
      });
      if (round !== this.round) return;
      if (!graph) {
        const message = `${this.target.function.qualname} has not been traced yet.`;
        this.post({ kind: 'failed', message, offerTrace: vscode.workspace.isTrusted });
        return;
      }
      this.whole = graph;
      this.choose();
      await this.draw(false);
    } catch (error) {
      if (round === this.round) this.fail(error);
    }
  }

  /** Decide what is drawn. */
  private choose(): void {
    if (!this.whole) return;
    this.graph = this.unusedShown ? this.whole : withoutUnused(this.whole);
    this.open = openAtFirst(this.graph);
  }

  /** Mark the nodes that a line of the source made. */
  markLine(uri: string, line: number): void {
    if (!this.graph || uri !== this.target.document.uri.toString()) return;
    const ids = nodesOfLine(this.graph, line, this.open);
    if (this.ready) void this.panel.webview.postMessage({ kind: 'mark', ids });
  }

  private async draw(keepView: boolean): Promise<void> {
    const graph = this.graph;
    if (!graph) return;
    const round = ++this.round;
    this.post({ kind: 'busy', text: `Laying out ${countNodes(graph)} nodes…` });
    try {
      const picture = await this.layout.of(graph, this.open);
      if (round !== this.round) return;
      this.picture = picture;
      const title = this.target.function.qualname;
      const unused = { count: countUnused(this.whole ?? graph), shown: this.unusedShown };
      this.post({ kind: 'picture', title, stage: this.stage, picture, keepView, unused });
    } catch (error) {
      if (round === this.round) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.log.channel.error(`graph picture: ${messageOf(error)}`);
    this.post({ kind: 'failed', message: messageOf(error), offerTrace: false });
  }

  private post(message: ToGraphPage): void {
    this.last = message;
    if (this.ready) void this.panel.webview.postMessage(message);
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromGraphPage(raw);
    if (message?.kind === 'ready') {
      this.ready = true;
      if (this.last) this.post(this.last);
    } else if (message) {
      try {
        await this.act(message);
      } catch (error) {
        this.log.error(`Graphlens: ${messageOf(error)}`);
      }
    }
  }

  private async act(message: FromGraphPage): Promise<void> {
    switch (message.kind) {
      case 'toggle':
        if (!this.open.delete(message.id)) this.open.add(message.id);
        return this.draw(true);
      case 'openAll':
        this.open = this.graph ? expandable(this.graph) : new Set();
        return this.draw(false);
      case 'closeAll':
        this.open = new Set();
        return this.draw(false);
      case 'unused':
        this.unusedShown = message.shown;
        this.choose();
        return this.draw(false);
      case 'stage':
        this.stage = message.stage;
        return this.refresh();
      case 'trace':
        await vscode.commands.executeCommand(
          'graphlens.trace',
          this.target.uri,
          this.target.function.qualname,
        );
        return;
      case 'reveal':
        return this.revealSource(message.id, message.focus);
      case 'export':
        return this.export(message.format);
      case 'ready':
        return;
    }
  }

  private async revealSource(id: string, focus: boolean): Promise<void> {
    if (!this.graph) return;
    for (const { id: each, source } of everyNode(this.graph)) {
      if (each !== id || !source) continue;
      const uri = vscode.Uri.parse(source.uri);
      const document = vscode.workspace.textDocuments.find(
        (candidate) => candidate.uri.toString() === uri.toString(),
      );
      if (!document) return; // a node of another file that is not open: opening it is not asked for
      const range = document.lineAt(Math.min(source.line, document.lineCount - 1)).range;
      const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
      await vscode.window.showTextDocument(document, {
        selection: range,
        preserveFocus: !focus,
        viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      });
      return;
    }
  }

  private async export(format: Format): Promise<void> {
    const { graph, picture } = this;
    if (!graph || !picture) return;
    const title = this.target.function.qualname;
    const text = (made: string): Uint8Array => new TextEncoder().encode(made);
    const formats: Record<Format, () => Uint8Array | Promise<Uint8Array>> = {
      svg: () => text(toSvg(picture, title)),
      dot: () => text(toDot(graph)),
      json: () => text(toJson(graph)),
      onnx: () => this.model(),
    };
    const content = await formats[format]();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const name = `${title.replace(/[^\w.-]/g, '_')}.${format}`;
    const uri = await vscode.window.showSaveDialog({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
      filters: { [format.toUpperCase()]: [format] },
      title: `Export the graph of ${title}`,
    });
    if (!uri) return;
    await vscode.workspace.fs.writeFile(uri, content);
    void vscode.window.setStatusBarMessage(`Graphlens: wrote ${name}`, 5000);
  }

  /** The function traced once more with its last arguments: the worker makes the model of that. */
  private async model(): Promise<Uint8Array> {
    const run = await this.server.request('graphlens/run', {
      textDocument: { uri: this.target.uri },
      function: this.target.function.qualname,
      mode: 'trace',
      export: 'onnx',
    });
    return toOnnx(run);
  }
}
