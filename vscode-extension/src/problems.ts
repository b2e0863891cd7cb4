// Failures that the user can do something about, and the ways out that are offered with each.

export interface WayOut {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

export const SHOW_LOG: WayOut = { title: 'Show Log', command: 'graphlens.showLog' };
export const RESTART: WayOut = { title: 'Restart Server', command: 'graphlens.restart' };
export const INTERPRETER_SETTING: WayOut = {
  title: 'Open Setting',
  command: 'workbench.action.openSettings',
  args: ['graphlens.interpreter'],
};
/** Of the Python extension; offered only where that is installed. */
export const SELECT_INTERPRETER: WayOut = {
  title: 'Select Interpreter',
  command: 'python.setInterpreter',
};

/** An error whose message says what to do, with buttons that do it. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly waysOut: readonly WayOut[],
  ) {
    super(message);
  }
}

export function waysOutOf(error: unknown): readonly WayOut[] {
  return error instanceof Problem ? error.waysOut : [];
}
