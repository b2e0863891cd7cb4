// As much of the editor's module as the unit tests touch.

export const version = '1.91.0';

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Disposable {
  constructor(private readonly end: () => void) {}
  dispose(): void {
    this.end();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Uri {
  static parse(text: string): Uri {
    return new Uri(text);
  }
  private constructor(private readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export class MarkdownString {
  isTrusted: unknown = false;
  constructor(readonly value: string) {}
}

export class Hover {
  constructor(
    readonly contents: unknown,
    readonly range?: unknown,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export const ViewColumn = { Beside: -2 };
export const LanguageStatusSeverity = { Information: 0, Warning: 1, Error: 2 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ConfigurationTarget = { Global: 1 };
/** What was appended to output channels, by their names. */
export const outputs = new Map<string, string>();
export const window = {
  createOutputChannel: (name: string) => ({
    append: (text: string) => outputs.set(name, (outputs.get(name) ?? '') + text),
    show: () => undefined,
    dispose: () => undefined,
  }),
};
export const workspace = {};
export const languages = {};
export const commands = {};
export const env = {};
