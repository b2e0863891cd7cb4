// The first promise: fizzbuzz.py in a real VS Code, its findings, its graph code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from './editor/wait.mjs';
import { Session } from './editor/session.mjs';

const FILE = 'fizzbuzz.py';
const CODE = 'fizzbuzz.code.py';

/** @type {Session} */
let session;
before(async () => (session = await Session.start('foundation', { open: FILE })));
after(() => session?.end());

test('opening the file underlines each print in the traced function', () =>
  session.step(async (workbench) => {
    await workbench.squiggles(FILE, 'warning').first().waitFor();
    await eventually(
      'four prints are underlined',
      async () => (await workbench.squiggles(FILE, 'warning').count()) >= 4,
    );
    assert.equal(await workbench.page.locator('.monaco-dialog-box').count(), 0);
    await session.picture('findings');
  }));

test('the Problems panel lists them with their code', () =>
  session.step(async (workbench) => {
    await workbench.problem('print', 'GR');
    await session.picture('problems');
    await workbench.command('View: Toggle Panel Visibility');
  }));

test('hovering over the function shows its graph code', () =>
  session.step(async (workbench) => {
    const text = await workbench.hover(FILE, 'fizzbuzz(max_num)', 'for_stmt');
    assert.match(text, /ag__/);
    await session.picture('hover');
  }));

test('the hover tells the signature, and its links open the views', () =>
  session.step(async (workbench) => {
    const text = await workbench.hover(FILE, 'fizzbuzz(max_num)', 'Readable');
    assert.match(text, /fizzbuzz\(max_num: int32\[\]\) -> int32\[\]/);
    await eventually('the link opens the view', async (timeout) => {
      await workbench.hover(FILE, 'fizzbuzz(max_num)', 'Readable');
      const link = workbench.page.locator('.monaco-hover a', { hasText: 'Readable' }).first();
      await link.click({ timeout });
      await workbench.tab('fizzbuzz.readable').waitFor({ timeout });
      return true;
    });
    await workbench.tab('fizzbuzz.readable').click();
    await workbench.command('View: Close Editor');
    await workbench.tab('fizzbuzz.readable').waitFor({ state: 'detached' });
  }));

test('hovering over a finding shows what the rule says', () =>
  session.step(async (workbench) => {
    const text = await workbench.hover(FILE, 'print("Fizz")', /GR\d{3}/);
    assert.match(text, /trac/i);
    await session.picture('rule-help');
    await workbench.page.mouse.move(5, 400);
  }));

test('the command opens the graph code beside the source', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.command('Graphlens: Show Graph Code');
    await workbench.editor(CODE).locator('.view-line').first().waitFor();
    await eventually('its text is there', async () =>
      /def tf__fizzbuzz\(max_num\)/.test(await workbench.text(CODE)),
    );
    assert.equal(await workbench.editor(FILE).isVisible(), true, 'the source stays in sight');
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.cursorAt(FILE, 'print("Fizz")');
    await workbench.editor(CODE).locator('.cdr').first().waitFor({ state: 'attached' });
    await session.picture('graph-code');
  }));

test('the graph code follows an edit of the source', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 0');
    await workbench.page.keyboard.press('Backspace');
    await workbench.page.keyboard.type('1234');
    await eventually('the edit is seen on the other side', async () =>
      (await workbench.text(CODE)).includes('counter = 1234'),
    );
  }));

test('while the text does not parse, the last good version stays and says so', () =>
  session.step(async (workbench) => {
    await workbench.cursorAt(FILE, 'counter = 1234');
    await workbench.page.keyboard.type(' +');
    await workbench.squiggles(FILE, 'error').first().waitFor();
    await eventually('the other side says so', async () =>
      /errors|last good|parse/i.test(await workbench.text(CODE)),
    );
    assert.match(await workbench.text(CODE), /counter = 1234/);
    await workbench.page.keyboard.press('Backspace');
    await workbench.page.keyboard.press('Backspace');
    await workbench.squiggles(FILE, 'error').first().waitFor({ state: 'detached' });
    assert.match(await workbench.text(CODE), /counter = 1234/);
  }));

test('one quick fix turns a print into tf.print', () =>
  session.step(async (workbench) => {
    await workbench.quickFix(FILE, 'print("Fizz")', 'tf.print');
    await eventually('the text has changed', async () =>
      (await workbench.text(FILE)).includes('tf.print("Fizz")'),
    );
  }));
