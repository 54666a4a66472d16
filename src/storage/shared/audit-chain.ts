/** The chain of the audit: the hash of an entry covers its own fields and the hash of the entry before it. */

import { type AuditEntry, type ChainEnds, type ChainLink, StoreUnavailable } from '../port/port.ts';

/** A cryptographic hash of a text, as 64 hexadecimal digits; the store leaves the choice to its opener. */
export type Digest = (text: string) => string;

/** Whom and what an entry is about, as far as it is known. */
export interface AuditSubject {
  readonly userId?: string | undefined;
  readonly handle?: string | undefined;
}

/** An entry that has no place in the chain yet. */
export type UnlinkedEntry = Omit<AuditEntry, 'seq' | 'hash'>;

/** The row of the ends, under the names of its columns in the port's manner. */
export interface EndsRow {
  readonly startSeq: number;
  readonly startHash: string;
  readonly lastSeq: number;
  readonly lastHash: string;
}

/** What an operator is told when the row of the ends is missing: going on would hide that the chain was cut. */
export const endsLost = 'The audit lost the row of its ends. Restore it from a backup.';

/** @throws {StoreUnavailable} if there is no row: what cannot be audited is not done. */
export function endsOf(row: EndsRow | undefined): ChainEnds {
  if (!row) throw new StoreUnavailable(endsLost);
  const { startSeq, startHash, lastSeq, lastHash } = row;
  return { start: { seq: startSeq, hash: startHash }, last: { seq: lastSeq, hash: lastHash } };
}

/**
 * Gives entries their places behind the last one. `newestSeq` is the greatest number that any entry has: one that a
 * foreign entry has taken is passed over, so that it stops no writer and verifying finds it.
 */
export function linkEntries<Entry extends UnlinkedEntry>(
  digest: Digest,
  last: ChainLink,
  newestSeq: number,
  entries: readonly Entry[],
): (Entry & ChainLink)[] {
  let { seq, hash } = last;
  seq = Math.max(seq, newestSeq);
  return entries.map((entry) => {
    seq += 1;
    hash = hashOf(digest, hash, { ...entry, seq });
    return { ...entry, seq, hash };
  });
}

/** The hash of an entry; as JSON, no two entries look alike to it. */
export function hashOf(digest: Digest, before: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId } = entry;
  const fields = [seq, at, event, outcome, userId, handle, contract, network, requestId];
  return digest(before + JSON.stringify(fields));
}

/**
 * Where the chain starts once its oldest entries are dropped, up to the first that was made at `at` or later, and how many
 * these are; `undefined` if there are none.
 */
export function cutBefore(
  oldest: readonly (ChainLink & { readonly at: number })[],
  at: number,
): { readonly start: ChainLink; readonly dropped: number } | undefined {
  const young = oldest.findIndex((entry) => entry.at >= at);
  const dropped = young === -1 ? oldest.length : young;
  const last = oldest[dropped - 1];
  return last && { start: { seq: last.seq, hash: last.hash }, dropped };
}
