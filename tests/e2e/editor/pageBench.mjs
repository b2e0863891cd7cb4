// The pages of our web views in a plain browser page: for what needs no editor around them.

import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { repository } from './session.mjs';
import { PATIENCE } from './wait.mjs';

/** A few of the colours the editor hands to web views, so that what is drawn can be seen. */
const THEME = {
  'vscode-foreground': '#cccccc',
  'vscode-descriptionForeground': '#9d9d9d',
  'vscode-editor-background': '#1f1f1f',
  'vscode-editorWidget-background': '#202020',
  'vscode-editorWidget-border': '#454545',
  'vscode-focusBorder': '#0078d4',
  'vscode-charts-blue': '#3794ff',
  'vscode-charts-green': '#89d185',
  'vscode-charts-orange': '#d18616',
  'vscode-charts-yellow': '#cca700',
  'vscode-editor-font-family': 'monospace',
  'vscode-input-background': '#313131',
};

/**
 * Open one of dist/webview's pages under the policy the extension gives it. What it posts is
 * collected in `sent`.
 */
export async function openPage(name) {
  const dist = path.join(repository, 'vscode-extension', 'dist', 'webview');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage({ viewport: { width: 900, height: 640 } });
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  const sent = [];
  await page.exposeFunction('postToTest', (message) => sent.push(message));
  await page.addInitScript(() => {
    Object.assign(window, { acquireVsCodeApi: () => ({ postMessage: window['postToTest'] }) });
  });
  const policy = "default-src 'none'; script-src 'nonce-n'; style-src 'nonce-n'; img-src data:";
  const variables = Object.entries(THEME).map(([key, value]) => `--${key}: ${value};`);
  const html = `<!DOCTYPE html><html><head>
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <style nonce="n">${fs.readFileSync(path.join(dist, `${name}.css`), 'utf8')}
    body { ${variables.join(' ')} background: #1f1f1f; }</style></head>
    <body class="${name}"><main id="main"></main>
    <script nonce="n">${fs.readFileSync(path.join(dist, `${name}.js`), 'utf8')}</script></body></html>`;
  await page.route('http://page.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: html }),
  );
  await page.goto('http://page.test/');
  const send = (message) =>
    page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), message);
  return { browser, page, sent, errors, send };
}
