import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { commands } from 'graphlens:commands';
import { NEEDS_RESTART } from '../../src/settings';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    configuration: { properties: Record<string, { scope: string; default: unknown }> };
    menus: Record<string, { command?: string }[]>;
    walkthroughs: { steps: { media: { markdown: string }; completionEvents: string[] }[] }[];
  };
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
}

const root = process.env['EXTENSION_ROOT'] ?? '';
const { contributes, capabilities } = JSON.parse(
  fs.readFileSync(path.join(root, 'package.json'), 'utf8'),
) as Manifest;
const declared = contributes.commands.map(({ command }) => command);

test('every command of src/commands is declared, and every declared one is there', () => {
  assert.deepEqual(commands.map(({ id }) => id).sort(), [...declared].sort());
});

test('menus and the walkthrough name only commands that are there', () => {
  const named = [
    ...Object.values(contributes.menus).flatMap((entries) =>
      entries.flatMap(({ command }) => command ?? []),
    ),
    ...contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) =>
        completionEvents.map((event) => event.replace('onCommand:', '')),
      ),
    ),
  ];
  assert.deepEqual(
    named.filter((name) => !declared.includes(name)),
    [],
  );
});

test('the pages of the walkthrough are there', () => {
  for (const { steps } of contributes.walkthroughs) {
    for (const { media } of steps) assert.ok(fs.existsSync(path.join(root, media.markdown)));
  }
});

test('what decides which program runs cannot be set by a workspace without trust', () => {
  const restricted = capabilities.untrustedWorkspaces.restrictedConfigurations;
  assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
  assert.deepEqual(
    NEEDS_RESTART.filter((name) => !restricted.includes(name)),
    [],
  );
  for (const name of NEEDS_RESTART) {
    assert.equal(contributes.configuration.properties[name]?.scope, 'machine-overridable', name);
  }
});

test('limits of a run are never taken from a workspace', () => {
  for (const name of ['graphlens.run.timeout', 'graphlens.run.memory']) {
    assert.equal(contributes.configuration.properties[name]?.scope, 'machine', name);
  }
});
