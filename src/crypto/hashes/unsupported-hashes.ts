/** Names the kinds of hash that are not imported, so that the report can say what is there. */

import type { HashProblem } from './hash-types.ts';

/** Beginnings or forms, and what they are called; the first that fits counts. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^\$2x?\$/, 'bcrypt from a version with a known fault (2 or 2x)'],
  [/^\$bcrypt-sha256\$/, "passlib's bcrypt_sha256"],
  [/^\$[PH]\$/, 'PHPass'],
  [/^\$S\$/, "Drupal's SHA-512"],
  [/^\$wp\$/, "WordPress's bcrypt of an HMAC"],
  [/^\$[56]\$/, 'SHA-crypt'],
  [/^\$(?:1|apr1)\$/, 'MD5-crypt'],
  [/^\$(?:y|gy|7)\$/, 'yescrypt'],
  [/^\$argon2d\$/, 'Argon2d'],
  [/^\$argon2id?\$(?!v=19\$)/, 'Argon2 of a version before 1.3'],
  [/^\{S(?:MD5|SHA\d*)\}/i, "LDAP's salted digest (SSHA)"],
  [/^\{[\w-]+\}/, "LDAP's scheme"],
  [/^\*[\dA-F]{40}$/, "MySQL's digest"],
  [/^(?:crypt|unsalted_\w+|plain|bcrypt_sha256)\$/, 'a hasher of Django or Werkzeug that is not read'],
  [/^sha\d+\$/, "Werkzeug's HMAC"],
  [/^[\da-f]+$/i, 'bare hexadecimal digits, which name no algorithm: say which one it is'],
  [/^[./\dA-Za-z]{13}$/, 'DES-crypt'],
];

/** A problem that names the kind of a hash; what fits none is called unknown, and nothing of it is repeated. */
export function unsupportedKind(text: string): HashProblem {
  if (text === '') return { problem: 'malformed_hash', message: 'The hash is empty.' };
  const known = /^\$(?:pbkdf2|2[aby]|argon2id?\$v=19|scrypt|fbscrypt|digest|wrapped|unwrapped)/.exec(
    text,
  )?.[0];
  if (known !== undefined) {
    const message = `The hash begins with ${known}, and does not go on in the form of its kind.`;
    return { problem: 'malformed_hash', message };
  }
  const name = kinds.find(([form]) => form.test(text))?.[1];
  const message = name === undefined ? 'The kind of the hash is unknown.' : `The hash is ${name}.`;
  return { problem: 'unsupported_hash', message };
}
