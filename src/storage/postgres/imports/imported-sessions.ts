/** Writes imported sessions inside a step, many in each statement, and remembers their ids. */

import type { ImportRun, SessionOutcome, SessionToImport } from '../../port/port.ts';
import type { Digest } from '../../shared/audit-chain.ts';
import { anotherHandle } from '../../shared/imports/import-keys.ts';
import { byteaArray, storable } from '../connection/text.ts';
import type { Run } from '../connection/transaction.ts';

/** What is remembered of the id of a session. */
interface Known {
  readonly idHash: string;
  readonly userId: string;
  readonly source: string;
  readonly isLive: boolean;
}

/** As `ImportStore.writeSessions`, without the revocation. Rows are locked in one order: users, then ids. */
export async function writeSessions(
  run: Run,
  digest: Digest,
  sessions: readonly SessionToImport[],
  { source }: ImportRun,
): Promise<SessionOutcome[]> {
  const before = await knownOf(run, sessions);
  const first = new Map(
    sessions.toReversed().flatMap((one) => (before.has(one.idHash) ? [] : [[one.idHash, one]])),
  );
  const unknown = [...first.values()].sort((a, b) => (a.idHash < b.idHash ? -1 : 1));
  const accounts = await lockAccounts(run, unknown, source);
  const owned = unknown.filter(({ userId }) => accounts.has(userId));
  const claimed = await claim(run, owned, source);
  const written = await insert(
    run,
    owned.filter(({ idHash }) => claimed.has(idHash)),
  );
  const again = owned.filter(({ idHash }) => claimed.has(idHash) && !written.has(idHash));
  const renamed = again.map((one) => ({ ...one, handle: anotherHandle(digest, one.idHash) }));
  for (const idHash of await insert(run, renamed)) written.add(idHash);
  await forget(
    run,
    [...claimed].filter((idHash) => !written.has(idHash)),
  );
  // Ids that another import claimed meanwhile are known by now.
  const raced = owned.filter(({ idHash }) => !claimed.has(idHash));
  const known = new Map([...before, ...(await knownOf(run, raced))]);

  return sessions.map((session) => {
    const { idHash, userId } = session;
    if (written.has(idHash) && first.get(idHash) === session) return 'imported';
    if (written.has(idHash)) return first.get(idHash)?.userId === userId ? 'unchanged' : 'id_taken';
    const found = known.get(idHash);
    if (!found) return accounts.has(userId) ? 'id_taken' : 'no_account';
    if (found.userId !== userId || found.source !== source) return 'id_taken';
    return found.isLive ? 'unchanged' : 'ended';
  });
}

async function knownOf(run: Run, sessions: readonly SessionToImport[]): Promise<Map<string, Known>> {
  if (sessions.length === 0) return new Map();
  const { rows } = await run<Known>(
    `SELECT encode(known.id_hash, 'hex') AS "idHash", known.user_id AS "userId", source, handle IS NOT NULL AS "isLive"
     FROM imported_sessions AS known LEFT JOIN sessions ON sessions.id_hash = known.id_hash
     WHERE known.id_hash = ANY ($1::bytea[])`,
    [byteaArray(sessions.map(({ idHash }) => idHash))],
  );
  return new Map(rows.map((row) => [row.idHash, row]));
}

/** The users of some sessions that an import from the source made; none of them is removed until the step is over. */
async function lockAccounts(
  run: Run,
  sessions: readonly SessionToImport[],
  source: string,
): Promise<Set<string>> {
  if (sessions.length === 0) return new Set();
  const { rows } = await run<{ id: string }>(
    `SELECT id FROM users JOIN imported_accounts ON user_id = id WHERE id = ANY ($1::text[]) AND source = $2
       AND disabled_at IS DISTINCT FROM 0
     ORDER BY id FOR SHARE OF users`,
    [[...new Set(sessions.map(({ userId }) => userId))], source],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Remembers ids, and returns those that no other import has remembered; waits for one that is about to. */
async function claim(run: Run, sessions: readonly SessionToImport[], source: string): Promise<Set<string>> {
  if (sessions.length === 0) return new Set();
  const { rows } = await run<{ idHash: string }>(
    `INSERT INTO imported_sessions (id_hash, user_id, source)
     SELECT id_hash, user_id, $3 FROM unnest($1::bytea[], $2::text[]) AS one (id_hash, user_id)
     ON CONFLICT DO NOTHING RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [byteaArray(sessions.map(({ idHash }) => idHash)), sessions.map(({ userId }) => userId), source],
  );
  return new Set(rows.map(({ idHash }) => idHash));
}

/** Writes sessions; returns those whose id and handle were free. */
async function insert(run: Run, sessions: readonly SessionToImport[]): Promise<Set<string>> {
  if (sessions.length === 0) return new Set();
  const texts = ['handle', 'userId', 'contract', 'network', 'device'] as const;
  const instants = ['createdAt', 'lastSeenAt', 'idleExpiresAt', 'expiresAt', 'provenAt'] as const;
  const { rows } = await run<{ idHash: string }>(
    `INSERT INTO sessions (id_hash, handle, user_id, contract, network, device,
                           created_at, last_seen_at, idle_expires_at, expires_at, proven_at)
     SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                          $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
     ON CONFLICT DO NOTHING RETURNING encode(id_hash, 'hex') AS "idHash"`,
    [
      byteaArray(sessions.map(({ idHash }) => idHash)),
      ...texts.map((name) => sessions.map((session) => storable(session[name]))),
      ...instants.map((name) => sessions.map((session) => session[name])),
    ],
  );
  return new Set(rows.map(({ idHash }) => idHash));
}

async function forget(run: Run, idHashes: readonly string[]): Promise<void> {
  if (idHashes.length === 0) return;
  await run('DELETE FROM imported_sessions WHERE id_hash = ANY ($1::bytea[])', [byteaArray(idHashes)]);
}
