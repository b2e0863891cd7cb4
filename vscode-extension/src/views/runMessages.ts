// What the run page and the extension say to each other.

import type { Printed, Run, TracedFunction } from '../protocol';

export type ToRunPage =
  | { kind: 'function'; function: TracedFunction; arguments: string[]; worker: string }
  | { kind: 'started'; mode: 'trace' | 'run' }
  | { kind: 'output'; printed: Printed }
  | { kind: 'finished'; run: Run }
  | { kind: 'failed'; message: string };

export type RunView = 'traced' | 'optimized' | 'python' | 'picture' | 'compare';

/** Settings that a failed run may be mended by. */
export type WorkerSetting = 'run.timeout' | 'run.memory' | 'worker.interpreter';

export type FromRunPage =
  | { kind: 'ready' }
  | { kind: 'run'; mode: 'trace' | 'run'; arguments: string[] }
  | { kind: 'interrupt' }
  | { kind: 'show'; view: RunView }
  | { kind: 'setting'; name: WorkerSetting }
  | { kind: 'reveal'; path: string; line: number; column: number };

const VIEWS: readonly unknown[] = ['traced', 'optimized', 'python', 'picture', 'compare'];
const SETTINGS: readonly unknown[] = ['run.timeout', 'run.memory', 'worker.interpreter'];
const LONGEST = 100_000;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST;
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A message that came out of the page, if it is one of ours in every part. */
export function parseFromRunPage(message: unknown): FromRunPage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  switch (fields['kind']) {
    case 'ready':
      return { kind: 'ready' };
    case 'interrupt':
      return { kind: 'interrupt' };
    case 'run': {
      const { mode, arguments: texts } = fields;
      if (mode !== 'trace' && mode !== 'run') return undefined;
      if (!Array.isArray(texts) || texts.length > 256 || !texts.every(isText)) return undefined;
      return { kind: 'run', mode, arguments: [...texts] };
    }
    case 'show': {
      const { view } = fields;
      return VIEWS.includes(view) ? { kind: 'show', view: view as RunView } : undefined;
    }
    case 'setting': {
      const { name } = fields;
      return SETTINGS.includes(name) ? { kind: 'setting', name: name as WorkerSetting } : undefined;
    }
    case 'reveal': {
      const { path, line, column } = fields;
      if (!isText(path) || !isCount(line) || !isCount(column)) return undefined;
      return { kind: 'reveal', path, line, column };
    }
    default:
      return undefined;
  }
}
