/** The parts of the password hashes that other systems make: how each is computed, and its result. */

import type { Pbkdf2Parameters } from '../phc.ts';

/** PBKDF2 over the raw bytes of a password; `nfc` normalises it first, as Gatehouse does in a hash that is to be wrapped. */
export interface ForeignPbkdf2 extends Pbkdf2Parameters {
  readonly kind: 'pbkdf2';
  readonly input?: 'nfc';
  readonly salt: Uint8Array;
}

/** bcrypt over the first 72 bytes; `sha256-hex` gives it the SHA-256 of the password in hexadecimal digits, as Django does. */
export interface ForeignBcrypt {
  readonly kind: 'bcrypt';
  readonly input: 'raw' | 'sha256-hex';
  readonly version: 'a' | 'b' | 'y';
  readonly cost: number;
  /** The salt in bcrypt's own base64: 22 characters. */
  readonly salt: string;
  readonly hashBytes: number;
}

/** Argon2 version 1.3 (RFC 9106). */
export interface ForeignArgon2 {
  readonly kind: 'argon2id' | 'argon2i';
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Uint8Array;
  readonly hashBytes: number;
}

/** scrypt (RFC 7914) with N = 2^`logN`; `nfkc` normalises the password first, as better-auth does. */
export interface ForeignScrypt {
  readonly kind: 'scrypt';
  readonly input: 'raw' | 'nfkc';
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly hashBytes: number;
}

/** Firebase's scrypt: its result is a key, and the hash is the project's signer key, encrypted with it. */
export interface FirebaseScrypt {
  readonly kind: 'firebase-scrypt';
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly saltSeparator: Uint8Array;
  readonly signerKey: Uint8Array;
  readonly hashBytes: number;
}

/** One digest over a password between two salts, either of which may be empty. */
export interface ForeignDigest {
  readonly kind: 'digest';
  readonly digest: DigestName;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly hashBytes: number;
}

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** What is cheap to guess: it must not be at rest as it is (ruling I3). */
export type Wrappable = ForeignPbkdf2 | ForeignDigest;

/** PBKDF2 over the result of another hash (ruling I3). */
export interface WrappedHash {
  readonly kind: 'wrapped';
  readonly inner: Wrappable;
  readonly outer: ForeignPbkdf2;
  readonly hashBytes: number;
}

/** What is computed over a password, without the result. */
export type HashParameters =
  | ForeignPbkdf2
  | ForeignBcrypt
  | ForeignArgon2
  | ForeignScrypt
  | FirebaseScrypt
  | ForeignDigest
  | WrappedHash;

/** A hash with all that is needed to compute it again. */
export interface ForeignHash {
  readonly parameters: HashParameters;
  readonly hash: Uint8Array;
}

/** Why a hash is not imported; the message has no part of the hash in it. */
export interface HashProblem {
  readonly problem: 'unsupported_hash' | 'malformed_hash' | 'hash_out_of_bounds';
  /** A sentence for people. */
  readonly message: string;
}

/** A hash in stored form, or why there is none. */
export type ReadHash = { readonly stored: string } | HashProblem;
