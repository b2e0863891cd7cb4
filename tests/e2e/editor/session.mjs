// Everything a test file needs, in one call: workspace, code-server with the extension, browser.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { EditorServer } from './server.mjs';
import { PATIENCE } from './wait.mjs';
import { Workbench } from './workbench.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const repository = path.resolve(here, '..', '..', '..');
const dataRoot = path.join(repository, 'tests', 'e2e', '.data');

/** The tests' pictures; with UPDATE_IMAGES=1 those of the documentation. */
const pictures = process.env.UPDATE_IMAGES
  ? path.join(repository, 'docs', 'images')
  : path.join(repository, 'tests', 'e2e', 'screenshots');

/** A Python for the server and the worker: $GRAPHLENS_PYTHON, the repository's own, or the system's. */
export function python() {
  const own = path.join(repository, '.venv', 'bin', 'python');
  return process.env.GRAPHLENS_PYTHON || (fs.existsSync(own) ? own : 'python3');
}

/** The package that `npm run package` made. */
function vsix() {
  const folder = path.join(repository, 'vscode-extension');
  const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = path.join(folder, `${name}-${version}.vsix`);
  if (!fs.existsSync(file)) throw new Error(`${file} is not there: run "npm run package" first`);
  return file;
}

export class Session {
  /**
   * Start with the files of examples/, and more if given, in a workspace of their own.
   * @param {string} name of the folder for all its state
   * `roots`: folders of the workspace that are a root each, instead of the workspace itself;
   * `virtual`: the uri of a folder that is on no disk, in its place;
   * `standIns`: extensions of the folder `standins`, which are there beside ours.
   * @param {{ files?: Record<string, string>, settings?: object, open?: string, trust?: boolean,
   *           roots?: string[], virtual?: string, standIns?: string[],
   *           viewport?: { width: number, height: number },
   *           environment?: Record<string, string> }} [options]
   */
  static async start(name, options = {}) {
    const session = new Session(name);
    try {
      await session.begin(options);
      return session;
    } catch (error) {
      await session.keepEvidence(error);
      await session.end();
      throw error;
    }
  }

  constructor(name) {
    this.name = name;
    const folder = path.join(dataRoot, name);
    fs.rmSync(folder, { recursive: true, force: true });
    this.workspace = path.join(folder, 'workspace');
    fs.mkdirSync(this.workspace, { recursive: true });
    this.server = new EditorServer(path.join(folder, 'editor'));
  }

  /** @param {any} options */
  async begin(options) {
    const { files = {}, settings = {}, open, trust, roots, viewport, environment } = options;
    fs.cpSync(path.join(repository, 'examples'), this.workspace, {
      recursive: true,
      filter: (file) => path.basename(file) !== '__pycache__',
    });
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(this.workspace, file)), { recursive: true });
      fs.writeFileSync(path.join(this.workspace, file), text);
    }
    for (const standIn of options.standIns ?? []) this.server.install(this.packed(standIn));
    this.server.install(vsix());
    this.server.writeSettings({ 'graphlens.interpreter': [python()], ...settings });
    await this.server.start({ trust, environment });
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'].concat([
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ]),
    });
    const context = await this.browser.newContext({
      viewport: viewport ?? { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(PATIENCE);
    this.page = await context.newPage();
    this.workbench = new Workbench(this.page, this.server, this.workspace);
    if (roots) this.workbench.useRoots(roots);
    if (options.virtual) this.workbench.useVirtual(options.virtual);
    await this.workbench.open(open);
  }

  /** The package of an extension of the folder `standins`. */
  packed(standIn) {
    const file = path.join(dataRoot, this.name, `${standIn}.vsix`);
    const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
    const options = ['--skip-license', '--allow-missing-repository', '--no-dependencies'];
    execFileSync(process.execPath, [vsce, 'package', ...options, '--out', file], {
      cwd: path.join(here, '..', 'standins', standIn),
    });
    return file;
  }

  /** Keep a picture under this name. */
  async picture(name) {
    await this.workbench.screenshot(path.join(pictures, `${name}.png`));
  }

  /** Run a step; when it fails, keep a picture and the logs beside the state. */
  async step(work) {
    try {
      await work(this.workbench);
    } catch (error) {
      await this.keepEvidence(error);
      throw error;
    }
  }

  /** What a failure can be understood by: in files, and the end of our own log in the message. */
  async keepEvidence(error) {
    const failed = path.join(dataRoot, this.name);
    try {
      await this.page?.screenshot({ path: path.join(failed, 'failure.png'), timeout: 30_000 });
    } catch {
      // No picture, then: the page may be what failed.
    }
    fs.writeFileSync(
      path.join(failed, 'failure.log'),
      [this.server.logs(), '== page', ...(this.workbench?.console ?? [])].join('\n'),
    );
    const own = this.server.logs('Graphlens.log').split('\n').slice(-15).join('\n');
    error.message += `\n(picture and logs: ${path.relative(process.cwd(), failed)})\n${own}`;
  }

  async end() {
    await this.browser?.close();
    await this.server.stop();
  }
}
