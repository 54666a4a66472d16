/** Counts accounts by the kind of their hash from samples, so that the work is bounded however many there are (ruling I5). */

import type { HashKinds } from '../../port/port.ts';
import { sampleKeys } from './import-keys.ts';
import { formOf, type NameForm } from './imported-names.ts';

/** Accounts of one kind that are counted; of more the number is estimated, with an error of some three percent. */
export const maxCounted = 1_000;

/** Accounts that are read to estimate how many were made here. */
export const maxOwnRead = 500;

/** Kinds that are read: a store that has more was filled to slow it down. */
export const maxKinds = 200;

/** The stored form of an account without a usable password, and its kind: no login computes it. */
export const unusable = '!';

/** Imported accounts of one form of name whose hashes are of one kind; an empty kind is that of hashes made here since. */
export interface KindSample {
  readonly form: NameForm;
  readonly kind: string;
  /** How many were read, at most `maxCounted`, in the order of their sample keys. */
  readonly seen: number;
  /** The sample key of the last one. */
  readonly lastKey: number;
  readonly example: string | null;
}

/** The credentials with the smallest user ids, at most `maxOwnRead`. */
export interface ReadCredential {
  readonly userId: string;
  readonly canonical: string;
  /** SQLite has numbers for booleans. */
  readonly isImported: boolean | 0 | 1;
}

export function hashKindsOf(
  kinds: readonly KindSample[],
  credentials: readonly ReadCredential[],
): HashKinds[] {
  const own = ownCounts(credentials);
  const found: HashKinds[] = [];
  for (const { form, kind, seen, lastKey, example } of kinds) {
    if (form === 'parked' || seen === 0) continue;
    const count = seen < maxCounted ? seen : Math.round(((seen - 1) * sampleKeys) / Math.max(lastKey, 1));
    if (kind === '') own.set(form, (own.get(form) ?? 0) + count);
    else if (kind !== unusable && example !== null) found.push({ form, example, count });
  }
  for (const [form, count] of own) found.push({ form, example: null, count });
  return found;
}

/**
 * How many accounts were made here, by form of name. Their ids are random UUIDs, so that the part of all UUIDs that was read
 * is the part of these accounts that was read. Imported ids among them are passed over.
 */
function ownCounts(credentials: readonly ReadCredential[]): Map<HashKinds['form'], number> {
  const seen = new Map<HashKinds['form'], number>();
  for (const { userId, canonical, isImported } of credentials) {
    const form = formOf(userId, canonical);
    if (!isImported && form !== 'parked') seen.set(form, (seen.get(form) ?? 0) + 1);
  }
  const last = credentials.length < maxOwnRead ? undefined : credentials.at(-1)?.userId;
  const part = last === undefined ? 1 : partBelow(last);
  return new Map([...seen].map(([form, count]) => [form, Math.round(count / Math.max(part, 1e-6))]));
}

/** The part of all hexadecimal texts that come before a text, in the order of their bytes. */
function partBelow(text: string): number {
  let [part, width] = [0, 1];
  for (const character of text.slice(0, 8)) {
    width /= 16;
    const digit = '0123456789abcdef'.indexOf(character);
    if (digit < 0) return part + width * (character < '0' ? 0 : character < 'a' ? 10 : 16);
    part += width * digit;
  }
  return part;
}
