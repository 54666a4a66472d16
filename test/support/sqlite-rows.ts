/** Rows for tests of the SQLite engine, also for processes that tests start. */

import type { Session } from '../../src/storage/port/port.ts';

/** The hash of the id of session number n. */
export function idHash(n: number): string {
  return n.toString(16).padStart(64, '0');
}

/** A session of the user `joe`. */
export function sessionOfJoe(n: number): Session {
  return {
    handle: `handle-${n}`,
    userId: 'joe',
    contract: 'rest',
    createdAt: 1_000,
    lastSeenAt: 1_000,
    idleExpiresAt: 5_000,
    expiresAt: 9_000,
    provenAt: 1_000,
    network: '192.0.2.1',
    device: 'Firefox on Linux',
  };
}
