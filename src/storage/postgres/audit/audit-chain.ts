/** The audit chain in PostgreSQL: links the entries of the outbox, reads the chain, and cuts it at its start. */

import type { AuditEntry, ChainEnds, ChainLink } from '../../port/port.ts';
import {
  cutBefore,
  type Digest,
  type EndsRow,
  endsOf,
  linkEntries,
  type UnlinkedEntry,
} from '../../shared/audit-chain.ts';
import type { StrayEntries } from '../../shared/verify-chain.ts';
import type { Run } from '../connection/transaction.ts';

/** Entries linked in one step. */
export const linkStep = 200;

const fields = `at, event, outcome, user_id AS "userId", handle, contract, network, request_id AS "requestId"`;

/** The columns of an entry, named as in the port. */
export const entryColumns = `seq, ${fields}, encode(hash, 'hex') AS hash`;

const endColumns = `start_seq AS "startSeq", encode(start_hash, 'hex') AS "startHash",
  last_seq AS "lastSeq", encode(last_hash, 'hex') AS "lastHash"`;

interface OutboxRow extends UnlinkedEntry {
  readonly id: number;
  readonly newestSeq: number | null;
}

/** The ends, locked until the step is over: linking and cutting are serialized across all nodes. */
async function lockEnds(run: Run): Promise<ChainEnds> {
  const { rows } = await run<EndsRow>(`SELECT ${endColumns} FROM audit_ends FOR UPDATE`);
  return endsOf(rows[0]);
}

/** Links entries of the outbox, oldest first and up to an id, at most `linkStep`; returns how many. */
export async function linkOutbox(run: Run, digest: Digest, upTo: number): Promise<number> {
  const { rows: some } = await run('SELECT 1 FROM audit_waiting WHERE id <= $1 LIMIT 1', [upTo]);
  if (some.length === 0) return 0;
  const { last } = await lockEnds(run);
  // Read after the lock: a query that waits for a lock does not see what was linked meanwhile.
  const { rows: outbox } = await run<OutboxRow>(
    `SELECT id, ${fields}, (SELECT max(seq) FROM audit) AS "newestSeq"
     FROM audit_waiting WHERE id <= $1 ORDER BY id LIMIT $2`,
    [upTo, linkStep],
  );
  const linked = linkEntries(digest, last, outbox[0]?.newestSeq ?? 0, outbox);
  if (linked.length > 0) await moveToChain(run, linked);
  return linked.length;
}

async function moveToChain(
  run: Run,
  linked: readonly (ChainLink & { readonly id: number })[],
): Promise<void> {
  const { seq, hash } = linked.at(-1) as ChainLink;
  await run(
    `WITH linked AS (
       DELETE FROM audit_waiting USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS link (of_id, seq, hash)
       WHERE id = of_id RETURNING link.seq, link.hash, audit_waiting.*
     )
     INSERT INTO audit (seq, at, event, outcome, user_id, handle, contract, network, request_id, hash)
     SELECT seq, at, event, outcome, user_id, handle, contract, network, request_id, decode(hash, 'hex') FROM linked`,
    [linked.map(({ id }) => id), linked.map((entry) => entry.seq), linked.map((entry) => entry.hash)],
  );
  await run(`UPDATE audit_ends SET last_seq = $1, last_hash = decode($2, 'hex')`, [seq, hash]);
}

/** The ends, and entries outside of them, at one instant. */
export async function readEnds(
  run: Run,
): Promise<{ readonly ends: ChainEnds; readonly strays: StrayEntries }> {
  const { rows } = await run<EndsRow & StrayEntries>(
    `SELECT ${endColumns}, (SELECT min(seq) FROM audit WHERE seq <= start_seq) AS before,
       (SELECT min(seq) FROM audit WHERE seq > last_seq) AS behind FROM audit_ends`,
  );
  const ends = endsOf(rows[0]);
  const { before = null, behind = null } = rows[0] ?? {};
  return { ends, strays: { before, behind } };
}

/** The start, and entries after a position or after the start, at one instant. */
export async function readBehind(
  run: Run,
  seq: number,
  upTo: number,
  limit: number,
): Promise<{ readonly start: ChainLink; readonly entries: readonly AuditEntry[] }> {
  const { rows } = await run<(AuditEntry | { readonly seq: null }) & EndsRow>(
    `SELECT entry.*, ${endColumns} FROM audit_ends LEFT JOIN LATERAL (
       SELECT ${entryColumns} FROM audit WHERE seq > greatest(start_seq, $1) AND seq <= $2 ORDER BY seq LIMIT $3
     ) AS entry ON true ORDER BY seq`,
    [seq, upTo, limit],
  );
  const { start } = endsOf(rows[0]);
  // Without entries the start comes alone.
  return { start, entries: rows.filter((row) => row.seq !== null) };
}

/** Removes entries from the start, before the first that was made at `at` or later; returns how many. */
export async function dropBefore(run: Run, at: number, limit: number): Promise<number> {
  const { start, last } = await lockEnds(run);
  const { rows: oldest } = await run<ChainLink & { readonly at: number }>(
    `SELECT seq, at, encode(hash, 'hex') AS hash FROM audit WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
    [start.seq, last.seq, limit],
  );
  const cut = cutBefore(oldest, at);
  if (!cut) return 0;
  const { seq, hash } = cut.start;
  await run('DELETE FROM audit WHERE seq > $1 AND seq <= $2', [start.seq, seq]);
  await run(`UPDATE audit_ends SET start_seq = $1, start_hash = decode($2, 'hex')`, [seq, hash]);
  return cut.dropped;
}
