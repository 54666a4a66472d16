/** Logouts of several sessions at once: none waits for another for ever, and what is gone is confirmed as gone. */

import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type Session, type Store, StoreUnavailable } from '../../../src/storage/port/port.ts';
import { joe, untilSo } from '../../support/postgres/pair.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { account, context, findSession, hex, session } from '../conformance/case.ts';

const ended = context('logout');

type Told = Pick<Map<unknown, Session>, 'values'>;

/** Two ways to end the same sessions at once: of joe those with even numbers, and of ann the others. */
const pairs: Readonly<Record<string, (a: Store, b: Store, ids: readonly string[]) => Promise<Told>[]>> = {
  'two logouts, one in reverse': (a, b, ids) => [
    a.sessions.remove(ids, ended),
    b.sessions.remove(ids.toReversed(), ended),
  ],
  'two logouts, one of them from the middle on': (a, b, ids) => [
    a.sessions.remove([...ids.slice(4), ...ids.slice(0, 4)], ended),
    b.sessions.remove(ids, ended),
  ],
  'a logout and an end of all': (a, b, ids) => [
    a.sessions.remove(ids.toReversed(), ended),
    b.sessions.removeOfUser(joe, undefined, 99, ended),
  ],
};

test.each(Object.entries(pairs))('B5: %s never deadlock', async (_, begin) => {
  const url = await (await sharedPostgres()).createDatabase();
  // Steps that wait for one another run out of time, before the server would find out and have one of them run again.
  await queryAt(url, [`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET deadlock_timeout = '1min'`]);
  const [a, b] = [await openNode(url), await openNode(url)];
  for (const name of ['joe', 'ann']) await a.accounts.create(account(name));
  const inTheWay = new Client({ connectionString: url });
  const looking = new Client({ connectionString: url });
  for (const client of [inTheWay, looking]) await client.connect();
  onTestFinished(async () => {
    for (const client of [inTheWay, looking]) await client.end();
  });
  const ids = Array.from({ length: 8 }, (_, n) => hex(n));
  for (const n of ids.keys()) await a.sessions.insert(hex(n), session(n, n % 2 === 0 ? joe : 'id-of-ann'));
  // Whose they are is known to both.
  for (const id of ids) await Promise.all([findSession(a.sessions, id), findSession(b.sessions, id)]);
  // Both come as far as they can before this one is free, so that each holds what the other wants next.
  await inTheWay.query('BEGIN');
  await inTheWay.query('SELECT 1 FROM sessions WHERE id_hash = $1 FOR UPDATE', [Buffer.from(hex(4), 'hex')]);
  const ending = Promise.all(begin(a, b, ids));
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await untilSo(async () => (await looking.query(waiting)).rowCount === 2, 'two who wait');
  await inTheWay.query('COMMIT');
  const handles = (await ending).flatMap((told) => [...told.values()].map(({ handle }) => handle));
  expect(handles.sort()).toEqual(ids.map((_, n) => `handle-${n}`));
});

test('P3: a session that gets another id while all of its user end has ended with them', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const node = await openNode(url);
  await node.accounts.create(account('joe'));
  for (const n of [1, 2]) await node.sessions.insert(hex(n), session(n, joe));
  const rotating = new Client({ connectionString: url });
  const looking = new Client({ connectionString: url });
  for (const client of [rotating, looking]) await client.connect();
  onTestFinished(async () => {
    for (const client of [rotating, looking]) await client.end();
  });
  // As far as a step comes that gives a session another id, on another node.
  await rotating.query('BEGIN');
  await rotating.query('UPDATE sessions SET id_hash = $1 WHERE id_hash = $2', [
    Buffer.from(hex(9), 'hex'),
    Buffer.from(hex(1), 'hex'),
  ]);
  const ending = node.sessions.removeOfUser(joe, undefined, 99, ended);
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await untilSo(async () => (await looking.query(waiting)).rowCount === 1, 'the end of all to wait');
  await rotating.query('COMMIT');
  expect((await ending).map(({ handle }) => handle)).toEqual(['handle-1', 'handle-2']);
  expect(await node.sessions.findWithUser(hex(9))).toBeUndefined();
  expect(await node.sessions.findEnded(hex(9))).toMatchObject({ handle: 'handle-1' });
});

test('N7: the answer that sessions have ended waits until their ends are on the standby too', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase();
  const node = await openNode(url);
  await node.accounts.create(account('joe'));
  for (const n of [1, 2]) await node.sessions.insert(hex(n), session(n, joe));
  expect((await node.sessions.remove([1, 2].map(hex), ended)).size).toBe(2);
  expect((await node.sessions.remove([1, 2].map(hex), ended)).size).toBe(0);
  // From now on a commit waits for a standby that never comes.
  await server.query("ALTER SYSTEM SET synchronous_standby_names = 'missing'");
  await server.query('SELECT pg_reload_conf()');
  onTestFinished(async () => {
    await server.query('ALTER SYSTEM RESET synchronous_standby_names');
    await server.query('SELECT pg_reload_conf()');
  });
  await expect
    .poll(() => queryAt(url, ['SHOW synchronous_standby_names']))
    .toEqual([{ synchronous_standby_names: 'missing' }]);
  for (const ids of [[1], [2, 1], [9, 1, 2]])
    await expect(node.sessions.remove(ids.map(hex), ended)).rejects.toThrow(StoreUnavailable);
  // Of ids that never were there is nothing to wait for.
  expect((await node.sessions.remove([8, 9].map(hex), ended)).size).toBe(0);
});
