/** How the id of a session is spelled. */

import { newToken, newUuid } from '../../crypto/ids.ts';

/** How an id is spelled: a version 4 UUID, or 26 characters of `[a-z0-9]` (ruling G6). */
export type IdFormat = 'uuid' | 'token';

/** A new id. */
export function newId(idFormat: IdFormat): string {
  return idFormat === 'uuid' ? newUuid() : newToken();
}

/** A new id of the spelling of another. */
export function idLike(id: string): string {
  return newId(id.includes('-') ? 'uuid' : 'token');
}
