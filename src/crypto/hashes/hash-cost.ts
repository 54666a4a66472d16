/** What one computation of a hash costs: a name for its kind, and a first guess of its time. */

import type { Pbkdf2Parameters } from '../phc.ts';
import type { HashParameters } from './hash-types.ts';

export interface HashCost {
  /** Equal for all hashes of equal cost: the algorithm and its parameters, without salts. */
  readonly kind: string;
  /** The time on one core of the machine that was measured, in milliseconds: a guess until this machine has computed one. */
  readonly guessedMs: number;
}

/** The time of one HMAC of PBKDF2 in milliseconds (Node.js 26, OpenSSL 3.5), and its bytes. */
const hmacs = {
  sha1: { ms: 0.000_11, bytes: 20 },
  sha256: { ms: 0.000_125, bytes: 32 },
  sha384: { ms: 0.000_31, bytes: 48 },
  sha512: { ms: 0.000_31, bytes: 64 },
} as const;
/** The time of scrypt for each unit of N·r·p, and of Argon2 for each KiB and pass. */
const scryptMs = 0.000_33;
const argon2Ms = 0.000_51;
/** The time of bcryptjs at a cost of 0; each step doubles it. */
const bcryptMs = 0.06;

/** The time of the first block of PBKDF2: all that an attacker computes for a guess, however long the result is. */
export function attackMs({ digest, iterations }: Pick<Pbkdf2Parameters, 'digest' | 'iterations'>): number {
  return hmacs[digest].ms * iterations;
}

/** PBKDF2 computes its result in blocks, each as expensive as the first. */
export function blocksOf({ digest, hashBytes }: Pick<Pbkdf2Parameters, 'digest' | 'hashBytes'>): number {
  return Math.ceil(hashBytes / hmacs[digest].bytes);
}

export function costOf(parameters: HashParameters): HashCost {
  switch (parameters.kind) {
    case 'pbkdf2': {
      const blocks = blocksOf(parameters);
      const kind = `pbkdf2-${parameters.digest} ${parameters.iterations} ${blocks}`;
      return cost(kind, attackMs(parameters) * blocks);
    }
    case 'bcrypt':
      return cost(`bcrypt ${parameters.cost}`, bcryptMs * 2 ** parameters.cost);
    case 'argon2id':
    case 'argon2i': {
      const { kind, memoryKiB, passes, lanes } = parameters;
      const name = `${kind} m=${memoryKiB},t=${passes},p=${lanes}`;
      return cost(name, argon2Ms * memoryKiB * passes);
    }
    case 'scrypt':
    case 'firebase-scrypt': {
      const { logN, r, p } = parameters;
      return cost(`scrypt ln=${logN},r=${r},p=${p}`, scryptMs * 2 ** logN * r * p);
    }
    case 'digest':
      return cost('digest', 0.01);
    case 'wrapped': {
      const [inner, outer] = [costOf(parameters.inner), costOf(parameters.outer)];
      return cost(`${outer.kind} of ${inner.kind}`, outer.guessedMs + inner.guessedMs);
    }
  }
}

function cost(kind: string, guessedMs: number): HashCost {
  return { kind, guessedMs };
}
