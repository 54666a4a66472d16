/** Wraps hashes that are too cheap to guess to be at rest: PBKDF2 over the old hash (ruling I3). */

import { randomSalt } from '../ids.ts';
import type { Pbkdf2Parameters } from '../phc.ts';
import { attackMs } from './hash-cost.ts';
import type { HashParameters, WrappedHash } from './hash-types.ts';
import { formatStored, isWrappable, parseOwn, parseStored, unwrappedMark } from './stored-hash.ts';

/** PBKDF2 that takes less than this part of the current parameters' time is wrapped. */
const weakPart = 0.1;

/** What the stored form of every hash that waits to be wrapped begins with, for `ImportStore.credentialsWith`. */
export const prefixesToWrap: readonly string[] = [unwrappedMark];

/**
 * The form in which an import stores a hash that `readHash` or a builder returned. One that must not be at rest gets a mark
 * in front, which `prefixesToWrap` finds until it is wrapped. The decision depends on nothing but the hash and the settings,
 * so it is the same on every machine.
 */
export function forStorage(stored: string, current: Pbkdf2Parameters): string {
  if (mustBeWrapped(stored)) return stored;
  const own = parseOwn(stored);
  const parameters = (own ?? parseStored(stored))?.parameters;
  if (!parameters || !isTooWeak(parameters, current)) return stored;
  return `${unwrappedMark}${own ? formatStored(own) : stored}`;
}

/** Whether a stored hash waits to be wrapped. */
export function mustBeWrapped(stored: string): boolean {
  return stored.startsWith(unwrappedMark);
}

/** The parts of a wrapping: what is computed over the old hash, and how the result is written. */
export interface Wrapping {
  /** The old hash: the "password" of the outer PBKDF2. */
  readonly hash: Uint8Array;
  readonly outer: WrappedHash['outer'];
  /** The stored form, with the result of the outer PBKDF2. */
  format(result: Uint8Array): string;
}

/** Prepares the wrapping of a stored hash with the current parameters and a salt of its own; `undefined` if it needs none. */
export function wrappingOf(stored: string, current: Pbkdf2Parameters): Wrapping | undefined {
  const old = mustBeWrapped(stored) ? parseStored(stored) : undefined;
  if (!old || !isWrappable(old.parameters)) return undefined;
  const inner = old.parameters;
  const outer = { kind: 'pbkdf2', ...current, salt: randomSalt(current.saltBytes) } as const;
  const parameters = { kind: 'wrapped', inner, outer, hashBytes: current.hashBytes } as const;
  return { hash: old.hash, outer, format: (hash) => formatStored({ parameters, hash }) };
}

/** Whether one stored form is a wrapping of the other. */
export function isWrappingOf(wrapped: string, stored: string): boolean {
  const [, inner] = /^\$wrapped(?:\$[^$]+){4}\$\d{1,3}(\$.+\$)$/.exec(wrapped) ?? [];
  return inner !== undefined && mustBeWrapped(stored) && stored.startsWith(`${unwrappedMark}${inner}`);
}

function isTooWeak(parameters: HashParameters, current: Pbkdf2Parameters): boolean {
  if (parameters.kind === 'digest') return true;
  if (parameters.kind !== 'pbkdf2') return false;
  // Without a salt one computation tries a guess on every account.
  return parameters.salt.byteLength === 0 || attackMs(parameters) < weakPart * attackMs(current);
}
