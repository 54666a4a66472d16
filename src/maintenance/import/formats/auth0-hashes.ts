/** Reads the password hashes that a file for Auth0's bulk import describes (`custom_password_hash`). */

import { digestHash, pbkdf2Hash, type ReadHash, readHash } from '../../../crypto/hashes/read-hash.ts';
import { bytesIn, hexBytes } from '../reading/base64.ts';
import { type Document, documentIn, field } from '../reading/documents.ts';
import { malformedHash, textOf } from '../reading/made-records.ts';

const digests = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** The PHC string that Auth0 asks for. */
const pbkdf2 = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,10}),l=\d+\$([\w+/=-]+)\$([\w+/=-]+)$/;

/** Its hash; scrypt, HMAC, MD4 and LDAP are not supported. */
export function customHash(custom: Document): ReadHash {
  const algorithm = textOf(field(custom, 'algorithm'))?.toLowerCase();
  const hash = documentIn(custom, 'hash');
  const value = textOf(field(hash, 'value')) ?? textOf(field(custom, 'hash')) ?? '';
  if (algorithm === 'bcrypt' || algorithm === 'argon2') return readHash(value);
  if (algorithm === 'pbkdf2') return pbkdf2Of(value);
  const digest = digests.find((name) => name === algorithm);
  if (digest === undefined)
    return { problem: 'unsupported_hash', message: 'The hash is of an algorithm that is not supported.' };
  const salt = documentIn(custom, 'salt');
  const hashBytes = decoded(value, textOf(field(hash, 'encoding')) ?? (hexBytes(value) ? 'hex' : 'base64'));
  const saltBytes = decoded(textOf(field(salt, 'value')) ?? '', textOf(field(salt, 'encoding')) ?? 'utf8');
  const passwords = textOf(field(documentIn(custom, 'password'), 'encoding')) ?? 'utf8';
  if (passwords !== 'utf8')
    return { problem: 'unsupported_hash', message: 'The hash is over passwords that are not in UTF-8.' };
  if (!hashBytes || !saltBytes) return malformedHash('The hash or its salt is not in its encoding.');
  const isAfter = field(salt, 'position') === 'suffix';
  return digestHash(digest, hashBytes, isAfter ? { after: saltBytes } : { before: saltBytes });
}

function pbkdf2Of(value: string): ReadHash {
  const [, digest, iterations, salt = '', hash = ''] = pbkdf2.exec(value) ?? [];
  if (digest === undefined) return readHash(value);
  const [saltBytes, hashBytes] = [bytesIn(salt), bytesIn(hash)];
  if (!saltBytes || !hashBytes) return malformedHash('The hash or its salt is not in base64.');
  return pbkdf2Hash(digest as 'sha1', Number(iterations), saltBytes, hashBytes);
}

function decoded(text: string, encoding: string): Uint8Array | undefined {
  if (encoding === 'hex') return hexBytes(text);
  if (encoding === 'base64') return bytesIn(text);
  return encoding === 'utf8' ? Buffer.from(text) : undefined;
}
