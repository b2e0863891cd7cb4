// What the graph page and the extension say to each other.

import type { Picture } from './picture';

export type Stage = 'before' | 'after';
export type Format = 'svg' | 'dot' | 'json';

export type ToGraphPage =
  | { kind: 'busy'; text: string }
  | { kind: 'failed'; message: string; offerTrace: boolean }
  | { kind: 'picture'; title: string; stage: Stage; picture: Picture; keepView: boolean }
  | { kind: 'mark'; ids: string[] };

export type FromGraphPage =
  | { kind: 'ready' | 'openAll' | 'closeAll' | 'trace' }
  | { kind: 'toggle' | 'reveal'; id: string }
  | { kind: 'stage'; stage: Stage }
  | { kind: 'export'; format: Format };

const LONGEST_ID = 10_000;

/** A message that came out of the page, if it is one of ours in every part. */
export function parseFromGraphPage(message: unknown): FromGraphPage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind, id, stage, format } = message as Record<string, unknown>;
  switch (kind) {
    case 'ready':
    case 'openAll':
    case 'closeAll':
    case 'trace':
      return { kind };
    case 'toggle':
    case 'reveal':
      return typeof id === 'string' && id.length <= LONGEST_ID ? { kind, id } : undefined;
    case 'stage':
      return stage === 'before' || stage === 'after' ? { kind, stage } : undefined;
    case 'export':
      return format === 'svg' || format === 'dot' || format === 'json'
        ? { kind, format }
        : undefined;
    default:
      return undefined;
  }
}
