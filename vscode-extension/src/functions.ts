// Which traced function a command is about.

import * as vscode from 'vscode';
import { isGraphDocument, type TracedFunction } from './protocol';
import type { Server } from './server';

/** A traced function and the document it stands in. */
export interface Target {
  readonly document: vscode.TextDocument;
  readonly uri: string;
  readonly function: TracedFunction;
}

interface Asked {
  readonly uri: vscode.Uri;
  readonly at: vscode.Position | string;
}

/** `[uri, position or qualified name]` as code lenses send it; undefined if it is anything else. */
export function parsePlace(args: readonly unknown[]): Asked | undefined {
  const [uri, at] = args;
  if (typeof uri !== 'string' || uri.length > 10_000) return undefined;
  const parsed = vscode.Uri.parse(uri);
  if (typeof at === 'string') return { uri: parsed, at };
  if (typeof at !== 'object' || at === null) return undefined;
  const { line, character } = at as { line?: unknown; character?: unknown };
  if (!Number.isInteger(line) || !Number.isInteger(character)) return undefined;
  if ((line as number) < 0 || (character as number) < 0) return undefined;
  return { uri: parsed, at: new vscode.Position(line as number, character as number) };
}

export class Functions {
  constructor(private readonly server: Server) {}

  async all(document: vscode.TextDocument): Promise<TracedFunction[]> {
    const params = { textDocument: { uri: this.server.uri(document) } };
    return (await this.server.request('graphlens/functions', params)).functions;
  }

  /**
   * The function a command is about: the one its arguments name, else the one around the cursor,
   * else the only one of the file, else the one the user picks. Undefined when there is none.
   */
  async choose(args: readonly unknown[]): Promise<Target | undefined> {
    const asked = parsePlace(args) ?? (await this.atCursor());
    const document = asked && openDocument(asked.uri);
    if (!asked || !document) {
      void vscode.window.showInformationMessage('Graphlens: open a Python file first.');
      return undefined;
    }
    const functions = await this.all(document);
    const found =
      functions.find(({ qualname, range }) =>
        typeof asked.at === 'string'
          ? qualname === asked.at
          : this.server.range(range).contains(asked.at),
      ) ?? (await pick(functions));
    return found && { document, uri: this.server.uri(document), function: found };
  }

  private async atCursor(): Promise<Asked | undefined> {
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
    if (!editor) return undefined;
    const position = editor.selection.active;
    if (!isGraphDocument(editor.document)) return { uri: editor.document.uri, at: position };
    const there = await this.server.request('graphlens/mapPosition', {
      uri: editor.document.uri.toString(),
      position: { line: position.line, character: position.character },
    });
    return there
      ? { uri: vscode.Uri.parse(there.uri), at: this.server.range(there.range).start }
      : undefined;
  }
}

/** Commands work on documents that are open, and open none by themselves. */
function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => document.uri.toString() === uri.toString() && document.languageId === 'python',
  );
}

async function pick(functions: readonly TracedFunction[]): Promise<TracedFunction | undefined> {
  if (functions.length <= 1) {
    if (functions.length === 0) {
      void vscode.window.showInformationMessage('Graphlens: no traced function in this file.');
    }
    return functions[0];
  }
  const items = functions.map((item) => ({
    label: item.qualname,
    description: `line ${item.range.start.line + 1}`,
    item,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which function?' }))?.item;
}
