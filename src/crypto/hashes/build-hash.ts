/** Brings a hash into its stored form whose parts another system keeps apart. */

import { beyondBounds } from './hash-bounds.ts';
import type {
  DigestName,
  ForeignArgon2,
  ForeignHash,
  ForeignPbkdf2,
  HashProblem,
  ReadHash,
} from './hash-types.ts';
import { formatStored } from './stored-hash.ts';

/** PBKDF2 over the raw bytes of the password. */
export function pbkdf2Hash(
  digest: ForeignPbkdf2['digest'],
  iterations: number,
  salt: Uint8Array,
  hash: Uint8Array,
): ReadHash {
  const lengths = { saltBytes: salt.byteLength, hashBytes: hash.byteLength };
  return stored({ parameters: { kind: 'pbkdf2', digest, iterations, salt, ...lengths }, hash });
}

/** Argon2 version 1.3. */
export function argon2Hash(
  kind: ForeignArgon2['kind'],
  costs: Pick<ForeignArgon2, 'memoryKiB' | 'passes' | 'lanes'>,
  salt: Uint8Array,
  hash: Uint8Array,
): ReadHash {
  return stored({ parameters: { kind, ...costs, salt, hashBytes: hash.byteLength }, hash });
}

/** scrypt. `n` is N itself; one that is no power of two is a problem. `nfkc`: the password is normalised first. */
export function scryptHash(
  { n, r, p, input = 'raw' }: { n: number; r: number; p: number; input?: 'raw' | 'nfkc' },
  salt: Uint8Array,
  hash: Uint8Array,
): ReadHash {
  const logN = Math.log2(n);
  if (!Number.isInteger(logN)) return malformed(`scrypt's N is a power of two, and not ${n}.`);
  return stored({
    parameters: { kind: 'scrypt', input, logN, r, p, salt, hashBytes: hash.byteLength },
    hash,
  });
}

/** Firebase's parameters of a project: `rounds` is r, `memCost` the power of two of N. */
export interface FirebaseProject {
  readonly signerKey: Uint8Array;
  readonly saltSeparator: Uint8Array;
  readonly rounds: number;
  readonly memCost: number;
}

/** Firebase's scrypt. The signer key is stored beside each hash, because no hash can be verified without it. */
export function firebaseScryptHash(
  { signerKey, saltSeparator, rounds, memCost }: FirebaseProject,
  salt: Uint8Array,
  hash: Uint8Array,
): ReadHash {
  const costs = { logN: memCost, r: rounds, p: 1 };
  const keys = { salt, saltSeparator, signerKey, hashBytes: hash.byteLength };
  return stored({ parameters: { kind: 'firebase-scrypt', ...costs, ...keys }, hash });
}

/** One digest over `before`, the password and `after`: both are salts, and empty by default. */
export function digestHash(
  digest: DigestName,
  hash: Uint8Array,
  { before = new Uint8Array(), after = new Uint8Array() }: { before?: Uint8Array; after?: Uint8Array } = {},
): ReadHash {
  return stored({ parameters: { kind: 'digest', digest, before, after, hashBytes: hash.byteLength }, hash });
}

/** The stored form of a hash whose parameters keep the bounds. */
export function stored(hash: ForeignHash): ReadHash {
  if (!hasWholeCosts(hash)) return malformed('The parameters of the hash are no whole numbers.');
  const beyond = beyondBounds(hash.parameters);
  return beyond === undefined
    ? { stored: formatStored(hash) }
    : { problem: 'hash_out_of_bounds', message: beyond };
}

export function malformed(message: string): HashProblem {
  return { problem: 'malformed_hash', message };
}

function hasWholeCosts({ parameters }: ForeignHash): boolean {
  return Object.values(parameters).every((value) => typeof value !== 'number' || Number.isSafeInteger(value));
}
