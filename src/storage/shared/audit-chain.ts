/** The chain of the audit: the hash of an entry covers its own fields and the hash of the entry before it. */

import { type AuditEntry, type ChainEnds, type ChainLink, StoreUnavailable } from '../port/port.ts';

/** A cryptographic hash of a text, as 64 hexadecimal digits; the caller that opens the store provides it. */
export type Digest = (text: string) => string;

/** The user and session of an entry, as far as known. */
export interface AuditSubject {
  readonly userId?: string | undefined;
  readonly handle?: string | undefined;
}

/** An entry without a position in the chain. */
export type UnlinkedEntry = Omit<AuditEntry, 'seq' | 'hash'>;

/** The row of the chain's ends, with its columns named as in the port. */
export interface EndsRow {
  readonly startSeq: number;
  readonly startHash: string;
  readonly lastSeq: number;
  readonly lastHash: string;
}

/** The message if the row of the ends is missing: going on would hide that the chain was cut. */
export const endsLost = 'The audit lost the row of its ends. Restore it from a backup.';

/** @throws {StoreUnavailable} if the row is missing: without an audit entry the action fails. */
export function endsOf(row: EndsRow | undefined): ChainEnds {
  if (!row) throw new StoreUnavailable(endsLost);
  const { startSeq, startHash, lastSeq, lastHash } = row;
  return { start: { seq: startSeq, hash: startHash }, last: { seq: lastSeq, hash: lastHash } };
}

/**
 * Appends entries to the chain. `newestSeq` is the greatest number of any entry: a number taken by a foreign entry is
 * skipped, so that it stops no writer and verifying finds it.
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

/** The hash of an entry; JSON makes the fields unambiguous. */
export function hashOf(digest: Digest, before: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId } = entry;
  const fields = [seq, at, event, outcome, userId, handle, contract, network, requestId];
  return digest(before + JSON.stringify(fields));
}

/**
 * The new start of the chain when its oldest entries, those before the first made at `at` or later, are removed, and
 * their number; `undefined` if there are none.
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
