/** Decides how long a session of another system lives on here. */

import { newHandle } from '../../crypto/ids.ts';
import type { SessionToImport } from '../../storage/port/imports.ts';
import type { SessionRecord } from './records.ts';

/** The lifetimes of this server, in milliseconds, and the instant of the import. */
export interface SessionLife {
  readonly at: number;
  readonly idleMs: number;
  readonly lifetimeMs: number;
  /** The contract of sessions that name none. */
  readonly contract: string;
}

/** The shape of a hashed session id. */
const hashForm = /^[\da-f]{64}$/;

/**
 * The session as it is written; `past_life` if it is dead already. Instants that are missing count from the import (ruling
 * I1). A session that its origin gives more time than the settings of this server would is alive there, so its time counts
 * from the import too; afterwards the settings of this server hold (ruling G15).
 *
 * @throws {TypeError} if the id is not hashed: that is a defect of its format.
 */
export function decideSession(record: SessionRecord, life: SessionLife): SessionToImport | 'past_life' {
  if (!hashForm.test(record.idHash)) throw new TypeError('A session of an import has no hashed id.');
  const { at, idleMs, lifetimeMs } = life;
  const { expiresAt: diesAt = Number.POSITIVE_INFINITY, idleExpiresAt: idlesAt = diesAt } = record;
  const began = Math.min(record.createdAt ?? record.lastSeenAt ?? at, at);
  const createdAt = began + lifetimeMs <= at && isLater(diesAt, at) ? at : began;
  const seen = Math.min(Math.max(record.lastSeenAt ?? at, createdAt), at);
  const lastSeenAt = seen + idleMs <= at && isLater(idlesAt, at) ? at : seen;
  // A session that was never seen before begins its life here.
  const start = record.createdAt === undefined ? at : createdAt;
  const expiresAt = Math.min(diesAt, start + lifetimeMs);
  const idleExpiresAt = Math.min(idlesAt, lastSeenAt + idleMs, expiresAt);
  if (idleExpiresAt <= at) return 'past_life';
  return {
    idHash: record.idHash,
    handle: record.handle ?? newHandle(),
    userId: record.userId,
    contract: record.contract ?? life.contract,
    createdAt: start,
    lastSeenAt: Math.max(lastSeenAt, start),
    idleExpiresAt,
    expiresAt,
    // Its owner has to confirm the password before a step that needs it, unless the login was recent.
    provenAt: record.provenAt ?? record.createdAt ?? 0,
    network: record.network ?? '',
    device: record.device ?? '',
  };
}

/** Whether the origin states a later end. */
function isLater(end: number, at: number): boolean {
  return Number.isFinite(end) && end > at;
}
