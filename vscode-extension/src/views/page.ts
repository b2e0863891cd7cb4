// The page of a web view: fixed markup, one script, one style sheet, nothing else allowed.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The only folder a web view may load from. */
export function resourceRoot(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
}

/** The picture in the tab of a view. */
export function tabIcon(
  context: vscode.ExtensionContext,
  name: 'run' | 'graph',
): { light: vscode.Uri; dark: vscode.Uri } {
  const of = (theme: string): vscode.Uri =>
    vscode.Uri.joinPath(context.extensionUri, 'media', `${name}-${theme}.svg`);
  return { light: of('light'), dark: of('dark') };
}

/** Markup for `NAME.js` and `NAME.css`. `title` is ours, never the user's text. */
export function page(
  webview: vscode.Webview,
  context: vscode.ExtensionContext,
  name: 'run' | 'graph',
  title: string,
): string {
  const nonce = randomBytes(18).toString('base64');
  const at = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(resourceRoot(context), file)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(webview.cspSource, nonce)}">
<link rel="stylesheet" href="${at(`${name}.css`)}">
<title>${title}</title>
</head>
<body class="${name}">
<main id="main"></main>
<script nonce="${nonce}" src="${at(`${name}.js`)}"></script>
</body>
</html>`;
}

/** No network, no frames, no inline scripts; styles and images from our folder alone. */
function policy(source: string, nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    `img-src ${source} data:`,
    `font-src ${source}`,
  ].join('; ');
}
