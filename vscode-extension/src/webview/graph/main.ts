// The graph page: toolbar, board, and a line that says what is going on.

import './graph.css';
import type { FromGraphPage, ToGraphPage } from '../../views/graphMessages';
import type { PlacedNode } from '../../views/picture';
import { button, element, main } from '../dom';
import { Board } from './board';
import { listen } from './input';
import { Toolbar } from './toolbar';

const vscode = acquireVsCodeApi();
const post = (message: FromGraphPage): void => vscode.postMessage(message);

const says = element('div', { class: 'says', role: 'status' });
const notice = element('div', { class: 'notice' });
notice.hidden = true;

const actions = {
  reveal: (id: string, focus: boolean) => post({ kind: 'reveal', id, focus }),
  toggle: (id: string) => post({ kind: 'toggle', id }),
  announce: (text: string) => (says.textContent = text),
};
const board = new Board(actions);

let found: PlacedNode[] = [];
let current = -1;

function search(text: string): void {
  found = board.search(text);
  current = -1;
  board.mark(found.map(({ id }) => id));
  if (text.trim() === '') toolbar.showFound('');
  else if (found.length === 0) toolbar.showFound('none');
  else step(1);
}

/** The boxes are new ones: look for the same text among them, and stay where the view is. */
function searchAgain(): void {
  const text = toolbar.search.value;
  if (text.trim() === '') return;
  found = board.search(text);
  current = -1;
  board.mark(found.map(({ id }) => id));
  toolbar.showFound(found.length === 0 ? 'none' : `${found.length} found`);
}

function step(direction: 1 | -1): void {
  if (found.length === 0) return;
  current = (current + direction + found.length) % found.length;
  board.select(found[current], true);
  toolbar.showFound(`${current + 1} of ${found.length}`);
}

const toolbar = new Toolbar({
  stage: (stage) => post({ kind: 'stage', stage }),
  search,
  searchStep: step,
  zoom: (factor) => board.zoom(factor),
  fit: () => board.fit(),
  openAll: () => post({ kind: 'openAll' }),
  closeAll: () => post({ kind: 'closeAll' }),
  unused: (shown) => post({ kind: 'unused', shown }),
  export: (format) => post({ kind: 'export', format }),
});

main().append(toolbar.root, board.root, notice, says);
listen(board, actions, () => toolbar.search.focus());
toolbar.search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') board.root.focus();
});

function summary({ picture, unused }: Extract<ToGraphPage, { kind: 'picture' }>): string {
  const nodes = picture.nodes.filter(({ kind }) => kind !== 'group').length;
  const drawn = `${nodes} nodes, ${picture.edges.length} edges`;
  if (unused.count === 0) return drawn;
  const more = unused.count === 1 ? '1 node' : `${unused.count} nodes`;
  return unused.shown
    ? `${drawn}; dashed: ${more} whose results nothing needs`
    : `${drawn}; hidden: ${more} whose results nothing needs`;
}

function receive(message: ToGraphPage): void {
  notice.hidden = message.kind !== 'failed';
  switch (message.kind) {
    case 'busy':
      says.textContent = message.text;
      break;
    case 'failed':
      says.textContent = '';
      notice.replaceChildren(
        element('p', {}, message.message),
        ...(message.offerTrace
          ? [button('Trace it', () => post({ kind: 'trace' }), { class: 'primary', id: 'trace' })]
          : []),
      );
      break;
    case 'picture': {
      toolbar.describe(message.title, message.stage);
      board.show(message.picture, message.keepView);
      searchAgain();
      toolbar.showUnused(message.unused);
      says.textContent = summary(message);
      break;
    }
    case 'mark':
      board.mark(message.ids, true);
      break;
  }
}

window.addEventListener('message', (event: MessageEvent<ToGraphPage>) => receive(event.data));
post({ kind: 'ready' });
