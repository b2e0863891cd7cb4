// The environment that processes of ours are started with: an allow-list, never the whole of it.

const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'TMPDIR',
  'TEMP',
  'TMP',
  // Windows finds its own libraries and the user's folders by these.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'USERNAME',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
  // Which GPU, and how many threads, are no secrets and matter to a run.
  'CUDA_VISIBLE_DEVICES',
  'CUDA_PATH',
  'CUDA_HOME',
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
]);
const PREFIXES = ['LC_', 'XDG_'];

/** What of `all` may be passed on: no `PYTHON*`, no loader variables, no tokens. */
export function cleanEnvironment(
  all: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    const upper = name.toUpperCase();
    if (value === undefined) continue;
    if (NAMES.has(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix))) {
      clean[name] = value;
    }
  }
  return clean;
}
