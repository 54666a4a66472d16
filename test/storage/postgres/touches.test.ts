/** Uses of sessions are written by all nodes together as rarely as by one, and never bring back what has ended. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { type SessionRules, Sessions } from '../../../src/concepts/sessions/sessions.ts';
import { digest } from '../../../src/crypto/ids.ts';
import type { Store } from '../../../src/storage/port/port.ts';
import { SessionCache } from '../../../src/storage/shared/session-cache.ts';
import { SessionCheck } from '../../../src/usecases/session-check.ts';
import { joe, openPair, untilSo } from '../../support/postgres/pair.ts';
import { type AtEnd, openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { startProxy } from '../../support/proxy.ts';
import { account, context, findSession, hex, session, untilNoted } from '../conformance/case.ts';

const start = 1_700_000_000_000;
const rules: SessionRules = {
  idleSeconds: 604_800,
  lifetimeSeconds: 2_592_000,
  browserSeconds: 86_400,
  maxPerUser: 0,
};
const owner = { userId: joe, contract: 'rest', network: '192.0.2.1', device: '' };

/** Some nodes on one database, with an account `joe`; every change of a session from now on is counted. */
async function openNodes(count: number, trustMs: number, atEnd: AtEnd) {
  const url = await (await sharedPostgres()).createDatabase();
  const nodes = await Promise.all(Array.from({ length: count }, () => openNode(url, { trustMs }, atEnd)));
  await (nodes[0] as Store).accounts.create(account('joe'));
  await queryAt(
    url,
    ['CREATE TABLE changes (id_hash bytea, seen bigint)'],
    [
      `CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN INSERT INTO changes VALUES (NEW.id_hash, NEW.last_seen_at); RETURN NULL; END'`,
    ],
    ['CREATE TRIGGER noted AFTER UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION note_change()'],
  );
  const written = async () => (await queryAt(url, ['SELECT seen FROM changes ORDER BY seen'])).map(seenIn);
  return { url, nodes, written };
}

function seenIn({ seen }: Record<string, unknown>): number {
  return Number(seen);
}

/** A session of joe that all nodes may use. */
async function begin(store: Store, changes: Partial<SessionRules> = {}, now = start) {
  const begun = await new Sessions(store.sessions, { ...rules, ...changes }).begin(
    owner,
    'uuid',
    now,
    context('login'),
  );
  if (!('id' in begun)) throw new Error('The session was refused.');
  return begun.id;
}

test.concurrent('N3: a use is written at most once a minute by all nodes together', async ({
  onTestFinished,
}) => {
  const { nodes, written } = await openNodes(3, 0, onTestFinished);
  const id = await begin(nodes[0] as Store);
  const used = async (now: number) => {
    const uses = nodes.map((node) => new Sessions(node.sessions, rules).use(id, now));
    for (const use of await Promise.all(uses)) expect(use).toMatchObject({ session: { lastSeenAt: now } });
  };
  const unused = async (now: number) => {
    await Promise.all(nodes.map((node) => new Sessions(node.sessions, rules).use(id, now)));
  };
  await unused(start + 59_999);
  await untilNoted();
  expect(await written()).toEqual([]);
  await used(start + 60_000);
  await untilNoted();
  await unused(start + 60_001);
  await unused(start + 119_999);
  await untilNoted();
  expect(await written()).toEqual([start + 60_000]);
  await used(start + 120_000);
  await untilNoted();
  expect(await written()).toEqual([start + 60_000, start + 120_000]);
});

test.concurrent('N3: nodes that check one session without a pause write no more than one would', async ({
  onTestFinished,
}) => {
  const { nodes, written } = await openNodes(3, 1_000, onTestFinished);
  // A tenth of the idle time is a second.
  const changes = { idleSeconds: 10 };
  const clock = () => nodes[0]?.clock?.() as number;
  const begunAt = clock();
  const id = await begin(nodes[0] as Store, changes, begunAt);
  const over = clock() + 3_500;
  await Promise.all(
    nodes.map(async (node) => {
      const sessions = new Sessions(node.sessions, { ...rules, ...changes });
      const cache = new SessionCache(node.revocations, 1_048_576);
      const check = new SessionCheck({ sessions, cache }, JSON.stringify);
      const isMostlyHit = () => cache.counts.lookups.hit > cache.counts.lookups.miss;
      // Longer on a busy machine: while a node is late with the feed, or with the write of a use, its checks ask the store.
      for (let now = clock(); now < over || (now < over + 20_000 && !isMostlyHit()); now = clock()) {
        expect(await check.answer(id, now)).toContain(joe);
        await sleep(2);
      }
      // Most checks are answered from memory, and each use that is due is recorded all the same.
      const { hit, miss } = cache.counts.lookups;
      expect(hit).toBeGreaterThan(miss);
    }),
  );
  await untilNoted();
  const instants = [begunAt, ...(await written())];
  expect(instants.length).toBeGreaterThan(2);
  for (const [n, at] of instants.entries()) expect(at - (instants[n - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test.concurrent('N3: a use noted on one node revives nothing that another one ended', async ({
  onTestFinished,
}) => {
  const { url, nodes } = await openNodes(2, 1_000, onTestFinished);
  const [a, b] = nodes as [Store, Store];
  for (let round = 1; round <= 10; round += 1) {
    await a.sessions.insert(hex(round), session(round, joe));
    await findSession(b.sessions, hex(round));
    b.sessions.touch(hex(round), 2_000, 6_000);
    // Around the instant at which the use is written.
    await sleep(75 + round * 5);
    await a.sessions.remove([hex(round)], context('logout'));
  }
  await untilNoted();
  expect(await queryAt(url, ['SELECT handle FROM sessions'])).toEqual([]);
  expect(await queryAt(url, ['SELECT handle FROM ended'])).toHaveLength(10);
});

test.concurrent('a use of a locked session is skipped, delays no one, and is recorded by a later use', async ({
  onTestFinished,
}) => {
  const { url, nodes, written } = await openNodes(1, 300, onTestFinished);
  const [node] = nodes as [Store];
  const sessions = new Sessions(node.sessions, rules);
  const [held, free] = [await begin(node), await begin(node)];
  const holder = new Client({ connectionString: url });
  onTestFinished(() => holder.end());
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM sessions WHERE id_hash = $1 FOR UPDATE', [
    Buffer.from(digest(held), 'hex'),
  ]);
  for (const id of [held, free]) await sessions.use(id, start + 60_000);
  await untilSo(async () => (await written()).length === 1, 'the free one to be written', 1_000);
  await untilNoted();
  expect(await written()).toEqual([start + 60_000]);
  await holder.query('ROLLBACK');
  await sleep(300);
  for (const id of [held, free]) await sessions.use(id, start + 61_000);
  await untilSo(async () => (await written()).length === 2, 'the other one to be written', 1_000);
  expect(await written()).toEqual([start + 60_000, start + 61_000]);
});

test.concurrent('more uses than one statement writes are written all the same', async ({
  onTestFinished,
}) => {
  const { url, nodes } = await openNodes(1, 0, onTestFinished);
  const [node] = nodes as [Store];
  const count = 2_501;
  const hash = "decode(lpad(to_hex(n), 64, '0'), 'hex')";
  await queryAt(url, [
    `INSERT INTO sessions SELECT ${hash}, 'handle-' || n, $1, 'rest', 1000, 1000, 5000, 9000, 1000, '', ''
       FROM generate_series(1, $2::int) AS n`,
    joe,
    count,
  ]);
  for (let n = 1; n <= count; n += 1) node.sessions.touch(hex(n), 2_000 + n, 6_000);
  const selectWritten = 'SELECT count(*)::int AS written FROM sessions WHERE last_seen_at > 2000';
  await untilSo(
    async () => (await queryAt(url, [selectWritten]))[0]?.['written'] === count,
    'all uses to be written',
  );
  const [wrong] = await queryAt(url, [
    `SELECT count(*)::int AS wrong FROM sessions WHERE last_seen_at <> 2000 + substr(handle, 8)::int`,
  ]);
  expect(wrong).toEqual({ wrong: 0 });
});

test.concurrent('closing waits for uses that are being written, and for those noted meanwhile', async ({
  onTestFinished,
}) => {
  const postgres = await sharedPostgres();
  const { url, a } = await openPair({}, onTestFinished);
  for (const n of [1, 2]) await a.sessions.insert(hex(n), session(n, joe));
  const proxy = await startProxy(postgres.port, { atEnd: onTestFinished });
  const node = await openNode(proxy.url(url), {}, onTestFinished);
  proxy.delay(100);
  node.sessions.touch(hex(1), 2_000, 6_000);
  // By now the first is on its way: its owner has been asked for, and is not known yet.
  await sleep(150);
  node.sessions.touch(hex(2), 2_000, 6_000);
  await node.close();
  expect(await queryAt(url, ['SELECT last_seen_at::int AS seen FROM sessions'])).toEqual([
    { seen: 2_000 },
    { seen: 2_000 },
  ]);
});
