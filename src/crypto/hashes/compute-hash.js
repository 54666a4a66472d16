// Computes hashes as other systems do, on a hashing thread; loaded with the first of them.
// Plain JavaScript for the same reason as the program of the thread.
// @ts-check

import { argon2Sync, createCipheriv, createHash, pbkdf2Sync, scryptSync } from 'node:crypto';

/** @import { ForeignBcrypt, HashParameters } from './hash-types.ts' */

/**
 * The library of bcrypt, which Node.js does not have; loaded with the first of its hashes.
 *
 * @type {typeof import('bcryptjs') | undefined}
 */
let bcrypt;

/** The length of what stands before bcrypt's result: version, cost and salt. */
const bcryptHeadLength = 29;

/**
 * Loads what a kind needs, so that its time is none of the hash's.
 *
 * @param {HashParameters} parameters
 */
export async function prepare(parameters) {
  if (parameters.kind === 'bcrypt') bcrypt ??= await import('bcryptjs');
}

/**
 * The result of a hash over the bytes of a password, which are well-formed UTF-8. `prepare` comes first.
 *
 * @param {Uint8Array} password
 * @param {HashParameters} parameters
 * @returns {Uint8Array}
 */
export function computeHash(password, parameters) {
  switch (parameters.kind) {
    case 'pbkdf2': {
      const { salt, iterations, hashBytes, digest } = parameters;
      const input = parameters.input === 'nfc' ? Buffer.from(textOf(password).normalize('NFC')) : password;
      return pbkdf2Sync(input, salt, iterations, hashBytes, digest);
    }
    case 'bcrypt':
      return computeBcrypt(password, parameters);
    case 'argon2id':
    case 'argon2i': {
      const { kind, memoryKiB, passes, lanes, salt, hashBytes } = parameters;
      const costs = { memory: memoryKiB, passes, parallelism: lanes, tagLength: hashBytes };
      return argon2Sync(kind, { message: password, nonce: salt, ...costs });
    }
    case 'scrypt': {
      const input = parameters.input === 'nfkc' ? Buffer.from(textOf(password).normalize('NFKC')) : password;
      return scrypt(input, parameters.salt, parameters.hashBytes, parameters);
    }
    case 'firebase-scrypt': {
      const { salt, saltSeparator, signerKey } = parameters;
      // The result of 64 bytes is cut to the key of AES-256 in counter mode, which starts at zero.
      const key = scrypt(password, Buffer.concat([salt, saltSeparator]), 64, parameters).subarray(0, 32);
      const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
      return Buffer.concat([cipher.update(signerKey), cipher.final()]);
    }
    case 'digest': {
      const { digest, before, after } = parameters;
      return createHash(digest).update(before).update(password).update(after).digest();
    }
    case 'wrapped':
      return computeHash(computeHash(password, parameters.inner), parameters.outer);
  }
}

/**
 * @param {Uint8Array} password
 * @param {Uint8Array} salt
 * @param {number} hashBytes
 * @param {{ logN: number, r: number, p: number }} costs
 */
function scrypt(password, salt, hashBytes, { logN, r, p }) {
  const N = 2 ** logN;
  // OpenSSL counts the blocks of all lanes too; the bounds of an import keep the memory small.
  return scryptSync(password, salt, hashBytes, { N, r, p, maxmem: 128 * r * (N + p + 2) });
}

/**
 * @param {Uint8Array} password
 * @param {ForeignBcrypt} parameters
 */
function computeBcrypt(password, { input, version, cost, salt, hashBytes }) {
  const text =
    input === 'sha256-hex' ? createHash('sha256').update(password).digest('hex') : textOf(password);
  const setting = `$2${version}$${String(cost).padStart(2, '0')}$${salt}`;
  if (!bcrypt) throw new Error('The library of bcrypt was not loaded.');
  const digits = bcrypt.hashSync(text, setting).slice(bcryptHeadLength);
  return Uint8Array.from(bcrypt.decodeBase64(digits, hashBytes));
}

/** @param {Uint8Array} password */
function textOf(password) {
  return Buffer.from(password).toString();
}
