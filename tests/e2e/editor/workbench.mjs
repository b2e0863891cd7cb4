// One VS Code window in a page: what a user reads and presses there.

import fs from 'node:fs';
import path from 'node:path';
import { eventually, PATIENCE } from './wait.mjs';

const ordinarySpaces = (text) => text.replace(/\u00a0/g, ' ');

export class Workbench {
  constructor(page, server, folder) {
    this.page = page;
    this.server = server;
    this.folder = folder;
    this.multiRoot = '';
    this.virtual = '';
    this.console = [];
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
  }

  /** Make a workspace of several folders of what `open` loads. */
  useRoots(roots) {
    this.multiRoot = path.join(this.folder, 'several.code-workspace');
    const folders = roots.map((root) => ({ path: root }));
    fs.writeFileSync(this.multiRoot, JSON.stringify({ folders }));
  }

  /** Let `open` load a folder that is on no disk. */
  useVirtual(uri) {
    this.virtual = uri;
  }

  /** Load the window with the folder and, if given, one of its files. */
  async open(file) {
    const query = new URLSearchParams(
      this.multiRoot ? { workspace: this.multiRoot } : { folder: this.virtual || this.folder },
    );
    if (file) {
      const { host } = new URL(this.server.url);
      const folder = this.virtual || `vscode-remote://${host}${this.folder}`;
      const uri = `${folder}/${file}`;
      query.set('payload', JSON.stringify([['openFile', uri]]));
    }
    await this.page.goto(`${this.server.url}/?${query}`, { waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: PATIENCE });
    await this.page.locator('.explorer-folders-view').waitFor({ timeout: PATIENCE });
    if (file) await this.editor(file).locator('.view-line').first().waitFor({ timeout: PATIENCE });
    return this;
  }

  // --- the command palette and its kin ----------------------------------------------------------

  get quickInput() {
    return this.page.locator('.quick-input-widget:visible');
  }

  quickRow(label) {
    return this.quickInput
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }

  /** Run a command by its name in the palette, such as `Graphlens: Show Graph Code`; once. */
  async command(name) {
    await eventually(`the palette has ${name}`, async (timeout) => {
      await this.page.keyboard.press('F1');
      let chosen = false;
      try {
        await this.quickInput.locator('input[type=text]').first().fill(`>${name}`, { timeout });
        await this.quickRow(name).waitFor({ timeout });
        chosen = true;
        await this.quickRow(name).click({ timeout });
        return true;
      } catch (error) {
        // On a busy machine a click may come through and be said to have failed. The palette stays
        // open until something is chosen: a second click would make a second new file, say.
        if (chosen && !(await this.quickInput.isVisible())) return true;
        await this.page.keyboard.press('Escape');
        throw error;
      }
    });
  }

  async pick(label) {
    await this.quickRow(label).click();
  }

  /** Open a file of the folder, or any by its whole path, without loading the window anew. */
  async openFile(file) {
    await eventually(`${file} is open`, async (timeout) => {
      await this.page.keyboard.press('Control+p');
      try {
        await this.quickInput.locator('input[type=text]').first().fill(file, { timeout });
        await this.quickRow(path.posix.basename(file)).click({ timeout });
      } catch (error) {
        await this.page.keyboard.press('Escape');
        throw error;
      }
      await this.editor(file).locator('.view-line').first().waitFor({ timeout });
      return true;
    });
  }

  // --- editors ----------------------------------------------------------------------------------

  /** The editor of the document whose uri ends so. */
  editor(ending) {
    return this.page
      .locator(`.editor-instance .monaco-editor[data-uri$="${encodeURI(ending)}"]`)
      .first();
  }

  tab(name) {
    return this.page.locator('.tabs-container .tab', { hasText: name }).first();
  }

  /** The lines in view, in order. */
  async text(ending) {
    const lines = await this.editor(ending)
      .locator('.view-lines .view-line')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({ top: parseInt(element.style.top, 10), text: element.textContent }))
          .sort((one, other) => one.top - other.top)
          .map(({ text }) => text),
      );
    return ordinarySpaces(lines.join('\n'));
  }

  /** severity: error, warning, info or hint. */
  squiggles(ending, severity) {
    return this.editor(ending).locator(`.squiggly-${severity}`);
  }

  /** The rectangle of the n-th place in view where the text stands. */
  async place(ending, text, nth = 0) {
    return eventually(`${text} is in view in ${ending}`, () =>
      this.editor(ending)
        .locator('.view-lines')
        .first()
        .evaluate(
          (root, { wanted, skip }) => {
            const lines = [...root.querySelectorAll('.view-line')].sort(
              (one, other) => parseInt(one.style.top, 10) - parseInt(other.style.top, 10),
            );
            for (const line of lines) {
              const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
              /** @type {Text[]} */
              const pieces = [];
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                pieces.push(/** @type {Text} */ (node));
              }
              const all = pieces
                .map((node) => node.data)
                .join('')
                .replace(/\u00a0/g, ' ');
              const at = all.indexOf(wanted);
              if (at < 0 || skip-- > 0) continue;
              const range = document.createRange();
              let offset = 0;
              for (const node of pieces) {
                const end = offset + node.data.length;
                if (at >= offset && at < end) range.setStart(node, at - offset);
                if (at + wanted.length > offset && at + wanted.length <= end) {
                  range.setEnd(node, at + wanted.length - offset);
                }
                offset = end;
              }
              const { x, y, width, height } = range.getBoundingClientRect();
              return { x, y, width, height };
            }
            return null;
          },
          { wanted: text, skip: nth },
        ),
    );
  }

  /** Hover over a text until the hover says what is expected; answers all it says. */
  async hover(ending, text, expected) {
    const widget = this.page.locator('.monaco-editor .monaco-hover:visible').first();
    return eventually(`the hover on ${text} says ${expected}`, async (timeout) => {
      // Off it and on again: a hover that opened too early is never refilled, and a large one
      // keeps open while the mouse is on it. Lenses that arrive late move the lines.
      await this.page.mouse.move(2, 2);
      const { x, y, width, height } = await this.place(ending, text);
      await this.page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
      await widget.waitFor({ timeout });
      await widget.getByText(expected).first().waitFor({ timeout });
      return ordinarySpaces(await widget.innerText());
    });
  }

  /** A hover that is still open may lie over what is to be clicked. */
  async closeHover() {
    await this.page.mouse.move(2, 2);
    if ((await this.page.locator('.monaco-editor .monaco-hover:visible').count()) > 0) {
      await this.page.keyboard.press('Escape');
    }
  }

  /** Put the cursor at the end of a text, and see that it is there: lenses that arrive late move lines. */
  async cursorAt(ending, text, nth = 0) {
    await eventually(`the cursor is at "${text}" in ${ending}`, async () => {
      await this.closeHover();
      const { x, y, width, height } = await this.place(ending, text, nth);
      await this.page.mouse.click(x + width - 1, y + height / 2);
      await eventually(
        'the cursor is on that line',
        async () => {
          const cursor = await this.editor(ending)
            .locator('.cursors-layer .cursor')
            .first()
            .evaluate((element) => element.getBoundingClientRect().y, undefined, { timeout: 500 });
          const now = await this.place(ending, text, nth);
          return Math.abs(cursor - now.y) < now.height / 2;
        },
        { within: 2000 },
      );
      return true;
    });
  }

  lens(ending, text) {
    return this.editor(ending).locator('.codelens-decoration a', { hasText: text }).first();
  }

  /** Press a lens until its tab is there: a lens that is just drawn anew swallows the click. */
  async pressLens(ending, text, tab) {
    await eventually(`the lens "${text}" opens "${tab}"`, async (timeout) => {
      await this.closeHover();
      await this.lens(ending, text).click({ timeout });
      await this.tab(tab).waitFor({ timeout: timeout * 2 });
      return true;
    });
  }

  /** Choose an entry of the light bulb's menu at a text. */
  async quickFix(ending, text, title) {
    await eventually(`a quick fix "${title}"`, async (timeout) => {
      await this.cursorAt(ending, text);
      await this.page.keyboard.press('Control+.');
      const entry = this.page
        .locator('.action-widget .monaco-list-row', { hasText: title })
        .first();
      try {
        await entry.waitFor({ timeout });
      } catch (error) {
        await this.page.keyboard.press('Escape');
        throw error;
      }
      // A transparent layer takes clicks on this menu for a while: go by keyboard.
      for (let i = 0; i < 60; i++) {
        if (/\bfocused\b/.test((await entry.getAttribute('class')) ?? '')) {
          await this.page.keyboard.press('Enter');
          return true;
        }
        await this.page.keyboard.press('ArrowDown');
      }
      return false;
    });
  }

  // --- around the editors -----------------------------------------------------------------------

  /** An entry of the Problems panel that has every one of these texts. */
  async problem(...texts) {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) await this.command('Problems: Focus on Problems View');
    let rows = panel.locator('.monaco-list-row');
    for (const text of texts) rows = rows.filter({ hasText: text });
    await rows.first().waitFor({ timeout: PATIENCE });
    return rows.first();
  }

  statusBar(text) {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  notification(text) {
    return this.page.locator('.notification-list-item', { hasText: text }).first();
  }

  /** The inside of the web view in sight that has this text. */
  async webview(text) {
    return eventually(`a web view with "${text}"`, async (timeout) => {
      const frames = this.page.locator('iframe.webview.ready');
      for (let i = 0; i < (await frames.count()); i++) {
        if (!(await frames.nth(i).isVisible())) continue;
        const inner = frames.nth(i).contentFrame().locator('iframe#active-frame').contentFrame();
        if ((await inner.locator('body').innerText({ timeout })).includes(text)) return inner;
      }
      return undefined;
    });
  }

  async screenshot(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled' });
  }
}
