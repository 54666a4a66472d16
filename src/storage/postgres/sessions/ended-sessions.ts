/** What became of sessions that are gone: one row each under the hash of the id, kept for a while. */

import type { AuditContext, EndedSession } from '../../port/port.ts';
import type { EndCause } from '../../shared/session-ends.ts';
import { disown, hashes } from '../cluster/owners.ts';
import type { Run } from '../connection/transaction.ts';
import type { KeptSession } from '../rows.ts';

const into = 'INSERT INTO ended (user_id, id_hash, handle, ended_at, event, outcome, contract)';

/** An id may end twice: it was given to another session, or a copy of the database was put back. */
const again = `ON CONFLICT (user_id, id_hash) DO UPDATE SET handle = excluded.handle, ended_at = excluded.ended_at,
  event = excluded.event, outcome = excluded.outcome, contract = excluded.contract`;

/** Notes why and when sessions ended; without a cause nothing is noted. */
export async function noteEnded(
  run: Run,
  sessions: readonly KeptSession[],
  cause: EndCause | undefined,
): Promise<void> {
  if (sessions.length === 0) return;
  const idHashes = sessions.map(({ idHash }) => idHash);
  if (!cause) return disown(run, idHashes);
  const texts = [sessions.map(({ userId }) => userId), sessions.map(({ handle }) => handle)];
  const { at, event, outcome, contract } = cause;
  await run(
    `${into} SELECT user_id, id_hash, handle, $4, $5, $6, $7
     FROM unnest($1::text[], $2::text[], $3::bytea[]) AS gone (user_id, handle, id_hash) ${again}`,
    [...texts, hashes(idHashes), at, event, outcome, contract],
  );
}

/**
 * Ends at most `limit` sessions of any users; returns the hashes of their ids. What another step holds comes last, and is
 * waited for: a session that gets another id meanwhile must not slip through.
 */
export async function endAny(run: Run, limit: number, context: AuditContext): Promise<string[]> {
  const free = await lockAny(run, limit, 'SKIP LOCKED');
  const locked = free.length < limit ? await lockAny(run, limit, '') : free;
  const { at, event, outcome, contract } = context;
  const { rows } = await run<{ idHash: string }>(
    `WITH gone AS (
       DELETE FROM sessions USING unnest($1::text[], $2::bytea[]) AS locked (user_id, id_hash)
       WHERE sessions.user_id = locked.user_id AND sessions.id_hash = locked.id_hash
       RETURNING sessions.user_id, sessions.id_hash, handle
     )
     ${into} SELECT user_id, id_hash, handle, $3, $4, $5, $6 FROM gone ${again}
     RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [
      locked.map(({ userId }) => userId),
      hashes(locked.map(({ idHash }) => idHash)),
      at,
      event,
      outcome,
      contract,
    ],
  );
  return rows.map(({ idHash }) => idHash);
}

async function lockAny(
  run: Run,
  limit: number,
  whatIsHeld: 'SKIP LOCKED' | '',
): Promise<{ readonly userId: string; readonly idHash: string }[]> {
  const { rows } = await run<{ userId: string; idHash: string }>(
    `SELECT user_id AS "userId", encode(id_hash, 'hex') AS "idHash" FROM sessions LIMIT $1 FOR UPDATE ${whatIsHeld}`,
    [limit],
  );
  return rows;
}

/** Ends at most `limit` sessions that died by themselves, earliest first; what another step holds just now stays. */
export async function endExpired(run: Run, now: number, limit: number): Promise<string[]> {
  const { rows } = await run<{ idHash: string }>(
    `WITH dead AS (
       SELECT user_id, id_hash FROM sessions WHERE idle_expires_at <= $1 ORDER BY idle_expires_at LIMIT $2
       FOR UPDATE SKIP LOCKED
     ), gone AS (
       DELETE FROM sessions USING dead WHERE sessions.user_id = dead.user_id AND sessions.id_hash = dead.id_hash
       RETURNING sessions.*
     )
     ${into} SELECT user_id, id_hash, handle, idle_expires_at, 'expiry',
       CASE WHEN idle_expires_at < expires_at THEN 'idle' ELSE 'over_age' END, contract FROM gone ${again}
     RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [now, limit],
  );
  return rows.map(({ idHash }) => idHash);
}

/** What is kept of the end of a session. */
export async function findEnded(run: Run, userId: string, idHash: string): Promise<EndedSession | undefined> {
  const { rows } = await run<EndedSession>(
    `SELECT handle, user_id AS "userId", ended_at AS "endedAt", event, outcome, contract
     FROM ended WHERE user_id = $1 AND id_hash = decode($2, 'hex')`,
    [userId, idHash],
  );
  return rows[0];
}

/** Forgets at most `limit` ends from before `before`, and whose they were. */
export async function forgetEnded(run: Run, before: number, limit: number): Promise<number> {
  const { rows } = await run<{ idHash: string }>(
    `DELETE FROM ended WHERE (user_id, id_hash) IN (
       SELECT user_id, id_hash FROM ended WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
     ) RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [before, limit],
  );
  await disown(
    run,
    rows.map(({ idHash }) => idHash),
  );
  return rows.length;
}

/**
 * Writes beside ends what says nothing new, so that the step waits for the synchronous standbys, if there are any: an
 * end whose own wait for them was cut short can be seen, and is not kept by them yet. The rows are held in one order.
 */
export async function confirmEnds(run: Run, ownersOf: ReadonlyMap<string, string>): Promise<void> {
  await run(
    `WITH held AS (
       SELECT user_id, id_hash FROM unnest($1::text[], $2::bytea[]) AS asked (user_id, id_hash)
       JOIN ended USING (user_id, id_hash) WHERE current_setting('synchronous_standby_names') <> ''
       ORDER BY id_hash FOR UPDATE OF ended
     )
     UPDATE ended SET ended_at = ended_at FROM held
     WHERE ended.user_id = held.user_id AND ended.id_hash = held.id_hash`,
    [[...ownersOf.values()], hashes([...ownersOf.keys()])],
  );
}
