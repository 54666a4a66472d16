/** The chain of the audit, whatever keeps it: the hash of an entry covers its own fields and the hash of the entry before it. */

import { setImmediate as pause } from 'node:timers/promises';
import type { Awaitable } from '../port/awaitable.ts';
import type { AuditEntry, ChainVerdict, Ends, Link } from '../port/port.ts';

/** A cryptographic hash of a text, as 64 hexadecimal digits; the store leaves the choice to its opener. */
export type Digest = (text: string) => string;

/** Whom and what an entry is about, as far as it is known. */
export interface About {
  readonly userId?: string | undefined;
  readonly handle?: string | undefined;
}

export type { Ends, Link };

/** The first entries that lie before the start and behind the end, where none can be. */
export interface Outside {
  readonly before: number | null;
  readonly behind: number | null;
}

/** What an operator is told when the row of the ends is missing: going on would hide that the chain was cut. */
export const endsLost = 'The audit lost the row of its ends. Restore it from a backup.';

/** The hash of an entry; as JSON, no two entries look alike to it. */
export function hashOf(digest: Digest, before: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId } = entry;
  const fields = [seq, at, event, outcome, userId, handle, contract, network, requestId];
  return digest(before + JSON.stringify(fields));
}

/** A chain as it is kept. What each method answers is the state of one instant. */
export interface Kept {
  look(): Awaitable<{ readonly ends: Ends; readonly outside: Outside }>;
  /** Where the chain starts by now, and entries behind a place, or that start if it lies later, and not behind `upTo`. */
  behind(
    seq: number,
    upTo: number,
    limit: number,
  ): Awaitable<{ readonly start: Link; readonly entries: readonly AuditEntry[] }>;
}

/** Entries checked in one turn of the event loop: few enough that no request notices. */
const verifyStep = 1_000;

/** Whether a chain, followed to its end, ends as it was noted; what is appended meanwhile is not waited for. */
export async function verifyChain(
  kept: Kept,
  digest: Digest,
  progress: (checked: number, all: number) => void,
): Promise<ChainVerdict> {
  const { ends, outside } = await kept.look();
  const { start, last } = ends;
  if (outside.before !== null) return { intact: false, brokenAt: outside.before };

  let at = start;
  let entries = 0;
  while (at.seq < last.seq) {
    const found = await kept.behind(at.seq, last.seq, verifyStep);
    // A sweep may have overtaken: what it removed is not missing.
    const step = follow(digest, found.start.seq > at.seq ? found.start : at, found.entries);
    at = step.at;
    entries += step.fitting;
    const isWhole = step.fitting === found.entries.length && (step.fitting > 0 || at.seq >= last.seq);
    if (!isWhole) return { intact: false, brokenAt: at.seq + 1 };
    progress(Math.min(at.seq, last.seq) - start.seq, last.seq - start.seq);
    await pause();
  }
  if (at.seq === last.seq && at.hash !== last.hash) return { intact: false, brokenAt: last.seq };
  return outside.behind === null ? { intact: true, entries } : { intact: false, brokenAt: outside.behind };
}

/** Follows entries from a place on, to the last one that fits. */
export function follow(
  digest: Digest,
  from: Link,
  entries: readonly AuditEntry[],
): { at: Link; fitting: number } {
  let at = from;
  for (const [fitting, entry] of entries.entries()) {
    const fits = entry.seq === at.seq + 1 && entry.hash === hashOf(digest, at.hash, entry);
    if (!fits) return { at, fitting };
    at = { seq: entry.seq, hash: entry.hash };
  }
  return { at, fitting: entries.length };
}
