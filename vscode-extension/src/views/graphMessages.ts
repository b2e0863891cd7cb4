// What the graph page and the extension say to each other.

import type { Picture } from './picture';

export type Stage = 'before' | 'after';
export const FORMATS = ['svg', 'dot', 'json', 'onnx'] as const;
export type Format = (typeof FORMATS)[number];

export type ToGraphPage =
  | { kind: 'busy'; text: string }
  | { kind: 'failed'; message: string; offerTrace: boolean }
  | {
      kind: 'picture';
      title: string;
      stage: Stage;
      picture: Picture;
      keepView: boolean;
      /** How many nodes nothing needs, and whether they are in the picture. */
      unused: { count: number; shown: boolean };
    }
  | { kind: 'mark'; ids: string[] };

export type FromGraphPage =
  | { kind: 'ready' | 'openAll' | 'closeAll' | 'trace' }
  | { kind: 'toggle'; id: string }
  | { kind: 'reveal'; id: string; focus: boolean }
  | { kind: 'stage'; stage: Stage }
  | { kind: 'unused'; shown: boolean }
  | { kind: 'export'; format: Format };

const LONGEST_ID = 10_000;
const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_ID;

const isFormat = (value: unknown): value is Format => FORMATS.some((format) => format === value);

/** A message that came out of the page, if it is one of ours in every part. */
export function parseFromGraphPage(message: unknown): FromGraphPage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind, id, focus, stage, format, shown } = message as Record<string, unknown>;
  switch (kind) {
    case 'ready':
    case 'openAll':
    case 'closeAll':
    case 'trace':
      return { kind };
    case 'toggle':
      return isId(id) ? { kind, id } : undefined;
    case 'reveal':
      return isId(id) && typeof focus === 'boolean' ? { kind, id, focus } : undefined;
    case 'stage':
      return stage === 'before' || stage === 'after' ? { kind, stage } : undefined;
    case 'unused':
      return typeof shown === 'boolean' ? { kind, shown } : undefined;
    case 'export':
      return isFormat(format) ? { kind, format } : undefined;
    default:
      return undefined;
  }
}
