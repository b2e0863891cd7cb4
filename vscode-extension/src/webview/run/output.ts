// Printed text, while tracing on one side and while running on the other.

import type { Printed } from '../../protocol';
import { element } from '../dom';

const PHASES = [
  ['tracing', 'Printed while tracing', 'once for each signature'],
  ['running', 'Printed while running', 'at each call'],
] as const;

export class Output {
  readonly root = element('div', { class: 'output' });
  private readonly texts = new Map<Printed['phase'], HTMLElement>();

  constructor(printed: readonly Printed[] = []) {
    for (const [phase, title, when] of PHASES) {
      const text = element('pre', { class: `printed ${phase}`, tabindex: '0' });
      this.texts.set(phase, text);
      this.root.append(
        element(
          'section',
          {},
          element('h2', {}, title, ' ', element('span', { class: 'note' }, when)),
          text,
        ),
      );
    }
    for (const each of printed) this.add(each);
  }

  add({ phase, stream, text }: Printed): void {
    let place = this.texts.get(phase);
    if (!place) {
      place = element('pre', { class: `printed ${phase}` });
      this.texts.set(phase, place);
      this.root.prepend(
        element('section', { class: 'wide' }, element('h2', {}, `Printed while ${phase}`), place),
      );
    }
    place.append(stream === 'stderr' ? element('span', { class: 'stderr' }, text) : text);
  }
}
