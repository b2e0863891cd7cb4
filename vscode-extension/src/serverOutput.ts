// What the server writes beside the protocol, at the log level that each line names.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

const LEVELS: Record<string, Level> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
};

// Colours and cursor movements, as terminals know them.
// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** Text without the sequences that only a terminal understands. */
export const withoutEscapes = (text: string): string => text.replace(ESCAPES, '');

export interface Channel {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Passes lines on; those without a level (the rest of a traceback) have the one before. */
export class LevelledLines {
  private level: Level = 'error';

  constructor(private readonly channel: Channel) {}

  add(line: string): void {
    const clean = withoutEscapes(line);
    const match = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b:?\s*/.exec(clean);
    this.level = (match && LEVELS[match[1] ?? '']) ?? this.level;
    this.channel[this.level](match ? clean.slice(match[0].length) : clean);
  }
}

/** The client's handlers of both streams; the protocol itself goes elsewhere. */
export function handlers(): Record<
  'stdout' | 'stderr',
  (input: Readable, channel: Channel) => void
> {
  const read = (input: Readable, channel: Channel): void => {
    const lines = new LevelledLines(channel);
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => lines.add(line));
  };
  return { stdout: read, stderr: read };
}
