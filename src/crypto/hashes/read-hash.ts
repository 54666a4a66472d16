/** Reads a password hash of another system in any spelling that names its kind, and brings it into its stored form. */

import { readAspNetIdentity } from './aspnet-identity.ts';
import { malformed, scryptHash, stored } from './build-hash.ts';
import { readDjango } from './django.ts';
import { fromHex } from './encodings.ts';
import type { ReadHash } from './hash-types.ts';
import { noPassword, parseStored, readPhc, unwrappedMark } from './stored-hash.ts';
import { unsupportedKind } from './unsupported-hashes.ts';
import { readWerkzeug } from './werkzeug.ts';

export {
  argon2Hash,
  digestHash,
  type FirebaseProject,
  firebaseScryptHash,
  pbkdf2Hash,
  scryptHash,
} from './build-hash.ts';
export type { HashProblem, ReadHash } from './hash-types.ts';

/** A longer text is no hash, in characters. */
const maxLength = 2_048;

/**
 * Reads the hashes of Gatehouse (its own, and every stored form), passlib, Django, Werkzeug, ASP.NET Identity, better-auth
 * and Supabase, and the common spellings of bcrypt, Argon2 and scrypt. It never throws, and its time is linear in the text.
 *
 * A digest in bare hexadecimal digits names neither its kind nor its salt: `digestHash` takes them.
 */
export function readHash(text: string): ReadHash {
  if (text.length > maxLength) return malformed(`The hash has more than ${maxLength} characters.`);
  return (
    readOwn(text) ??
    readStored(text) ??
    readPasslibSha1(text) ??
    readDjango(text, readHash) ??
    readWerkzeug(text) ??
    readBetterAuth(text) ??
    readAspNetIdentity(text) ??
    unsupportedKind(text)
  );
}

/** A hash in the form of Gatehouse may come from elsewhere, so it keeps the bounds too; it stays as it is written. */
function readOwn(text: string): ReadHash | undefined {
  if (text === noPassword) return { stored: noPassword };
  const own = readPhc(text);
  if (!own) return undefined;
  const { hash, ...parameters } = own;
  const read = stored({ parameters: { kind: 'pbkdf2', ...parameters }, hash });
  return 'stored' in read ? { stored: text } : read;
}

function readStored(text: string): ReadHash | undefined {
  const hash = parseStored(text);
  if (!hash) return undefined;
  const read = stored(hash);
  return 'stored' in read && text.startsWith(unwrappedMark)
    ? { stored: `${unwrappedMark}${read.stored}` }
    : read;
}

/** passlib leaves out the name of SHA-1. */
function readPasslibSha1(text: string): ReadHash | undefined {
  return text.startsWith('$pbkdf2$') ? readStored(text.replace('$pbkdf2$', '$pbkdf2-sha1$')) : undefined;
}

/** better-auth salts with the hexadecimal digits, not with the bytes that they stand for. */
function readBetterAuth(text: string): ReadHash | undefined {
  const [, salt = '', hashText = ''] = /^([\da-f]{32}):([\da-f]{128})$/.exec(text) ?? [];
  const hash = fromHex(hashText);
  if (salt === '' || !hash) return undefined;
  return scryptHash({ n: 16_384, r: 16, p: 1, input: 'nfkc' }, Buffer.from(salt), hash);
}
