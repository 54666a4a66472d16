/** The rows of the feed of revocations, and what both engines do with them (ruling N2). */

import type { RevocationListener } from '../port/port.ts';

/** Rows that a process reads one by one; more than these revoke everything. */
export const maxUnread = 10_000;

/** A row is kept for this long after a process first saw it, in milliseconds: every other process has read it by then. */
export const keptMs = 120_000;

/** A row of the feed. A `mark` revokes nothing: it shows how far a process has read. */
export interface RevocationRow {
  readonly kind: 'session' | 'user' | 'all' | 'mark';
  /** The hash of a session id, or the id of a user; otherwise empty. */
  readonly key: string;
}

/** Tells a listener of rows that it has not seen. */
export function tell(listener: RevocationListener, rows: readonly RevocationRow[]): void {
  if (rows.length > maxUnread) {
    listener.allRevoked('too_many');
    return;
  }
  for (const { kind, key } of rows) {
    if (kind === 'session') listener.sessionRevoked(key);
    else if (kind === 'user') listener.userRevoked(key);
    else if (kind === 'all') listener.allRevoked('feed');
  }
}

/** The positions that a sweep has seen, each with the instant when it first saw it. All instants are monotonic. */
export class SeenPositions<Position> {
  #seen: { readonly position: Position; readonly at: number }[] = [];

  add(position: Position, at: number): void {
    this.#seen.push({ position, at });
  }

  /** When a position was last seen. */
  get lastAt(): number {
    return this.#seen.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** The latest position whose rows may be removed. */
  due(now: number): Position | undefined {
    const last = this.#seen.findLastIndex(({ at }) => now - at >= keptMs);
    if (last > 0) this.#seen = this.#seen.slice(last);
    return last < 0 ? undefined : this.#seen[0]?.position;
  }
}
