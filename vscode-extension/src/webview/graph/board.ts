// The area the graph is drawn on: what is shown, how it is moved, what is chosen.

import type { Picture, PlacedNode } from '../../views/picture';
import { element } from '../dom';
import { CloseUp } from './closeUp';
import { Minimap } from './minimap';
import { Overview } from './overview';
import { areaOf, centre, Scene, touches } from './scene';
import { colours, watchTheme } from './theme';
import { Viewport } from './viewport';

/** With more boxes than this in sight, or text too small to read, the canvas takes over. */
const CLOSE_UP_NODES = 350;
const READABLE = 0.32;
/** A graph of up to so many boxes is first shown at reading size, from its top. */
const BEGIN_AT_TOP = 500;
const READING_SIZE = 0.75;

export interface BoardActions {
  /** `focus`: the user goes there, not only looks there. */
  reveal(id: string, focus: boolean): void;
  toggle(id: string): void;
  announce(text: string): void;
}

export class Board {
  readonly root = element('div', {
    class: 'board',
    tabindex: '0',
    role: 'application',
    'aria-label': 'Graph. Arrow keys follow edges, Enter goes to the source, Space opens a box.',
  });
  private readonly view = new Viewport(1, 1);
  private readonly closeUp = new CloseUp();
  private readonly overview = new Overview();
  private readonly minimap = new Minimap((x, y) => {
    this.view.centreOn(x, y);
    this.draw();
  });
  private scene: Scene | undefined;
  private palette = colours();
  private marked: ReadonlySet<string> = new Set();
  private selected: string | undefined;
  private pending = false;

  constructor(private readonly actions: BoardActions) {
    this.root.append(this.overview.root, this.closeUp.root, this.minimap.root);
    new ResizeObserver(() => this.resize()).observe(this.root);
    watchTheme(() => {
      this.palette = colours();
      if (this.scene) this.minimap.prepare(this.scene, this.palette);
      this.draw();
    });
  }

  show(picture: Picture, keepView: boolean): void {
    const before = this.selected === undefined ? undefined : this.scene?.node(this.selected);
    this.scene = new Scene(picture);
    this.closeUp.clear();
    this.minimap.prepare(this.scene, this.palette);
    const after = this.selected === undefined ? undefined : this.scene.node(this.selected);
    if (!after) this.selected = undefined;
    if (keepView && before && after) {
      // What the user opened or closed stays under the pointer.
      this.view.x += after.x - before.x;
      this.view.y += after.y - before.y;
    } else if (!keepView) {
      this.begin(this.scene);
    }
    this.draw();
  }

  /** All of it where that can be read or is a landscape of thousands, else its beginning. */
  private begin(scene: Scene): void {
    this.fit();
    const first = scene.first();
    if (this.view.scale >= READING_SIZE || scene.nodes.length > BEGIN_AT_TOP || !first) return;
    this.view.startAt(READING_SIZE, centre(first)[0], scene.width);
  }

  fit(): void {
    if (!this.scene) return;
    this.resize();
    this.view.fit(this.scene.width, this.scene.height);
    this.draw();
  }

  zoom(factor: number, x = this.view.width / 2, y = this.view.height / 2): void {
    this.view.zoomAt(x, y, factor);
    this.draw();
  }

  pan(dx: number, dy: number): void {
    this.view.panBy(dx, dy);
    this.draw();
  }

  /** Mark nodes; with `follow`, the view goes to the first of them if none is in sight. */
  mark(ids: readonly string[], follow = false): void {
    this.marked = new Set(ids);
    const nodes = ids.flatMap((id) => this.scene?.node(id) ?? []);
    const { area } = this.view;
    const first = nodes[0];
    if (follow && first && !nodes.some((node) => touches(areaOf(node), area))) {
      this.view.centreOn(...centre(first));
    }
    this.draw();
  }

  search(text: string): PlacedNode[] {
    return this.scene?.search(text) ?? [];
  }

  /** Choose a node; the view moves only if it is out of sight. */
  select(node: PlacedNode | undefined, centred = false): void {
    this.selected = node?.id;
    if (node) {
      const [x, y] = centre(node);
      const { left, top, right, bottom } = this.view.area;
      const hidden = x < left || x > right || y < top || y > bottom;
      if (centred && this.view.scale < 0.6) this.view.scale = 0.9;
      if (centred || hidden) this.view.centreOn(x, y);
      const line = node.line === null ? '' : `, line ${node.line + 1}`;
      this.actions.announce(`${`${node.label} ${node.detail}`.trim()}${line}`);
    }
    this.draw();
  }

  get selection(): PlacedNode | undefined {
    return this.selected === undefined ? undefined : this.scene?.node(this.selected);
  }

  step(direction: 'up' | 'down' | 'left' | 'right'): void {
    const next = this.scene?.neighbour(this.selected ?? '', direction);
    if (next) this.select(next);
  }

  /** The box at a place of the window. */
  at(clientX: number, clientY: number): PlacedNode | undefined {
    const { left, top } = this.root.getBoundingClientRect();
    return this.scene?.at(...this.view.toPicture(clientX - left, clientY - top));
  }

  /** Whether a place of the window is on the mark that opens and closes this box. */
  onToggle(node: PlacedNode, clientX: number, clientY: number): boolean {
    if (!node.expandable) return false;
    const { left, top } = this.root.getBoundingClientRect();
    const [x, y] = this.view.toPicture(clientX - left, clientY - top);
    return x <= node.x + 26 && (!node.open || y <= node.y + 30);
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.root;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.view.width = clientWidth;
    this.view.height = clientHeight;
    this.overview.resize(clientWidth, clientHeight);
    this.draw();
  }

  private draw(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.scene) this.drawNow(this.scene);
    });
  }

  private drawNow(scene: Scene): void {
    const near =
      this.view.scale >= READABLE && scene.nodesIn(this.view.area).length <= CLOSE_UP_NODES;
    this.root.classList.toggle('far', !near);
    if (near) {
      this.closeUp.draw(scene, this.view, this.marked, this.selected);
    } else {
      this.overview.draw(scene, this.view, this.palette, this.marked, this.selected);
    }
    this.minimap.draw(scene, this.view, this.palette);
  }
}
