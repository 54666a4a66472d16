/** The bounds of what is imported: one verification takes about a second and a half of one core, and 128 MiB, at most. */

import { blocksOf } from './hash-cost.ts';
import type { DigestName, HashParameters } from './hash-types.ts';

/** Each bound is included. A server verifies one hash on each hashing thread at a time: the memory is for each of them. */
export const hashBounds = {
  /** PBKDF2's iterations, times the blocks of its result. */
  pbkdf2Iterations: 4_000_000,
  bcryptMinCost: 4,
  bcryptMaxCost: 14,
  argon2MemoryKiB: 131_072,
  /** Memory in KiB, times the passes. */
  argon2Work: 2_097_152,
  argon2Lanes: 16,
  argon2MinSaltBytes: 8,
  scryptMemoryBytes: 134_217_728,
  /** N·r·p. */
  scryptWork: 4_194_304,
  saltBytes: 256,
  minHashBytes: 16,
  maxHashBytes: 128,
} as const;

/** The length of each digest, in bytes. */
const digestBytes: Readonly<Record<DigestName, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** What is beyond a bound, in a sentence with figures; `undefined` if nothing is. */
export function beyondBounds(parameters: HashParameters): string | undefined {
  return costBeyond(parameters) ?? lengthBeyond(parameters);
}

function costBeyond(parameters: HashParameters): string | undefined {
  const bounds = hashBounds;
  switch (parameters.kind) {
    case 'pbkdf2': {
      const blocks = blocksOf(parameters);
      const what = blocks > 1 ? `PBKDF2's iterations times ${blocks} blocks` : "PBKDF2's iterations";
      return range(what, parameters.iterations * blocks, 1, bounds.pbkdf2Iterations);
    }
    case 'bcrypt':
      return range("bcrypt's cost", parameters.cost, bounds.bcryptMinCost, bounds.bcryptMaxCost);
    case 'argon2id':
    case 'argon2i': {
      const { memoryKiB, passes, lanes } = parameters;
      return (
        range("Argon2's lanes", lanes, 1, bounds.argon2Lanes) ??
        // Eight blocks of 1 KiB for each lane (RFC 9106, section 3.1).
        range("Argon2's memory in KiB", memoryKiB, 8 * lanes, bounds.argon2MemoryKiB) ??
        range("Argon2's passes", passes, 1, bounds.argon2Work) ??
        range("Argon2's memory in KiB times its passes", memoryKiB * passes, 1, bounds.argon2Work)
      );
    }
    case 'scrypt':
    case 'firebase-scrypt': {
      const { logN, r, p } = parameters;
      return (
        range("scrypt's N as a power of two", logN, 1, 30) ??
        range("scrypt's r", r, 1, bounds.scryptWork) ??
        range("scrypt's p", p, 1, bounds.scryptWork) ??
        range("scrypt's memory, 128·N·r in bytes,", 128 * 2 ** logN * r, 1, bounds.scryptMemoryBytes) ??
        range("scrypt's N·r·p", 2 ** logN * r * p, 1, bounds.scryptWork)
      );
    }
    case 'digest':
      return undefined;
    case 'wrapped':
      return costBeyond(parameters.outer) ?? costBeyond(parameters.inner);
  }
}

function lengthBeyond(parameters: HashParameters): string | undefined {
  const bounds = hashBounds;
  switch (parameters.kind) {
    case 'bcrypt':
      return undefined;
    case 'digest': {
      const { digest, before, after, hashBytes } = parameters;
      const bytes = digestBytes[digest];
      return (
        range(`The length of ${digest} in bytes`, hashBytes, bytes, bytes) ??
        range('The length of the salts in bytes', before.byteLength + after.byteLength, 0, bounds.saltBytes)
      );
    }
    case 'wrapped':
      return lengthBeyond(parameters.outer) ?? lengthBeyond(parameters.inner);
    default: {
      const { kind, salt, hashBytes } = parameters;
      const minSaltBytes = kind.startsWith('argon2') ? bounds.argon2MinSaltBytes : 0;
      return (
        range('The length of the hash in bytes', hashBytes, bounds.minHashBytes, bounds.maxHashBytes) ??
        range('The length of the salt in bytes', salt.byteLength, minSaltBytes, bounds.saltBytes) ??
        (kind === 'firebase-scrypt' ? firebaseBeyond(parameters) : undefined)
      );
    }
  }
}

function firebaseBeyond({
  hashBytes,
  signerKey,
  saltSeparator,
}: {
  hashBytes: number;
  signerKey: Uint8Array;
  saltSeparator: Uint8Array;
}): string | undefined {
  const { byteLength } = signerKey;
  return (
    range(
      'The length of the hash in bytes, which is that of the signer key,',
      hashBytes,
      byteLength,
      byteLength,
    ) ?? range('The length of the salt separator in bytes', saltSeparator.byteLength, 0, hashBounds.saltBytes)
  );
}

function range(what: string, value: number, min: number, max: number): string | undefined {
  if (value >= min && value <= max) return undefined;
  const bound = min === max ? `${figure(min)} is expected` : `${figure(min)} to ${figure(max)} are accepted`;
  return `${what} would be ${figure(value)}: ${bound}.`;
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
