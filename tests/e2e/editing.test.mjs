// Working in a file: hints, tokens, suppression, fix all, the rule's page, status, restart, report.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';
import { eventually } from './editor/wait.mjs';

const FILE = 'fizzbuzz.py';

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('editing', { open: FILE });
  await session.workbench.squiggles(FILE, 'warning').first().waitFor();
});
after(() => session?.end());

test('hints say what becomes of each loop and branch', () =>
  session.step(async (workbench) => {
    for (const hint of [/max_num\):.*graph/, /== 0:.*graph cond/, /num: int32\[\]/]) {
      await eventually(`${hint} is seen`, async () => hint.test(await workbench.text(FILE)));
    }
    await session.picture('hints');
  }));

test('hints are switched off and on by one command', () =>
  session.step(async (workbench) => {
    await workbench.command('Graphlens: Toggle Inlay Hints');
    await eventually('they are gone', async () => !/graph cond/.test(await workbench.text(FILE)));
    await workbench.command('Graphlens: Toggle Inlay Hints');
    await eventually('they are back', async () => /graph cond/.test(await workbench.text(FILE)));
  }));

test('what runs in Python only while tracing is set in italics', () =>
  session.step(async (workbench) => {
    const styles = () =>
      workbench
        .editor(FILE)
        .locator('.view-line span span')
        .evaluateAll((spans) =>
          spans
            .filter((span) => getComputedStyle(span).fontStyle === 'italic')
            .map((span) => span.textContent),
        );
    await eventually('a print is in italics', async () => (await styles()).includes('print'));
    const italic = await styles();
    assert.equal(italic.includes('num'), false, 'the loop runs in the graph');
    assert.equal(
      italic.filter((text) => text === 'counter').length,
      1,
      'what the loop counts is Python’s only before the loop',
    );
  }));

test('a finding is silenced by a comment on its line', () =>
  session.step(async (workbench) => {
    const before = await workbench.squiggles(FILE, 'warning').count();
    await workbench.quickFix(FILE, 'print("Buzz")', 'Ignore');
    await eventually('the comment is there', async () =>
      /print\("Buzz"\)\s+# graphlens: ignore\[GR201\]/.test(await workbench.text(FILE)),
    );
    await eventually(
      'one finding less',
      async () => (await workbench.squiggles(FILE, 'warning').count()) === before - 1,
    );
  }));

test('one command mends every safe finding, once', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.command('Graphlens: Fix All Safe Findings');
    await eventually('the prints are mended', async () =>
      /tf\.print\("FizzBuzz"\)/.test(await workbench.text(FILE)),
    );
    const text = await workbench.text(FILE);
    assert.match(text, /[^.]print\("Buzz"\)/, 'what is silenced stays');
    await workbench.command('Graphlens: Fix All Safe Findings');
    await workbench.statusBar('nothing to fix').waitFor();
    assert.equal(await workbench.text(FILE), text);
    await workbench.squiggles(FILE, 'warning').first().waitFor({ state: 'detached' });
  }));

test('the page of a rule opens by its code', () =>
  session.step(async (workbench) => {
    await workbench.command('Graphlens: Explain Rule…');
    await workbench.quickInput.locator('input').first().fill('gr201');
    await workbench.page.keyboard.press('Enter');
    const page = await workbench.webview('GR201 python-print');
    assert.match(await page.locator('body').innerText(), /Mended/);
    await session.picture('rule-page');
    await workbench.command('View: Close All Editors');
  }));

test('the status item tells version, Python and trust', () =>
  session.step(async (workbench) => {
    await workbench.openFile(FILE);
    const hover = workbench.page.locator('.hover-language-status', { hasText: 'Graphlens 0.1.0' });
    await eventually('the items are shown', async (timeout) => {
      await workbench.page.locator('#status\\.languageStatus').click({ timeout });
      await hover.first().waitFor({ timeout });
      return /Python 3\.\d+/.test(await hover.first().innerText());
    });
    await session.picture('status');
    await workbench.page.keyboard.press('Escape');
  }));

test('after a restart of the server the findings are back', () =>
  session.step(async (workbench) => {
    await workbench.openFile('print_tracing.py');
    await workbench.squiggles('print_tracing.py', 'info').first().waitFor();
    await workbench.command('Graphlens: Restart Server');
    await eventually('the log tells of the restart', () =>
      /the server was restarted/.test(session.server.logs('Graphlens.log')),
    );
    await workbench.squiggles('print_tracing.py', 'info').first().waitFor();
    await workbench.hover('print_tracing.py', 'Traced with', /GR201/);
  }));

test('the debug report has versions, and no text of the file', () =>
  session.step(async (workbench) => {
    await workbench.command('Graphlens: Copy Debug Report');
    await workbench.statusBar('the debug report was copied').waitFor();
    const report = await workbench.page.evaluate(() => navigator.clipboard.readText());
    assert.match(report, /Graphlens extension 0\.1\.0/);
    assert.match(report, /python 3\.\d+/);
    assert.doesNotMatch(report, /Traced with|counter/);
  }));
