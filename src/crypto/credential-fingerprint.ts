/** Names a stored password hash in tokens, which end with it. */

import { digest } from './ids.ts';

/** Identifies a stored hash without revealing it: another password has another one. */
export function fingerprintOf(passwordHash: string): string {
  return digest(passwordHash).slice(0, 32);
}
