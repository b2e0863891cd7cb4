// Bundles the extension, its layout worker and the scripts of its web views into dist/.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Makes `graphlens:commands` a module that lists every file of src/commands,
 * so that a new command is one file and its entry in package.json.
 */
export const everyCommand = {
  name: 'every-command',
  setup(build) {
    build.onResolve({ filter: /^graphlens:commands$/ }, () => ({
      path: 'commands',
      namespace: 'graphlens',
    }));
    build.onLoad({ filter: /.*/, namespace: 'graphlens' }, () => {
      const folder = path.join(here, 'src', 'commands');
      const files = fs.readdirSync(folder).filter((file) => file.endsWith('.ts'));
      const names = files.map((_, index) => `c${index}`);
      return {
        contents: [
          ...files.map((file, index) => `import { command as ${names[index]} } from './${file}';`),
          `export const commands = [${names.join(', ')}];`,
        ].join('\n'),
        resolveDir: folder,
        watchDirs: [folder],
      };
    });
  },
};

const production = !process.argv.includes('--watch');

/** @type {esbuild.BuildOptions} */
const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  outdir: 'dist',
};

/** @type {esbuild.BuildOptions[]} */
const builds = [
  {
    ...shared,
    entryPoints: { extension: 'src/extension.ts', layoutWorker: 'src/views/layoutWorker.ts' },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'web-worker'],
    plugins: [everyCommand],
  },
  {
    ...shared,
    entryPoints: { graph: 'src/webview/graph/main.ts', run: 'src/webview/run/main.ts' },
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
  },
];

/** Build everything once; answers what went in. */
export async function build() {
  fs.rmSync(path.join(here, 'dist'), { recursive: true, force: true });
  const results = await Promise.all(
    builds.map((options) => esbuild.build({ ...options, metafile: true })),
  );
  return results.map(({ metafile }) => metafile);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (production) await build();
  else for (const options of builds) await (await esbuild.context(options)).watch();
}
