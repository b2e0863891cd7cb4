// Links under the hover of a traced function: to its graph code, its picture, its run form.

import * as vscode from 'vscode';
import type { HoverMiddleware } from 'vscode-languageclient';
import type { TracedFunction } from './protocol';
import type { Server } from './server';

const LINKS = [
  ['Graph code', 'graphlens.showGraphCode', false],
  ['Readable', 'graphlens.showReadableGraphCode', false],
  ['Picture', 'graphlens.showGraph', false],
  ['Run…', 'graphlens.run', true],
] as const;

/**
 * Adds the links to what the server says of a function where it is defined.
 *
 * They are a part of their own, the only one that may run commands, and only these: what the
 * server sends holds the user's text and stays without trust.
 */
export function linksUnderHover(server: Server): NonNullable<HoverMiddleware['provideHover']> {
  return async (document, position, token, next) => {
    const hover = await next(document, position, token);
    if (!hover?.range || !isDefinition(document, hover.range)) return hover;
    try {
      const uri = server.uri(document);
      const { functions } = await server.request('graphlens/functions', { textDocument: { uri } });
      const found = functions.find(({ selectionRange }) =>
        server.range(selectionRange).contains(position),
      );
      if (!found || token.isCancellationRequested) return hover;
      const parts = [...hover.contents, links(uri, found, vscode.workspace.isTrusted)];
      return new vscode.Hover(parts, hover.range);
    } catch {
      return hover; // the server is busy or gone: the help itself is what matters
    }
  };
}

function isDefinition(document: vscode.TextDocument, range: vscode.Range): boolean {
  const before = document.lineAt(range.start.line).text.slice(0, range.start.character);
  return /\bdef\s+$/.test(before);
}

/** The line of links for a function. */
export function links(
  uri: string,
  { qualname }: Pick<TracedFunction, 'qualname'>,
  trusted: boolean,
): vscode.MarkdownString {
  const shown = LINKS.filter(([, , runs]) => trusted || !runs);
  // Parentheses would end the link.
  const args = encodeURIComponent(JSON.stringify([uri, qualname]))
    .replaceAll('(', '%28')
    .replaceAll(')', '%29');
  const text = shown.map(([title, command]) => `[${title}](command:${command}?${args})`);
  const markdown = new vscode.MarkdownString(text.join(' · '));
  markdown.isTrusted = { enabledCommands: shown.map(([, command]) => command) };
  return markdown;
}
