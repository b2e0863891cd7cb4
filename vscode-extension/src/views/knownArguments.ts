// Arguments that need not be asked for.

import type { TracedFunction } from '../protocol';

/** What a function can be called with without asking. */
export function knownArguments({
  lastArguments,
  examples,
  parameters,
}: TracedFunction): string[] | undefined {
  if (lastArguments) return lastArguments;
  if (examples[0]) return examples[0];
  const needed = parameters.some(
    ({ kind, default: value, spec }) =>
      (kind === 'positional' || kind === 'keyword') && value === null && spec === null,
  );
  return needed ? undefined : [];
}
