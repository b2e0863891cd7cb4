// The virtual documents beside the source: opened, and kept at the same place as the source.

import * as vscode from 'vscode';
import type { Target } from './functions';
import { isGraphDocument, SCHEME, type View } from './protocol';
import type { Server } from './server';

const SETTLE = 120;

export class GraphDocuments implements vscode.Disposable {
  private readonly marked = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    isWholeLine: true,
  });
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
    const code = await this.server.request('graphlens/graphCode', {
      textDocument: { uri: target.uri },
      function: target.function.qualname,
      view,
    });
    if (!code) return false;
    let document = await vscode.workspace.openTextDocument(vscode.Uri.parse(code.uri));
    if (document.languageId !== code.languageId) {
      document = await vscode.languages.setTextDocumentLanguage(document, code.languageId);
    }
    await vscode.window.showTextDocument(document, {
      viewColumn: this.column(code.uri),
      preserveFocus: true,
      preview: false,
    });
    if (code.message) void vscode.window.setStatusBarMessage(`Graphlens: ${code.message}`, 6000);
    return true;
  }

  /** The place on the other side: graph code for a source position and the reverse. */
  async otherSide(
    uri: vscode.Uri,
    position: vscode.Position,
  ): Promise<vscode.Location | undefined> {
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

  /** Where the document is shown already, else beside. */
  private column(uri: string): vscode.ViewColumn {
    const shown = vscode.window.visibleTextEditors.find(
      (editor) => editor.document.uri.toString() === uri,
    );
    const other = vscode.window.visibleTextEditors.find((editor) =>
      isGraphDocument(editor.document),
    );
    return shown?.viewColumn ?? other?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  private follow(editor: vscode.TextEditor): void {
    const graphs = vscode.window.visibleTextEditors.filter((each) =>
      isGraphDocument(each.document),
    );
    if (graphs.length === 0 || editor.document.languageId === 'Log') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.mark(editor).catch(() => undefined), SETTLE);
  }

  private async mark(editor: vscode.TextEditor): Promise<void> {
    const location = await this.otherSide(editor.document.uri, editor.selection.active);
    for (const other of vscode.window.visibleTextEditors) {
      const here = location && other.document.uri.toString() === location.uri.toString();
      other.setDecorations(this.marked, here ? [location.range] : []);
      if (here) {
        other.revealRange(location.range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      }
    }
  }
}
