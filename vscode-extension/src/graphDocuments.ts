// The virtual documents beside the source: opened, and kept at the same place as the source.

import * as vscode from 'vscode';
import { besideOf, columnOf } from './columns';
import type { Target } from './functions';
import { isGraphDocument, SCHEME, type GraphCode, type View } from './protocol';
import type { Server } from './server';

const SETTLE = 120;

/** What a virtual document shows. */
interface Shown {
  readonly source: string;
  readonly function: string;
  readonly view: View;
}

export class GraphDocuments implements vscode.Disposable {
  private readonly marked = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    isWholeLine: true,
  });
  /** By the uris of the virtual documents that have been shown. */
  private readonly shown = new Map<string, Shown>();
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    this.disposables = [
      this.marked,
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        // Only what the user does: our own reveals would send the two sides after each other.
        if (kind !== undefined) this.follow(textEditor);
      }),
      vscode.languages.registerDefinitionProvider(
        { scheme: SCHEME },
        { provideDefinition: (document, position) => this.otherSide(document.uri, position) },
      ),
    ];
  }

  /** Show a view of a function beside its source. Answers false when the server has none. */
  async show(target: Target, view: View): Promise<boolean> {
    const shown = { source: target.uri, function: target.function.qualname, view };
    const code = await this.code(shown);
    if (!code) return false;
    let document = await vscode.workspace.openTextDocument(vscode.Uri.parse(code.uri));
    if (document.languageId !== code.languageId) {
      document = await vscode.languages.setTextDocumentLanguage(document, code.languageId);
    }
    this.shown.set(document.uri.toString(), shown);
    await vscode.window.showTextDocument(document, {
      viewColumn: this.column(document, target.document),
      preserveFocus: true,
      preview: false,
    });
    if (code.message) void vscode.window.setStatusBarMessage(`Graphlens: ${code.message}`, 6000);
    return true;
  }

  /**
   * Show the graph code that Graphlens makes beside the one that TensorFlow itself made of the
   * function when it was last traced. Answers what is in the way, or nothing.
   */
  async compare(target: Target): Promise<string | undefined> {
    const of = { source: target.uri, function: target.function.qualname };
    const own = await this.code({ ...of, view: 'code' });
    const theirs = await this.code({ ...of, view: 'python' });
    if (!own || !theirs) return `there is no graph code of ${of.function}`;
    if (theirs.message !== null) return theirs.message;
    if (!theirs.text.startsWith('# tf.autograph.to_code')) {
      return `${of.function} was last traced by Graphlens: trace it with TensorFlow first`;
    }
    await vscode.commands.executeCommand(
      'vscode.diff',
      vscode.Uri.parse(own.uri),
      vscode.Uri.parse(theirs.uri),
      `${of.function}: Graphlens ↔ TensorFlow`,
      // Over the source: two texts beside each other need the room.
      { preview: false, viewColumn: columnOf(target.document) },
    );
    return undefined;
  }

  /**
   * The place on the other side. From graph code that is the source; from the source, the graph
   * code in sight that has something for the line.
   */
  async otherSide(
    uri: vscode.Uri,
    position: vscode.Position,
  ): Promise<vscode.Location | undefined> {
    if (uri.scheme !== SCHEME) {
      for (const { document } of this.visible(uri)) {
        const line = (await this.linesFor(document, position.line))[0];
        if (line !== undefined) {
          return new vscode.Location(document.uri, new vscode.Position(line, 0));
        }
      }
    }
    const there = await this.server.request('graphlens/mapPosition', {
      uri: uri.toString(),
      position: { line: position.line, character: position.character },
    });
    return there
      ? new vscode.Location(vscode.Uri.parse(there.uri), this.server.range(there.range))
      : undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const item of this.disposables) item.dispose();
  }

  private code({ source, function: name, view }: Shown): Promise<GraphCode | null> {
    return this.server.request('graphlens/graphCode', {
      textDocument: { uri: source },
      function: name,
      view,
    });
  }

  /** Editors in sight that show graph code of this source. */
  private visible(source: vscode.Uri): vscode.TextEditor[] {
    return vscode.window.visibleTextEditors.filter(({ document }) => {
      const shown = this.shown.get(document.uri.toString());
      return shown && vscode.Uri.parse(shown.source).toString() === source.toString();
    });
  }

  /** The lines of graph code that a line of the source became. */
  private async linesFor(document: vscode.TextDocument, line: number): Promise<number[]> {
    const shown = this.shown.get(document.uri.toString());
    const code = shown && (await this.code(shown));
    return (code?.lineMap ?? [])
      .filter(([generated, source]) => source === line && generated < document.lineCount)
      .map(([generated]) => generated);
  }

  /** Where the document is shown already, else where another one is, else beside. */
  private column(document: vscode.TextDocument, source: vscode.TextDocument): vscode.ViewColumn {
    const editors = vscode.window.visibleTextEditors;
    const same = editors.find((editor) => editor.document === document);
    const other = editors.find((editor) => isGraphDocument(editor.document));
    return same?.viewColumn ?? other?.viewColumn ?? besideOf(source);
  }

  private follow(editor: vscode.TextEditor): void {
    if (!vscode.window.visibleTextEditors.some(({ document }) => isGraphDocument(document))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      // A server that is just restarting has no answer; the next move of the cursor asks again.
      void this.mark(editor).catch(() => undefined);
    }, SETTLE);
  }

  private async mark(from: vscode.TextEditor): Promise<void> {
    const { document, selection } = from;
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor === from) this.highlight(editor, []);
      else if (this.visible(document.uri).includes(editor)) {
        this.highlight(editor, await this.linesFor(editor.document, selection.active.line));
      } else if (isGraphDocument(document)) {
        const there = await this.otherSide(document.uri, selection.active);
        const here = there?.uri.toString() === editor.document.uri.toString();
        this.highlight(editor, there && here ? [there.range.start.line] : []);
      }
    }
  }

  private highlight(editor: vscode.TextEditor, lines: readonly number[]): void {
    const ranges = lines.map((line) => new vscode.Range(line, 0, line, 0));
    editor.setDecorations(this.marked, ranges);
    const first = ranges[0];
    if (first) editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
