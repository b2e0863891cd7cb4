// The form: one line of Python for each parameter.

import type { Parameter, TracedFunction } from '../../protocol';
import { button, element } from '../dom';

interface Actions {
  run(mode: 'trace' | 'run', texts: string[]): void;
  interrupt(): void;
}

export class Form {
  readonly root = element('form', { class: 'form' });
  private inputs: { parameter: Parameter; input: HTMLInputElement }[] = [];
  private readonly buttons: HTMLButtonElement[];
  private readonly stop: HTMLButtonElement;
  private shown = '';

  constructor(private readonly actions: Actions) {
    this.buttons = [
      button('Run', () => this.submit('run'), { class: 'primary', id: 'run' }),
      button('Trace only', () => this.submit('trace'), { id: 'trace' }),
    ];
    this.stop = button('Interrupt', () => this.actions.interrupt(), { id: 'interrupt' });
    this.stop.hidden = true;
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit('run');
    });
  }

  set busy(busy: boolean) {
    for (const each of this.buttons) each.disabled = busy;
    this.stop.hidden = !busy;
  }

  /** Show the parameters; what the user has typed stays while they are the same. */
  describe(traced: TracedFunction, texts: readonly string[], note: string): void {
    const signature = JSON.stringify([traced.qualname, traced.parameters]);
    if (signature === this.shown) return;
    this.shown = signature;
    const values = assign(traced.parameters, texts);
    this.inputs = traced.parameters.map((parameter, index) => ({
      parameter,
      input: element('input', {
        type: 'text',
        id: `argument-${index}`,
        spellcheck: 'false',
        autocomplete: 'off',
        value: values[index] ?? '',
        placeholder: placeholder(parameter),
      }),
    }));
    const rows = this.inputs.flatMap(({ parameter, input }, index) => [
      element('label', { for: `argument-${index}` }, labelOf(parameter)),
      input,
    ]);
    this.root.replaceChildren(
      element('h1', {}, traced.qualname),
      ...(note ? [element('p', { class: 'warning' }, note)] : []),
      rows.length > 0
        ? element('div', { class: 'fields' }, ...rows)
        : element('p', { class: 'note' }, 'This function takes no arguments.'),
      ...examplesOf(traced, (texts_) => this.fill(traced.parameters, texts_)),
      element('div', { class: 'actions' }, ...this.buttons, this.stop),
    );
    this.inputs[0]?.input.focus();
  }

  private fill(parameters: readonly Parameter[], texts: readonly string[]): void {
    const values = assign(parameters, texts);
    this.inputs.forEach(({ input }, index) => (input.value = values[index] ?? ''));
  }

  private submit(mode: 'trace' | 'run'): void {
    if (this.buttons[0]?.disabled) return;
    this.actions.run(
      mode,
      argumentTexts(this.inputs.map(({ parameter, input }) => [parameter, input.value])),
    );
  }
}

function labelOf({ name, kind, annotation, spec }: Parameter): string {
  const stars = kind === '*' || kind === '**' ? kind : '';
  const type = spec ?? annotation;
  return `${stars}${name}${type ? `: ${type}` : ''}`;
}

function placeholder({ kind, default: value }: Parameter): string {
  if (value !== null) return `default: ${value}`;
  if (kind === '*') return 'further arguments, separated by commas';
  if (kind === '**') return 'name=value, separated by commas';
  return 'a Python expression, such as tf.constant([1., 2.])';
}

function examplesOf(traced: TracedFunction, fill: (texts: string[]) => void): HTMLElement[] {
  if (traced.examples.length === 0) return [];
  const choices = traced.examples.map((texts) =>
    button(texts.join(', ') || '(no arguments)', () => fill(texts), { class: 'example' }),
  );
  return [element('p', { class: 'examples' }, 'Examples: ', ...choices)];
}

/** Which text belongs to which parameter: by name where it says `name=`, else in order. */
export function assign(parameters: readonly Parameter[], texts: readonly string[]): string[] {
  const values = parameters.map(() => '');
  const rest: string[] = [];
  for (const text of texts) {
    const match = /^\s*([^\W\d]\w*)\s*=(?!=)\s*(.*)$/su.exec(text);
    const index = match ? parameters.findIndex(({ name }) => name === match[1]) : -1;
    if (match && index >= 0) values[index] = match[2] ?? '';
    else rest.push(text);
  }
  parameters.forEach(({ kind }, index) => {
    if (kind === '*') values[index] = rest.splice(0).join(', ');
    else if (kind === 'positional' && values[index] === '') values[index] = rest.shift() ?? '';
  });
  return values;
}

/**
 * The expressions to send: positional ones in order, by name after a gap. Empty fields are left
 * out, so that defaults hold and a missing argument is the server's to report.
 */
export function argumentTexts(filled: readonly (readonly [Parameter, string])[]): string[] {
  const texts: string[] = [];
  let gap = false;
  for (const [{ name, kind }, raw] of filled) {
    const text = raw.trim();
    if (text === '') {
      gap ||= kind === 'positional';
    } else if (kind === '*' || kind === '**') {
      texts.push(...splitArguments(text));
    } else {
      texts.push(kind === 'keyword' || gap ? `${name}=${text}` : text);
    }
  }
  return texts;
}

/** Cut at the commas that stand outside of brackets and strings. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote) {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}
