/** Reads the spellings of Django's password hashers. */

import { digestHash, malformed, pbkdf2Hash, scryptHash } from './build-hash.ts';
import { fromBase64, fromHex } from './encodings.ts';
import type { ReadHash } from './hash-types.ts';
import { noPassword } from './stored-hash.ts';

/**
 * Reads a spelling of Django; `undefined` if it is none. Salts are texts. What Django prefixes with the name of a library
 * (`bcrypt$`, `argon2$`) is in a common spelling, which `readRest` reads. `bcrypt_sha256$` is a stored form.
 */
export function readDjango(text: string, readRest: (text: string) => ReadHash): ReadHash | undefined {
  // An unusable password: the mark, and random characters.
  if (/^!\w*$/.test(text)) return { stored: noPassword };
  const [algorithm = '', ...parts] = text.split('$');
  const [first = '', second = '', third = ''] = parts;
  switch (algorithm) {
    case 'pbkdf2_sha256':
    case 'pbkdf2_sha1': {
      const hash = fromBase64(third);
      if (parts.length !== 3 || !hash || !isWhole(first)) return notOf(algorithm);
      const digest = algorithm === 'pbkdf2_sha1' ? 'sha1' : 'sha256';
      return pbkdf2Hash(digest, Number(first), Buffer.from(second), hash);
    }
    case 'bcrypt':
      return /^bcrypt\$\$2/.test(text) ? readRest(text.slice('bcrypt$'.length)) : notOf(algorithm);
    case 'argon2':
      return /^argon2\$argon2/.test(text) ? readRest(text.slice('argon2'.length)) : notOf(algorithm);
    case 'scrypt': {
      const [n, salt = '', r, p, hashText = ''] = parts;
      const hash = fromBase64(hashText);
      if (parts.length !== 5 || !hash || ![n, r, p].every(isWhole)) return notOf(algorithm);
      return scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, Buffer.from(salt), hash);
    }
    case 'md5':
    case 'sha1': {
      const hash = fromHex(second);
      if (parts.length !== 2 || !hash) return notOf(algorithm);
      return digestHash(algorithm, hash, { before: Buffer.from(first) });
    }
    default:
      return undefined;
  }
}

function isWhole(text: string | undefined): boolean {
  return /^[1-9]\d{0,11}$/.test(text ?? '');
}

function notOf(algorithm: string): ReadHash {
  return malformed(`The hash begins like Django's ${algorithm}, and does not go on like it.`);
}
