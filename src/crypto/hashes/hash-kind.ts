/** Names the cost of a stored hash: equal for hashes that take equally long to verify (ruling I5). */

import { costOf } from './hash-cost.ts';
import { parseStored, readPhc } from './stored-hash.ts';

/** The kind of a text that no password matches. */
export const noKind = 'none';

/** The kind of a stored hash in any stored form. */
export function hashKindOf(stored: string): string {
  const own = readPhc(stored);
  const parameters = own ? ({ kind: 'pbkdf2', ...own } as const) : parseStored(stored)?.parameters;
  return parameters ? costOf(parameters).kind : noKind;
}
