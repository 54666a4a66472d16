/** Records of ended sessions: one row each under the hash of the id, kept for a while. */

import type { AuditContext, EndedSession } from '../../port/port.ts';
import type { EndCause } from '../../shared/session-ends.ts';
import { byteaArray } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';
import type { KeptSession } from '../rows.ts';

const into = 'INSERT INTO ended (id_hash, handle, user_id, ended_at, event, outcome, contract)';

/** An id may end twice: after it was given to another session, or after a restore of the database. */
const again = `ON CONFLICT (id_hash) DO UPDATE SET handle = excluded.handle, user_id = excluded.user_id,
  ended_at = excluded.ended_at, event = excluded.event, outcome = excluded.outcome, contract = excluded.contract`;

/** Records the ends of sessions; without a cause nothing is recorded. */
export async function noteEnded(
  run: Run,
  sessions: readonly KeptSession[],
  cause: EndCause | undefined,
): Promise<void> {
  if (sessions.length === 0 || !cause) return;
  const { at, event, outcome, contract } = cause;
  await run(
    `${into} SELECT id_hash, handle, user_id, $4, $5, $6, $7
     FROM unnest($1::bytea[], $2::text[], $3::text[]) AS gone (id_hash, handle, user_id) ${again}`,
    [
      byteaArray(sessions.map(({ idHash }) => idHash)),
      sessions.map(({ handle }) => handle),
      sessions.map(({ userId }) => userId),
      at,
      event,
      outcome,
      contract,
    ],
  );
}

/**
 * Ends at most `limit` sessions of any users; returns the hashes of their ids. Locked rows come last, and are waited for: a
 * session that gets another id meanwhile must not be missed.
 */
export async function endAny(run: Run, limit: number, context: AuditContext): Promise<string[]> {
  const free = await lockAny(run, limit, 'SKIP LOCKED');
  const locked = free.length < limit ? await lockAny(run, limit, '') : free;
  const { at, event, outcome, contract } = context;
  const { rows } = await run<{ idHash: string }>(
    `WITH gone AS (
       DELETE FROM sessions WHERE id_hash = ANY ($1::bytea[]) RETURNING id_hash, handle, user_id
     )
     ${into} SELECT id_hash, handle, user_id, $2, $3, $4, $5 FROM gone ${again}
     RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [byteaArray(locked), at, event, outcome, contract],
  );
  return rows.map(({ idHash }) => idHash);
}

async function lockAny(run: Run, limit: number, lockedRows: 'SKIP LOCKED' | ''): Promise<string[]> {
  const { rows } = await run<{ idHash: string }>(
    `SELECT encode(id_hash, 'hex') AS "idHash" FROM sessions LIMIT $1 FOR UPDATE ${lockedRows}`,
    [limit],
  );
  return rows.map(({ idHash }) => idHash);
}

/** Ends at most `limit` expired sessions, earliest first; locked rows stay. */
export async function endExpired(run: Run, now: number, limit: number): Promise<string[]> {
  const { rows } = await run<{ idHash: string }>(
    `WITH gone AS (
       DELETE FROM sessions WHERE id_hash = ANY (ARRAY (
         SELECT id_hash FROM sessions WHERE idle_expires_at <= $1 ORDER BY idle_expires_at LIMIT $2
         FOR UPDATE SKIP LOCKED
       )) RETURNING sessions.*
     )
     ${into} SELECT id_hash, handle, user_id, idle_expires_at, 'expiry',
       CASE WHEN idle_expires_at < expires_at THEN 'idle' ELSE 'over_age' END, contract FROM gone ${again}
     RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [now, limit],
  );
  return rows.map(({ idHash }) => idHash);
}

/** The record of an ended session. */
export async function findEnded(run: Run, idHash: string): Promise<EndedSession | undefined> {
  const { rows } = await run<EndedSession>(
    `SELECT handle, user_id AS "userId", ended_at AS "endedAt", event, outcome, contract
     FROM ended WHERE id_hash = decode($1, 'hex')`,
    [idHash],
  );
  return rows[0];
}

/** Removes at most `limit` records from before `before`; returns how many. */
export async function forgetEnded(run: Run, before: number, limit: number): Promise<number> {
  const { count } = await run(
    `DELETE FROM ended WHERE id_hash = ANY (ARRAY (
       SELECT id_hash FROM ended WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    [before, limit],
  );
  return count;
}

/**
 * Finds those of some ids that have ended. With synchronous standbys it also rewrites these records unchanged, so that the
 * step waits for the standbys: an end whose own wait was cut short is visible, but may not be on them yet. The rows are
 * locked in one order.
 */
export async function confirmEnds(run: Run, idHashes: readonly string[]): Promise<string[]> {
  const { rows } = await run<{ idHash: string }>(
    `WITH confirmed AS (
       UPDATE ended SET ended_at = ended_at WHERE id_hash = ANY (ARRAY (
         SELECT id_hash FROM ended
         WHERE id_hash = ANY ($1::bytea[]) AND current_setting('synchronous_standby_names') <> ''
         ORDER BY id_hash FOR UPDATE))
     )
     SELECT encode(id_hash, 'hex') AS "idHash" FROM ended WHERE id_hash = ANY ($1::bytea[])`,
    [byteaArray(idHashes)],
  );
  return rows.map(({ idHash }) => idHash);
}
