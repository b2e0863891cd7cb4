// The bar above the picture: stage, search, zoom, open and close, export.

import { FORMATS, type Format, type Stage } from '../../views/graphMessages';
import { button, element } from '../dom';

export interface ToolbarActions {
  stage(stage: Stage): void;
  search(text: string): void;
  searchStep(direction: 1 | -1): void;
  zoom(factor: number): void;
  fit(): void;
  openAll(): void;
  closeAll(): void;
  unused(shown: boolean): void;
  export(format: Format): void;
}

export class Toolbar {
  readonly root = element('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Graph' });
  private readonly title = element('strong', { class: 'title' });
  private readonly stage: HTMLSelectElement;
  private readonly found = element('span', { class: 'found', 'aria-live': 'polite' });
  private readonly unused: HTMLButtonElement;
  readonly search: HTMLInputElement;

  constructor(actions: ToolbarActions) {
    this.stage = select('Which graph', [
      ['before', 'traced'],
      ['after', 'optimized'],
    ]);
    this.stage.addEventListener('change', () => actions.stage(this.stage.value as Stage));
    this.search = element('input', {
      type: 'search',
      placeholder: 'Search (/)',
      'aria-label': 'Search nodes',
      spellcheck: 'false',
    });
    this.search.addEventListener('input', () => actions.search(this.search.value));
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') actions.searchStep(event.shiftKey ? -1 : 1);
    });
    const save = select('Export', [
      ['', 'Export…'],
      ...FORMATS.map((format) => [format, format.toUpperCase()] as const),
    ]);
    save.addEventListener('change', () => {
      if (save.value !== '') actions.export(save.value as Format);
      save.value = '';
    });
    // `sign` stands for the label where the panel is narrow.
    const tool = (
      label: string,
      title: string,
      act: () => void,
      sign = label,
    ): HTMLButtonElement => {
      const made = button('', act, { title, 'aria-label': title });
      made.append(
        element('span', { class: 'word' }, label),
        element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
      );
      return made;
    };
    this.unused = tool(
      'Unused',
      'Show nodes whose results nothing needs',
      () => actions.unused(this.unused.getAttribute('aria-pressed') !== 'true'),
      '∅',
    );
    this.unused.id = 'unused';
    this.root.append(
      this.title,
      this.stage,
      element('span', { class: 'group' }, this.search, this.found),
      element(
        'span',
        { class: 'group' },
        tool('−', 'Zoom out (-)', () => actions.zoom(1 / 1.25)),
        tool('+', 'Zoom in (+)', () => actions.zoom(1.25)),
        tool('Fit', 'The whole graph (0)', () => actions.fit()),
      ),
      element(
        'span',
        { class: 'group' },
        tool('Expand', 'Open every branch and loop', () => actions.openAll(), '⊞'),
        tool('Collapse', 'Close every branch and loop', () => actions.closeAll(), '⊟'),
        this.unused,
      ),
      save,
    );
  }

  describe(title: string, stage: Stage): void {
    this.title.textContent = title;
    this.title.title = title;
    this.stage.value = stage;
  }

  /** The button is there where there is something to show or to hide. */
  showUnused({ count, shown }: { count: number; shown: boolean }): void {
    this.unused.hidden = count === 0;
    this.unused.setAttribute('aria-pressed', String(shown));
    const nodes = count === 1 ? '1 node' : `${count} nodes`;
    const title = `${shown ? 'Hide' : 'Show'} ${nodes} whose results nothing needs`;
    this.unused.title = title;
    this.unused.setAttribute('aria-label', title);
  }

  showFound(text: string): void {
    this.found.textContent = text;
  }
}

function select(label: string, choices: readonly (readonly [string, string])[]): HTMLSelectElement {
  return element(
    'select',
    { 'aria-label': label, title: label },
    ...choices.map(([value, text]) => element('option', { value }, text)),
  );
}
