import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { commands } from 'graphlens:commands';
import { NEEDS_RESTART } from '../../src/settings';

interface Property {
  scope: string;
  default: unknown;
  markdownDescription?: string;
  enum?: string[];
  enumDescriptions?: string[];
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string }[];
    configuration: { properties: Record<string, Property> };
    keybindings: { command: string }[];
    menus: Record<string, { command?: string; when?: string }[]>;
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

test('every command has a title of its own under one category', () => {
  const titles = contributes.commands.map(({ title }) => title);
  assert.equal(new Set(titles).size, titles.length);
  for (const { title, category } of contributes.commands) {
    assert.equal(category, 'Graphlens');
    assert.match(title, /^[A-Z]/);
  }
});

test('every setting is described, and so is each of its choices', () => {
  for (const [name, property] of Object.entries(contributes.configuration.properties)) {
    assert.match(property.markdownDescription ?? '', /\S.*\.$/s, name);
    if (property.enum) assert.equal(property.enumDescriptions?.length, property.enum.length, name);
    if (property.enum) assert.ok(property.enum.includes(String(property.default)), name);
  }
});

test('the palette offers no run in a workspace without trust', () => {
  for (const name of ['graphlens.run', 'graphlens.trace', 'graphlens.compareWithTensorFlow']) {
    const entry = contributes.menus['commandPalette']?.find(({ command }) => command === name);
    assert.match(entry?.when ?? '', /^isWorkspaceTrusted && \(/, name);
  }
});

test('keys name commands that are there', () => {
  for (const { command } of contributes.keybindings) assert.ok(declared.includes(command));
});

test('everything the package names is packed', () => {
  const packed = fs.readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
  for (const entry of ['!README.md', '!CHANGELOG.md', '!LICENSE', '!dist/**', '!walkthrough/**']) {
    assert.ok(packed.includes(entry), entry);
  }
  for (const name of ['graph-light', 'graph-dark', 'run-light', 'run-dark']) {
    assert.ok(fs.existsSync(path.join(root, 'media', `${name}.svg`)), name);
  }
});
