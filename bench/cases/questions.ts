/**
 * Questions to PostgreSQL: the statements that one node sends in a minute of checks of very many sessions, as the
 * database itself counts them (`pg_stat_statements`).
 *
 * Every session is checked once beforehand, which is its first read. A node reads a session again about once a minute,
 * and the measured minute holds that once for each. Only live sessions are checked, so that every look-up finds rows, and
 * the rows say how many sessions were read again: what is beyond one read for each session in the minute is not the
 * refresh.
 */

import type { Bench } from '../bench.ts';
import { fire } from '../fire.ts';
import { fill, newDatabase, startPostgres } from '../postgres.ts';
import { gatehouse } from '../servers.ts';
import { type Checked, onPostgres, touchAll, writeIds } from '../targets.ts';
import { groupOf } from './check.ts';

export const besidesRefresh = 'besides the refresh/s';

const seconds = 60;

/** About as many checks a second are sent. */
const [checksPerSecond, connections] = [20_000, 64];

/** What the server counted in one database. */
export interface Counted {
  readonly questions: number;
  /** Those that read sessions, and the sessions that these have found. */
  readonly lookups: number;
  readonly read: number;
}

export async function measureQuestions(bench: Bench): Promise<void> {
  if (!bench.wants(onPostgres)) return;
  const sessions = Math.max(...bench.options.sessions);
  const postgres = await startPostgres({ shared_preload_libraries: 'pg_stat_statements' });
  await postgres.query('CREATE EXTENSION pg_stat_statements');
  const database = await newDatabase(postgres);
  await fill(database, { sessions, accounts: sessions });
  const server = await gatehouse(database);
  const one: Checked = {
    ...{ who: onPostgres, server, url: `${server.url}/auth/session`, refuses: true },
    cookies: writeIds(bench, sessions),
  };
  try {
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      bench.tell(`  round ${round} of ${bench.options.rounds}`);
      await touchAll(bench, one);
      await postgres.query('SELECT pg_stat_statements_reset()');
      const { perSecond, refused, failed } = await fire({
        ...{ url: one.url, connections, seconds, restMs: (connections * 1_000) / checksPerSecond },
        headers: { Cookie: 'session_id={n}' },
        among: { count: sessions, of: sessions },
      });
      if (refused + failed > 0) throw new Error(`${refused + failed} checks failed`);
      const counted = await countedBy(postgres.query, nameOf(database));
      for (const line of await commonest(postgres.query, nameOf(database))) bench.tell(`  ${line}`);
      const name = { case: 'questions', group: groupOf(sessions), who: onPostgres };
      bench.figures.addAll(name, { 'checks/s': perSecond, ...questionsOf(counted, sessions) });
    }
  } finally {
    await server.stop();
    await postgres.stop('immediate');
  }
}

type Query = Awaited<ReturnType<typeof startPostgres>>['query'];

/** `SET` asks nothing: it travels with the statement that it is for. */
const isOf = (database: string) =>
  `dbid = (SELECT oid FROM pg_database WHERE datname = ${database}) AND query !~* '^\\s*set\\M'`;

/** The questions to one database; those of the bench itself go to another one. */
async function countedBy(query: Query, database: string): Promise<Counted> {
  const isLookup = `(query ~* '^\\s*(select|with)' AND query ~* '\\m(from|join)\\s+sessions\\M')`;
  const [row] = await query<Record<keyof Counted, string>>(
    `SELECT sum(calls) AS questions, sum(calls) FILTER (WHERE ${isLookup}) AS lookups,
       sum(rows) FILTER (WHERE ${isLookup}) AS read
     FROM pg_stat_statements WHERE ${isOf('$1')}`,
    [database],
  );
  return {
    questions: Number(row?.questions ?? 0),
    lookups: Number(row?.lookups ?? 0),
    read: Number(row?.read ?? 0),
  };
}

/** The statements that were sent most often, for a reader of the run who asks what the questions are. */
async function commonest(query: Query, database: string): Promise<string[]> {
  const rows = await query<{ calls: string; text: string }>(
    `SELECT calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) AS text
     FROM pg_stat_statements WHERE ${isOf('$1')} ORDER BY calls DESC LIMIT 8`,
    [database],
  );
  return rows.map(({ calls, text }) => `${(Number(calls) / seconds).toFixed(1)}/s: ${text}`);
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}

/** By the second. Of the look-ups, as large a part is the refresh as one read of each session has of all that were read. */
export function questionsOf({ questions, lookups, read }: Counted, sessions: number): Record<string, number> {
  const refresh = lookups * Math.min(1, sessions / Math.max(1, read));
  return {
    'questions/s': questions / seconds,
    'look-ups of sessions/s': lookups / seconds,
    'sessions read/s': read / seconds,
    [besidesRefresh]: (questions - refresh) / seconds,
  };
}
