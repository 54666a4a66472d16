/** Hashes the session ids of other systems where they are read, so that they go no further. */

import { digest } from '../../crypto/ids.ts';
import { idShape } from '../../http/request/session-id.ts';
import type { Fault } from './records.ts';

const misshapen: Fault = {
  reason: 'session_id_form',
  message: 'Its id is not 15 to 36 letters, digits and hyphens: no client could present it here.',
};

/** The SHA-256 of an id, as 64 hexadecimal digits; a fault if it has not the shape of every session id of this server. */
export function hashedSessionId(id: string): string | Fault {
  return idShape.test(id) ? digest(id) : misshapen;
}
