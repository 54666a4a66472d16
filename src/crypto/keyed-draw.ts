/** Draws numbers that look random, and are the same for the same key and text. */

import { createHmac } from 'node:crypto';

/** A number above 0 and at most 1, uniformly distributed over texts. Without the key, nothing is known of it. */
export function drawn(keyHex: string, text: string): number {
  const digest = createHmac('sha256', Buffer.from(keyHex, 'hex')).update(text).digest();
  return (digest.readUIntBE(0, 6) + 1) / 2 ** 48;
}
