// The walkthrough: four steps on the sample, each of which can be done.

import { after, before, test } from 'node:test';
import { Session } from './editor/session.mjs';

/** @type {Session} */
let session;
before(async () => {
  session = await Session.start('walkthrough', { open: 'sign.py' });
  await session.workbench.lens('sign.py', 'Run').waitFor();
});
after(() => session?.end());

test('the sample is opened, mended, shown and run', () =>
  session.step(async (workbench) => {
    await workbench.command('Welcome: Open Walkthrough...');
    await workbench.pick('See tf.function at work');
    const steps = workbench.page.locator('.getting-started-step');
    await steps.filter({ hasText: 'Open the sample' }).first().waitFor();
    await session.picture('walkthrough');
    await workbench.page.getByRole('button', { name: 'Open sample' }).click();

    const sample = 'Untitled-1';
    await workbench.squiggles(sample, 'warning').first().waitFor();
    await workbench.command('Graphlens: Fix All Safe Findings');
    await workbench.squiggles(sample, 'warning').first().waitFor({ state: 'detached' });
    await workbench.cursorAt(sample, 'total = 0');
    await workbench.command('Graphlens: Show Graph Code');
    await workbench.tab('count_down.code').waitFor();
    await workbench.cursorAt(sample, 'total = 0');
    await workbench.command('Graphlens: Run Function…');
    const view = await workbench.webview('Trace only');
    await view.locator('#run').click();
    await view.locator('.value', { hasText: '10' }).waitFor();
  }));
