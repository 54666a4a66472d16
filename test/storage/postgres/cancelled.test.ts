/** However many requests are cancelled, timed out and cut off, every answer goes to its own request. */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { CircuitBreaker } from '../../../src/storage/postgres/connection/circuit-breaker.ts';
import { Connections } from '../../../src/storage/postgres/connection/connections.ts';
import { Login } from '../../../src/storage/postgres/connection/session-setup.ts';
import type { Run } from '../../../src/storage/postgres/connection/transaction.ts';
import { isFull } from '../../support/length.ts';
import type { PostgresProxy } from '../../support/postgres/messages.ts';
import { startPostgresProxy } from '../../support/postgres/messages.ts';
import { joe } from '../../support/postgres/pair.ts';
import { changed } from '../../support/postgres/refused.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { account, findSession, hex, session } from '../conformance/case.ts';

/**
 * Requests that have to fail before it is enough: all in all 5,000 in the full form. Each costs PostgreSQL a process for
 * the next connection, about 10 ms of CPU time, so that more would take the time of all other tests together.
 */
const limit = isFull ? { questions: 4_000, checks: 1_000 } : { questions: 400, checks: 400 };

/** Requests that have to be answered in between, or the test says little; on a slow machine that takes more failures. */
const minAnswered = 100;

const timeoutMs = isFull ? 1_200_000 : 120_000;

/** A database, a proxy before it, and an address through it at which many can log in without much work. */
async function openGround() {
  const postgres = await sharedPostgres();
  const url = await postgres.createDatabase();
  const name = `quick_${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(16).toString('hex');
  await queryAt(
    url,
    ['SET scram_iterations = 1'],
    [`CREATE ROLE ${name} SUPERUSER LOGIN PASSWORD '${secret}'`],
  );
  const proxy = await startPostgresProxy(postgres.port);
  return { url, proxy, quick: proxy.url(changed(url, { user: name, secret })) };
}

const pick = (below: number) => Math.floor(Math.random() * below);

/** What became of the requests so far. */
class Tally {
  answered = 0;
  failed = 0;
  readonly wrong: string[] = [];

  note(asked: unknown, answered: unknown): void {
    this.answered += 1;
    if (answered !== asked) this.wrong.push(`${asked} was answered with ${answered}`);
  }

  /** Counts a request that was broken off on its way; a request that was refused before it began is sent again later. */
  async fail(error: unknown): Promise<void> {
    if (error instanceof OnPurpose) return;
    if (!(error instanceof StoreUnavailable)) throw error;
    if (error.cause !== undefined || /took longer/.test(error.message)) this.failed += 1;
    else await sleep(5);
  }
}

class OnPurpose extends Error {}

/** Turns without any request that ended: new connections are broken sooner than this machine makes them. */
const patience = 60;

/**
 * Cancels and kills what works on a database, and cuts and silences connections, until it is stopped. Where nothing gets
 * through any more, it rests for a moment.
 */
async function disturb(url: string, proxy: PostgresProxy, tally: Tally): Promise<{ stop(): Promise<void> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  let isOver = false;
  const end = (how: 'cancel' | 'terminate', share: number) =>
    client.query(
      `SELECT pg_${how}_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND random() < $1`,
      [share],
    );
  const disturbing = (async () => {
    for (let turn = 1, ended = 0, since = 0; !isOver; turn += 1, since += 1) {
      if (tally.answered + tally.failed > ended) {
        ended = tally.answered + tally.failed;
        since = 0;
      } else if (since >= patience) {
        await sleep(1_000);
        since = 0;
      }
      await end('cancel', 0.7);
      if (turn % 7 === 0) await end('terminate', 0.3);
      const { connections } = proxy;
      if (turn % 5 === 0) connections[pick(connections.length)]?.cut();
      // It continues when its clients have given up, with the answer that was held back.
      if (turn % 60 === 0) {
        const silenced = connections[pick(connections.length)];
        silenced?.hang();
        setTimeout(() => silenced?.resume(), 2_500).unref();
      }
      await sleep(pick(6));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await disturbing;
      await client.end();
    },
  };
}

/** The time of a question in seconds; now and then it takes longer than it may. */
const anyTime = () => (pick(2_000) === 0 ? 2 : pick(4) / 1_000);

/** A question that only one answer is right for. */
async function ask(run: Run, tally: Tally, seconds = anyTime()): Promise<void> {
  const number = pick(1e9);
  const { rows } = await run<{ answer: string }>('SELECT $1::text AS answer FROM pg_sleep($2)', [
    String(number),
    seconds,
  ]);
  tally.note(String(number), rows[0]?.answer);
}

test(
  'N6: of many questions that are broken off in every way each is answered with its own answer, or not at all',
  async () => {
    const { url, proxy, quick } = await openGround();
    const login = await Login.at(quick);
    const connections = new Connections({
      login,
      limit: 12,
      breaker: new CircuitBreaker(),
      chance: Math.random,
    });
    onTestFinished(() => connections.close());
    const tally = new Tally();
    const kinds: (() => Promise<unknown>)[] = [
      () => ask(connections.read, tally),
      () =>
        connections.step(async (run) => {
          for (let questions = 0; questions < 3; questions += 1) await ask(run, tally);
        }),
      () =>
        connections.step(async (run) => {
          await ask(run, tally);
          throw new OnPurpose('a step of its own mind');
        }),
    ];
    const asker = async () => {
      while (tally.failed < limit.questions || tally.answered <= minAnswered)
        await (kinds[pick(kinds.length)] as () => Promise<unknown>)().catch((error) => tally.fail(error));
    };
    const disturbing = await disturb(url, proxy, tally);
    await Promise.all(Array.from({ length: 30 }, asker));
    await disturbing.stop();
    expect(tally.wrong).toEqual([]);
    expect(tally.answered).toBeGreaterThan(minAnswered);
    proxy.resume();
    await Promise.all(Array.from({ length: 50 }, () => ask(connections.read, tally, 0)));
    expect(tally.wrong).toEqual([]);
    expect(connections.counts.open).toBeLessThanOrEqual(12);
  },
  timeoutMs,
);

test(
  'N6: of many checks of many sessions each gets its own session, or that its state is unknown',
  async () => {
    const { url, proxy, quick } = await openGround();
    const store = await openNode(quick, { trustMs: 0, maxConnections: 12 });
    onTestFinished(() => proxy.resume());
    await store.accounts.create(account('joe'));
    const sessions = 200;
    for (let n = 0; n < sessions; n += 1) await store.sessions.insert(hex(n), session(n, joe));
    const tally = new Tally();
    const asker = async () => {
      while (tally.failed < limit.checks || tally.answered <= minAnswered) {
        const n = pick(sessions);
        const check =
          pick(10) === 0 ? store.sessions.findByHandle(`handle-${n}`) : findSession(store.sessions, hex(n));
        await Promise.resolve(check).then(
          (found) => tally.note(`handle-${n}`, found?.handle),
          (error) => tally.fail(error),
        );
      }
    };
    const disturbing = await disturb(url, proxy, tally);
    await Promise.all(Array.from({ length: 60 }, asker));
    await disturbing.stop();
    expect(tally.wrong).toEqual([]);
    expect(tally.answered).toBeGreaterThan(minAnswered);
  },
  timeoutMs,
);
