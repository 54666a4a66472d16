/** Behind a pooler that hands connections around after every transaction the store keeps every promise, and leaves nothing. */

import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { openPostgresStore, type PostgresOptions } from '../../../src/storage/postgres/store.ts';
import { hits, isAccepted } from '../../support/checks.ts';
import { isFull } from '../../support/length.ts';
import { onRequest } from '../../support/postgres/feed.ts';
import { optionsOf } from '../../support/postgres/options.ts';
import { joe, metricValue, openCheckingNode, sessionKnownTo, untilSo } from '../../support/postgres/pair.ts';
import { program, startPooler, type Through } from '../../support/postgres/pgbouncer.ts';
import { freshGround, openNode, queryAt, retried } from '../../support/postgres/store-fixture.ts';
import { timed } from '../../support/postgres/work.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { startProcess, until } from '../../support/process.ts';
import { account, context, findSession, hex, session } from '../conformance/case.ts';
import { conformance } from '../conformance.ts';

const cleaning: (() => Promise<void>)[] = [];
let through: Through = (url) => url;

const where = program
  ? 'behind PgBouncer'
  : 'behind PgBouncer, which this machine has not: install its package';

/** Lets so many works be under way at once. */
function turns(limit: number) {
  const last = Array.from({ length: limit }, () => Promise.resolve());
  let next = 0;
  return (work: () => Promise<void>): Promise<void> => {
    const line = next++ % limit;
    const turn = (last[line] as Promise<void>).then(work);
    last[line] = turn.catch(() => {});
    return turn;
  };
}

describe.skipIf(program === undefined)(where, () => {
  beforeAll(async () => {
    const postgres = await sharedPostgres();
    through = await startPooler(postgres.url(), { atEnd: (clean) => void cleaning.push(clean) });
  });

  afterAll(async () => {
    for (const clean of cleaning) await clean();
  });

  describe('the suite of all stores', () => {
    // Every case has a database of its own, and the pooler makes connections for each of them.
    const inTurn = turns(4);
    // A case of thousands of accounts says nothing about connections, and takes long.
    const cases = conformance.filter(({ title }) => !title.includes('finds the few among many'));
    // The short form takes every third case, of each part of a store some, and the full form the others.
    for (const { title, run } of cases.filter((_, n) => (n % 3 === 0) !== isFull)) {
      test.concurrent(title, retried, () =>
        inTurn(async () => run(await freshGround(1_000, undefined, (url) => through(url)))),
      );
    }
  });

  /** A database with the account `joe`, and a store that reaches it through the pooler. */
  async function pooled(changes: Partial<PostgresOptions> = {}) {
    const url = await (await sharedPostgres()).createDatabase();
    const { store, warnings } = await openPostgresStore(optionsOf(through(url), changes));
    onTestFinished(() => store.close());
    await store.accounts.create(account('joe'));
    return { url, store, warnings };
  }

  test('the pooler is noticed, whether it refuses what a connection asks for or drops it, and warned about', async () => {
    const dropping = await startPooler((await sharedPostgres()).url(), {
      settings: { ignore_startup_parameters: 'statement_timeout,idle_in_transaction_session_timeout' },
      atEnd: onTestFinished,
    });
    const url = await (await sharedPostgres()).createDatabase();
    for (const way of [through, dropping]) {
      const { store, warnings } = await openPostgresStore(optionsOf(way(url)));
      expect(warnings).toEqual([
        expect.stringMatching(/^DATABASE_URL leads through a pooler.*GATEHOUSE_DATABASE_LISTEN_URL/),
      ]);
      expect(metricValue(store, 'notifications_listening')).toBe(0);
      await store.close();
    }
    const elsewhere = await (await sharedPostgres()).createDatabase();
    for (const [listenUrl, warning] of [
      [url, undefined],
      [through(url), /^GATEHOUSE_DATABASE_LISTEN_URL leads through a pooler/],
      [elsewhere, /^GATEHOUSE_DATABASE_LISTEN_URL leads to another database than DATABASE_URL/],
    ] as const) {
      const { store, warnings } = await openPostgresStore(optionsOf(through(url), { listenUrl }));
      expect(warnings).toEqual(warning ? [expect.stringMatching(warning)] : []);
      await store.close();
    }
  });

  test('the program warns at its start', async () => {
    const url = await (await sharedPostgres()).createDatabase();
    const server = await startProcess({ DATABASE_URL: through(url) });
    await until(
      () => /Warning: DATABASE_URL leads through a pooler/.exec(server.stderr) ?? undefined,
      'the warning',
    );
    expect((await server.send({ path: '/readyz' })).status).toBe(200);
  });

  test('N2: without notifications an end holds within the time of trust, with an address to listen at in a moment', async () => {
    const { url, store } = await pooled();
    const idHash = await sessionKnownTo(store, store);
    const deaf = await openCheckingNode(through(url));
    const hearing = await openCheckingNode(through(url), { ...onRequest, listenUrl: url });
    for (const node of [deaf, hearing, deaf, hearing]) expect(await isAccepted(node, idHash)).toBe(true);
    expect([hits(deaf), hits(hearing)]).toEqual([1, 1]);
    await store.sessions.remove([idHash], context('logout'));
    const endedAt = performance.now();
    await untilSo(async () => !(await isAccepted(hearing, idHash)), 'the notification of the end');
    expect(performance.now() - endedAt).toBeLessThan(600);
    await untilSo(async () => !(await isAccepted(deaf, idHash)), 'the end to hold');
    expect(performance.now() - endedAt).toBeLessThan(1_100);
    expect([metricValue(hearing, 'notifications_total'), metricValue(deaf, 'notifications_total')]).toEqual([
      1, 0,
    ]);
  });

  test('N6: a statement takes no longer than it may', async () => {
    const { url, store } = await pooled();
    const holder = new Client({ connectionString: url });
    onTestFinished(() => holder.end());
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE sessions');
    const { error, ms } = await timed(store.sessions.insert(hex(1), session(1, joe)));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(ms).toBeLessThan(2_500);
    await holder.query('ROLLBACK');
    expect(await store.sessions.insert(hex(1), session(1, joe))).toBe('inserted');
  });

  test('nothing is left on the connections that others get: no setting, no lock, no statement, no listener', async () => {
    const { url, store } = await pooled();
    for (let n = 1; n <= 20; n += 1) {
      await store.sessions.insert(hex(n), session(n, joe), context('login'));
      await findSession(store.sessions, hex(n));
      await store.sessions.remove([hex(n)], context('logout'));
    }
    await store.audit.read({ limit: 100 });
    await store.mails.enqueue(
      { kind: 'verify_email', userId: joe, recipient: 'joe@example.com', details: {}, createdAt: 1_000 },
      { windows: [{ max: 5, windowMs: 1_000 }] },
    );
    const other = new Client({ connectionString: through(url) });
    onTestFinished(() => other.end());
    await other.connect();
    const settings = `SELECT current_setting('statement_timeout') AS statement, current_setting('synchronous_commit') AS synchronous,
      current_setting('idle_in_transaction_session_timeout') AS idle`;
    const [fresh] = await queryAt(url, [settings]);
    for (let looks = 0; looks < 30; looks += 1) {
      expect((await other.query(settings)).rows).toEqual([fresh]);
      expect((await other.query('SELECT count(*)::int AS left FROM pg_prepared_statements')).rows).toEqual([
        { left: 0 },
      ]);
      expect((await other.query('SELECT pg_listening_channels() AS channel')).rows).toEqual([]);
    }
    const locks = await queryAt(url, [
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    ]);
    expect(locks).toEqual([]);
  });

  test('a pooler that restarts is found again', async () => {
    const ends: (() => Promise<void>)[] = [];
    const postgres = await sharedPostgres();
    const way = await startPooler(postgres.url(), { atEnd: (clean) => void ends.push(clean) });
    const url = await postgres.createDatabase();
    const store = await openNode(way(url), { listenUrl: url });
    await store.accounts.create(account('joe'));
    for (const end of ends) await end();
    await expect(store.accounts.create(account('ann'))).rejects.toThrow(StoreUnavailable);
    await startPooler(postgres.url(), {
      settings: { listen_port: new URL(way(url)).port },
      atEnd: onTestFinished,
    });
    expect(await store.accounts.create(account('ann'))).toBe('created');
  });
});
