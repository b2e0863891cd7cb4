// The web views in a light, a dark and both high-contrast themes: legible, and nothing cut off.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'tanh_loop.py';
const THEMES = {
  light: ['Default Light Modern', 'vs'],
  dark: ['Default Dark Modern', 'vs-dark'],
  'high-contrast': ['Default High Contrast', 'hc-black'],
  'high-contrast-light': ['Default High Contrast Light', 'hc-light'],
};

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('themes', { open: FILE, viewport: { width: 1360, height: 860 } });
  const { workbench } = session;
  await workbench.lens(FILE, 'Run').waitFor();
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  await workbench.cursorAt(FILE, 'tf.tanh(x)');
  await workbench.command('Graphlens: Run Function…');
  const form = await workbench.webview('Trace only');
  await form.getByLabel('x', { exact: true }).fill('tf.constant([1.0, 2.0, 3.0])');
  await form.locator('#run').click();
  await form.locator('header.ok').waitFor();
  await form.getByText('Graph picture').click();
  await (await workbench.webview('Fit')).locator('.node').first().waitFor();
});
after(() => session?.end());

/** The least contrast between a text and what lies behind it, by the formula of WCAG 2. */
async function leastContrast(view, selector, paint) {
  return view.locator(selector).evaluateAll((elements, property) => {
    const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour) => {
      const [r, g, b] = colour.slice(0, 3).map((each) => {
        const part = each / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (start) => {
      for (let at = start; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return parse(
        getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background'),
      );
    };
    const editor = (() => {
      const probe = document.createElement('div');
      probe.style.color = 'var(--vscode-editor-background)';
      document.body.append(probe);
      const colour = parse(getComputedStyle(probe).color);
      probe.remove();
      return colour;
    })();
    const ratios = elements.map((element) => {
      const text = light(parse(getComputedStyle(element)[property]));
      const under = behind(element);
      const ground = light(under.length >= 3 ? under : editor);
      return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    });
    return Math.min(...ratios);
  }, paint);
}

for (const [name, [theme, kind]] of Object.entries(THEMES)) {
  test(`${name}: the picture and the result are legible`, () =>
    session.step(async (workbench) => {
      session.server.writeSettings({ 'workbench.colorTheme': theme });
      await workbench.page.locator(`.monaco-workbench.${kind}`).waitFor();
      await workbench.tab('Graph of').click();
      const graph = await workbench.webview('Fit');
      await graph.locator('.node .label').first().waitFor();
      await eventually(
        'labels are legible',
        async () => (await leastContrast(graph, '.node .label', 'fill')) >= 4.5,
      );
      await session.picture(`graph-${name}`);
      await workbench.tab('Run ').click();
      const run = await workbench.webview('Trace only');
      await run.locator('header.ok').waitFor();
      const texts = 'h1, h2, pre, .type, .note, th, td:not(.bars), button:not(:disabled)';
      await eventually(
        'texts are legible',
        async () => (await leastContrast(run, texts, 'color')) >= 4.2,
      );
      const wide = await run
        .locator('body')
        .evaluate((body) => body.scrollWidth - body.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels are cut off`);
      await session.picture(`run-${name}`);
    }));
}
