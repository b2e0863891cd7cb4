// Mouse, touch pad and keyboard on the board.

import type { Board, BoardActions } from './board';

const DRAG = 4;
const ARROWS = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
} as const;

export function listen(board: Board, actions: BoardActions, focusSearch: () => void): void {
  listenToPointer(board, actions);
  listenToWheel(board);
  listenToKeys(board, actions, focusSearch);
}

function listenToPointer(board: Board, actions: BoardActions): void {
  let from: { x: number; y: number } | undefined;
  let dragged = false;
  board.root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || (event.target as Element).classList.contains('minimap')) return;
    from = { x: event.clientX, y: event.clientY };
    dragged = false;
    board.root.setPointerCapture(event.pointerId);
  });
  board.root.addEventListener('pointermove', (event) => {
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!dragged && Math.hypot(dx, dy) < DRAG) return;
    dragged = true;
    board.root.classList.add('dragging');
    board.pan(dx, dy);
    from = { x: event.clientX, y: event.clientY };
  });
  board.root.addEventListener('pointerup', (event) => {
    board.root.classList.remove('dragging');
    if (from && !dragged) click(board, actions, event);
    from = undefined;
  });
  board.root.addEventListener('dblclick', (event) => {
    const node = board.at(event.clientX, event.clientY);
    if (node?.expandable) actions.toggle(node.id);
  });
}

function click(board: Board, actions: BoardActions, event: PointerEvent): void {
  const node = board.at(event.clientX, event.clientY);
  board.select(node);
  if (!node) return;
  if (board.onToggle(node, event.clientX, event.clientY)) actions.toggle(node.id);
  else if (node.line !== null) actions.reveal(node.id, false);
}

function listenToWheel(board: Board): void {
  board.root.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || !event.shiftKey) {
        const { left, top } = board.root.getBoundingClientRect();
        const factor = Math.exp(-event.deltaY * 0.0015);
        board.zoom(factor, event.clientX - left, event.clientY - top);
      } else {
        board.pan(-event.deltaX || -event.deltaY, 0);
      }
    },
    { passive: false },
  );
}

function listenToKeys(board: Board, actions: BoardActions, focusSearch: () => void): void {
  const keys: Record<string, () => void> = {
    '+': () => board.zoom(1.25),
    '=': () => board.zoom(1.25),
    '-': () => board.zoom(1 / 1.25),
    '0': () => board.fit(),
    '/': focusSearch,
    Escape: () => board.select(undefined),
    Enter: () => {
      const node = board.selection;
      if (node && node.line !== null) actions.reveal(node.id, true);
    },
    ' ': () => {
      const node = board.selection;
      if (node?.expandable) actions.toggle(node.id);
    },
  };
  board.root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = event.key in ARROWS ? ARROWS[event.key as keyof typeof ARROWS] : undefined;
    const act = keys[event.key];
    if (arrow) {
      if (event.shiftKey) board.pan(...panOf(arrow));
      else board.step(arrow);
    } else if (act) act();
    else return;
    event.preventDefault();
  });
}

function panOf(direction: 'up' | 'down' | 'left' | 'right'): [number, number] {
  const far = 80;
  if (direction === 'up') return [0, far];
  if (direction === 'down') return [0, -far];
  return direction === 'left' ? [far, 0] : [-far, 0];
}
