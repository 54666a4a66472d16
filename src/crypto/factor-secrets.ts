/** Makes the secrets of second factors. */

import { randomBytes } from 'node:crypto';
import { randomText } from './ids.ts';

/** Characters that are not taken for each other on paper: no `0`, `1`, `i`, `l`, `o` and `u`. */
const paperAlphabet = 'abcdefghjkmnpqrstvwxyz23456789';

/** 16 characters that can be read from paper: 78 random bits. */
export function newRecoveryCode(): string {
  return randomText(16, paperAlphabet);
}

/** Random bytes for a secret that is kept encrypted, in a buffer of their own. */
export function randomSecret(bytes: number): ArrayBuffer {
  return new Uint8Array(randomBytes(bytes)).buffer;
}
