// The extension's own settings, read and checked. What the server reads it asks for itself.

export type Notifications = 'off' | 'onError' | 'onWarning' | 'always';

export interface Settings {
  readonly args: readonly string[];
  readonly path: readonly string[];
  readonly importStrategy: 'useBundled' | 'fromEnvironment';
  readonly interpreter: readonly string[];
  readonly cwd: string;
  readonly showNotifications: Notifications;
  readonly workerInterpreter: string;
}

/** The part of `vscode.WorkspaceConfiguration` that is needed. */
export interface Configuration {
  get(section: string): unknown;
}

const NOTIFICATIONS: readonly Notifications[] = ['off', 'onError', 'onWarning', 'always'];

/** Settings whose change asks for a new server process. */
export const NEEDS_RESTART = [
  'args',
  'path',
  'importStrategy',
  'interpreter',
  'cwd',
  'worker.interpreter',
].map((name) => `graphlens.${name}`);

function strings(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is string => typeof item === 'string' && item !== '');
}

/**
 * The settings as they hold now. Values of the wrong type count as absent.
 *
 * In a workspace that is not trusted VS Code already leaves out what the workspace says of the
 * restricted ones; the server is then the bundled one whatever the user's own settings are.
 */
export function readSettings(configuration: Configuration, trusted: boolean): Settings {
  const text = (name: string): string => {
    const value = configuration.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const notifications = text('showNotifications') as Notifications;
  return {
    args: trusted ? strings(configuration.get('args')) : [],
    path: trusted ? strings(configuration.get('path')) : [],
    importStrategy:
      trusted && text('importStrategy') === 'fromEnvironment' ? 'fromEnvironment' : 'useBundled',
    interpreter: strings(configuration.get('interpreter')),
    cwd: text('cwd'),
    showNotifications: NOTIFICATIONS.includes(notifications) ? notifications : 'onError',
    workerInterpreter: text('worker.interpreter'),
  };
}
