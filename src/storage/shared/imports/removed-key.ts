/** The key of the mark that an imported account was removed here, so that no other import brings it back (ruling I4). */

import type { Digest } from '../audit-chain.ts';

/** It contains neither the id of the user nor a name. User ids have no spaces. */
export function removedKeyOf(digest: Digest, source: string, userId: string): string {
  return digest(`${source} ${userId}`);
}
