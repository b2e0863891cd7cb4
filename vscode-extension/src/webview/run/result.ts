// What came of a run: value, printed text, times, traces, or the error.

import type { Run, RunError, Value } from '../../protocol';
import type { FromRunPage, RunView, WorkerSetting } from '../../views/runMessages';
import { button, element } from '../dom';
import { Output } from './output';
import { plot } from './plot';

type Post = (message: FromRunPage) => void;

export function resultOf(run: Run, post: Post): HTMLElement[] {
  const parts = [heading(run)];
  if (run.error) parts.push(errorOf(run.error, post));
  if (run.result) parts.push(section('Result', valueOf(run.result)));
  if (run.ok || run.printed.length > 0) parts.push(new Output(run.printed).root);
  if (run.droppedOutput > 0) {
    parts.push(element('p', { class: 'note' }, `${run.droppedOutput} more bytes were not kept.`));
  }
  parts.push(...timesOf(run), ...tracesOf(run));
  parts.push(...(run.notes ?? []).map((note) => element('p', { class: 'note' }, note)));
  parts.push(...viewsOf(run, post));
  return parts;
}

function heading({ ok, mode, engine, substituted, signature }: Run): HTMLElement {
  const verb = mode === 'trace' ? 'Traced' : 'Ran';
  const instead = substituted
    ? [', which answered ', element('code', {}, 'import tensorflow')]
    : [];
  return element(
    'header',
    { class: ok ? 'ok' : 'bad' },
    element('strong', {}, ok ? verb : 'Failed'),
    ` with ${engine}`,
    ...instead,
    ...(signature ? [element('code', { class: 'signature' }, signature)] : []),
  );
}

function section(title: string, ...children: (Node | string)[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), ...children);
}

function valueOf(value: Value): HTMLElement {
  if (value.kind === 'tensor') {
    const shape = `(${value.shape.join(', ')}${value.shape.length === 1 ? ',' : ''})`;
    const shown = element(
      'div',
      { class: 'value' },
      element('p', { class: 'type' }, `${value.dtype} ${shape}`),
      element('pre', { tabindex: '0' }, value.preview),
    );
    const drawing = plot(value);
    if (drawing) shown.append(drawing);
    return shown;
  }
  if (value.kind === 'structure') {
    const rows = value.items.flatMap(([name, item]) => [
      element('dt', {}, name),
      element('dd', {}, valueOf(item)),
    ]);
    return element(
      'div',
      { class: 'value' },
      element('p', { class: 'type' }, value.type),
      element('dl', {}, ...rows),
    );
  }
  return element(
    'div',
    { class: 'value' },
    element('p', { class: 'type' }, `${value.type} (Python)`),
    element('pre', { tabindex: '0' }, value.preview),
  );
}

/** What went wrong in words, and the setting that may help. */
const FAILURES: Record<string, { title: string; setting?: [string, WorkerSetting] }> = {
  arguments: { title: 'These arguments do not work' },
  crash: { title: 'The worker ended unexpectedly' },
  failed: {
    title: 'It could not be run',
    setting: ['Choose the worker’s Python', 'worker.interpreter'],
  },
  interrupted: { title: 'Interrupted' },
  memory: { title: 'Out of memory', setting: ['Change the limit', 'run.memory'] },
  syntax: { title: 'Syntax error' },
  timeout: { title: 'It took too long', setting: ['Change the limit', 'run.timeout'] },
  untrusted: { title: 'The workspace is not trusted' },
};

function errorOf(error: RunError, post: Post): HTMLElement {
  const frames = error.frames.map(({ path, line, column, name, text }) =>
    element(
      'li',
      {},
      button(
        `${path.split(/[\\/]/).at(-1) ?? path}:${line + 1}`,
        () => post({ kind: 'reveal', path, line, column }),
        { class: 'link', title: path },
      ),
      ` in ${name}`,
      element('pre', {}, text),
    ),
  );
  const { title, setting } = FAILURES[error.kind] ?? { title: error.type };
  return element(
    'section',
    { class: 'error' },
    element('h2', {}, title),
    element('pre', { class: 'message' }, error.message),
    ...(frames.length > 0 ? [element('ol', { class: 'frames' }, ...frames)] : []),
    ...(setting
      ? [
          button(setting[0], () => post({ kind: 'setting', name: setting[1] }), {
            class: 'way-out',
          }),
        ]
      : []),
  );
}

function milliseconds(value: number): string {
  if (value >= 100) return `${value.toFixed(0)} ms`;
  return value >= 1 ? `${value.toFixed(1)} ms` : `${(value * 1000).toFixed(0)} µs`;
}

function timesOf({ timing }: Run): HTMLElement[] {
  const rows: [string, number | null][] = [
    ['loading the file', timing.load],
    ['first call, with tracing', timing.first],
    ['a later call, as a graph', timing.graph],
    ['the same call, eager', timing.eager],
  ];
  const known = rows.filter((row): row is [string, number] => row[1] !== null && row[1] > 0);
  const longest = Math.max(timing.graph ?? 0, timing.eager ?? 0);
  const cells = known.map(([name, value]) => {
    const compared = longest > 0 && (name.startsWith('a later') || name.startsWith('the same'));
    const bar = element('span', { class: 'bar' });
    if (compared) bar.style.width = `${(value / longest) * 100}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      element('td', {}, milliseconds(value)),
      element('td', { class: 'bars' }, ...(compared ? [bar] : [])),
    );
  });
  if (known.length === 0) return [];
  return [section('Time', element('table', { class: 'times' }, ...cells))];
}

function tracesOf({ traces, retraces }: Run): HTMLElement[] {
  if (traces.length === 0) return [];
  const count = `${traces.length} ${traces.length === 1 ? 'trace' : 'traces'}, ${retraces} ${retraces === 1 ? 'retrace' : 'retraces'}`;
  const items = traces.map(({ signature, reason }) =>
    element(
      'li',
      {},
      element('code', {}, signature),
      ...(reason ? [element('p', { class: 'note' }, reason)] : []),
    ),
  );
  return [section(count, element('ol', { class: 'traces' }, ...items))];
}

function viewsOf({ graph, engine }: Run, post: Post): HTMLElement[] {
  if (!graph) return [];
  const real = engine.startsWith('tensorflow');
  const views: [string, RunView][] = [
    ['Graph picture', 'picture'],
    ['Traced graph', 'traced'],
    // Of TensorFlow there is the graph as it was traced, and its own graph code.
    ...(real ? [] : ([['Optimized graph', 'optimized']] satisfies [string, RunView][])),
    real ? ['Beside TensorFlow’s graph code', 'compare'] : ['Generated Python', 'python'],
  ];
  return [
    element(
      'div',
      { class: 'actions' },
      ...views.map(([label, view]) => button(label, () => post({ kind: 'show', view }))),
    ),
  ];
}
