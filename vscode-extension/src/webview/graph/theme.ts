// The theme's colours, for what is drawn on a canvas (what is SVG gets them from the style sheet).

export interface Colours {
  readonly node: string;
  readonly input: string;
  readonly constant: string;
  readonly edge: string;
  readonly control: string;
  readonly marked: string;
  readonly frame: string;
}

export function colours(): Colours {
  const style = getComputedStyle(document.body);
  const of = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  const text = of('--vscode-foreground', '#888888');
  return {
    node: of('--vscode-charts-blue', text),
    input: of('--vscode-charts-green', text),
    constant: of('--vscode-descriptionForeground', text),
    edge: of('--vscode-descriptionForeground', text),
    control: of('--vscode-charts-orange', text),
    marked: of('--vscode-charts-yellow', text),
    frame: of('--vscode-focusBorder', text),
  };
}

/** Calls `changed` when the editor's theme changes. */
export function watchTheme(changed: () => void): void {
  new MutationObserver(changed).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
}
