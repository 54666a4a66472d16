/** Reads the spellings of Werkzeug, which Flask uses. */

import { malformed, pbkdf2Hash, scryptHash } from './build-hash.ts';
import { fromHex } from './encodings.ts';
import type { ForeignPbkdf2, ReadHash } from './hash-types.ts';

const pbkdf2Form = /^pbkdf2:(sha1|sha256|sha384|sha512):([1-9]\d{0,11})\$([^$]+)\$([\da-f]+)$/;
const scryptForm = /^scrypt:([1-9]\d{0,11}):([1-9]\d{0,11}):([1-9]\d{0,11})\$([^$]+)\$([\da-f]+)$/;

/** Reads `pbkdf2:sha256:N$salt$hex` and `scrypt:N:r:p$salt$hex`; `undefined` for any other beginning. Salts are texts. */
export function readWerkzeug(text: string): ReadHash | undefined {
  if (text.startsWith('pbkdf2:')) {
    const [, digest, iterations, salt = '', hashText = ''] = pbkdf2Form.exec(text) ?? [];
    const hash = fromHex(hashText);
    if (!digest || !hash) return notOf('pbkdf2');
    return pbkdf2Hash(digest as ForeignPbkdf2['digest'], Number(iterations), Buffer.from(salt), hash);
  }
  if (text.startsWith('scrypt:')) {
    const [, n, r, p, salt = '', hashText = ''] = scryptForm.exec(text) ?? [];
    const hash = fromHex(hashText);
    if (!n || !hash) return notOf('scrypt');
    return scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, Buffer.from(salt), hash);
  }
  return undefined;
}

function notOf(method: string): ReadHash {
  return malformed(
    `The hash begins like Werkzeug's ${method}, and does not go on with its parameters, a salt and a hash.`,
  );
}
