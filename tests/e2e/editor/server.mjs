// A code-server with our extension, in folders of its own.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually, pause } from './wait.mjs';

const cache =
  process.env.GRAPHLENS_E2E_CACHE ||
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'graphlens-e2e');

const program = path.join(cache, 'code-server');

/** A window without distractions, and without any use of a network. */
const QUIET = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'editor.hover.delay': 120,
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
  'security.workspace.trust.banner': 'never',
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'window.commandCenter': false,
  'workbench.editor.enablePreview': false,
  'workbench.enableExperiments': false,
  'workbench.layoutControl.enabled': false,
  'workbench.quickOpen.closeOnFocusLost': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export class EditorServer {
  /** @param {string} folder everything of this server is below it */
  constructor(folder) {
    this.folder = folder;
    this.user = path.join(folder, 'user');
    this.extensions = path.join(folder, 'extensions');
    this.logFile = path.join(folder, 'code-server.log');
    this.url = '';
    for (const each of [path.join(this.user, 'User'), this.extensions]) {
      fs.mkdirSync(each, { recursive: true });
    }
    this.places = ['--user-data-dir', this.user, '--extensions-dir', this.extensions];
  }

  install(vsix) {
    const { status, stdout, stderr } = spawnSync(
      program,
      [...this.places, '--install-extension', vsix, '--force'],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`installing ${vsix} failed:\n${stdout}${stderr}`);
  }

  writeSettings(settings) {
    this.settings = { ...QUIET, ...this.settings, ...settings };
    // In a remote window, settings of a machine are read from the machine's own file.
    for (const folder of ['User', 'Machine']) {
      const file = path.join(this.user, folder, 'settings.json');
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, JSON.stringify(this.settings, null, 2));
    }
  }

  /**
   * Listen on a free port of this machine. `trust`: leave VS Code's question of trust on;
   * `environment`: further variables for the editor and what it starts.
   */
  async start({ trust = false, environment: more = {} } = {}) {
    /** @type {Record<string, string | undefined>} */
    const environment = { ...process.env, ...more, EXTENSIONS_GALLERY: '{}' }; // no marketplace
    for (const name of Object.keys(environment)) {
      if (name.startsWith('VSCODE_')) delete environment[name]; // a terminal inside VS Code sets these
    }
    environment.VSCODE_CLI = '1'; // this environment counts, not that of a login shell
    const log = fs.openSync(this.logFile, 'w');
    this.process = spawn(
      program,
      [
        ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', ...this.places],
        ...['--disable-telemetry', '--disable-update-check', '--ignore-last-opened'],
        '--disable-getting-started-override',
        ...(trust ? [] : ['--disable-workspace-trust']),
      ],
      { env: environment, stdio: ['ignore', log, log], detached: true },
    );
    fs.closeSync(log);
    const address = await eventually('code-server listens', () =>
      /HTTP server listening on (\S+?)\/?\s/.exec(fs.readFileSync(this.logFile, 'utf8')),
    );
    this.url = address[1];
  }

  /** End the server and every process it started. */
  async stop() {
    const group = this.process?.pid;
    if (!group) return;
    const send = (signal) => {
      try {
        return process.kill(-group, signal);
      } catch {
        return false; // the group is gone
      }
    };
    send('SIGTERM');
    for (let i = 0; i < 50 && send(0); i++) await pause(100);
    send('SIGKILL');
  }

  /** All log files whose names end so, joined. */
  logs(ending = '.log') {
    const root = path.join(this.user, 'logs');
    if (!fs.existsSync(root)) return '';
    return fs
      .readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(ending))
      .map((file) => `== ${file}\n${fs.readFileSync(path.join(root, file), 'utf8')}`)
      .join('\n');
  }
}
