/** Verifies the audit chain from its start to its end, and returns where it is broken. */

import { setImmediate as pause } from 'node:timers/promises';
import type { Awaitable } from '../port/awaitable.ts';
import type { AuditEntry, ChainEnds, ChainLink, ChainVerdict } from '../port/port.ts';
import { type Digest, hashOf } from './audit-chain.ts';

/** The `seq` of the first entries before the start and after the end, where none may be. */
export interface StrayEntries {
  readonly before: number | null;
  readonly behind: number | null;
}

/** Reads a chain. Each method returns the state at one instant. */
export interface ChainReader {
  readEnds(): Awaitable<{ readonly ends: ChainEnds; readonly strays: StrayEntries }>;
  /** The current start of the chain, and entries after a position, or after the start if that is later, up to `upTo`. */
  readBehind(
    seq: number,
    upTo: number,
    limit: number,
  ): Awaitable<{ readonly start: ChainLink; readonly entries: readonly AuditEntry[] }>;
}

/** Entries checked in one turn of the event loop: few enough not to delay requests. */
const verifyStep = 1_000;

/** Verifies that a chain ends as noted; does not wait for entries appended meanwhile. */
export async function verifyChain(
  reader: ChainReader,
  digest: Digest,
  progress: (checked: number, all: number) => void,
): Promise<ChainVerdict> {
  const { ends, strays } = await reader.readEnds();
  const { start, last } = ends;
  if (strays.before !== null) return { intact: false, brokenAt: strays.before };

  let at = start;
  let entries = 0;
  while (at.seq < last.seq) {
    const found = await reader.readBehind(at.seq, last.seq, verifyStep);
    // A sweep may have removed entries meanwhile: they are not missing.
    const step = follow(digest, found.start.seq > at.seq ? found.start : at, found.entries);
    at = step.at;
    entries += step.fitting;
    const isWhole = step.fitting === found.entries.length && (step.fitting > 0 || at.seq >= last.seq);
    if (!isWhole) return { intact: false, brokenAt: at.seq + 1 };
    progress(Math.min(at.seq, last.seq) - start.seq, last.seq - start.seq);
    await pause();
  }
  if (at.seq === last.seq && at.hash !== last.hash) return { intact: false, brokenAt: last.seq };
  return strays.behind === null ? { intact: true, entries } : { intact: false, brokenAt: strays.behind };
}

/** Verifies entries after a position, up to the last valid one. */
export function follow(
  digest: Digest,
  from: ChainLink,
  entries: readonly AuditEntry[],
): { readonly at: ChainLink; readonly fitting: number } {
  let at = from;
  for (const [fitting, entry] of entries.entries()) {
    const fits = entry.seq === at.seq + 1 && entry.hash === hashOf(digest, at.hash, entry);
    if (!fits) return { at, fitting };
    at = { seq: entry.seq, hash: entry.hash };
  }
  return { at, fitting: entries.length };
}
