/** Logouts of several sessions at once: none waits for another for ever, and what is gone is confirmed as gone. */

import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { account, hex, session, trail } from '../../../src/storage/conformance/case.ts';
import { StoreUnavailable } from '../../../src/storage/port.ts';
import { openNode, queryAt } from '../../support/postgres/ground.ts';
import { joe, openPair, untilSo } from '../../support/postgres/pair.ts';
import { startPostgres } from '../../support/postgres.ts';

const ended = trail('logout');

test('B5: logouts with the same ids in different order, and ends of all sessions beside them, never deadlock', async () => {
  const { url, a, b } = await openPair();
  await a.accounts.create(account('ann'));
  const ask = async (sql: string) =>
    Number((await queryAt(url, [`${sql} AND datname = current_database()`]))[0]?.['n']);
  const deadlocks = () => ask('SELECT deadlocks AS n FROM pg_stat_database WHERE true');
  const waiting = () => ask("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
  const inTheWay = new Client({ connectionString: url });
  await inTheWay.connect();
  onTestFinished(() => inTheWay.end());
  expect(await deadlocks()).toBe(0);
  for (const [round, n] of [3, 4, 5].entries()) {
    const ids = Array.from({ length: 8 }, (_, place) => 8 * round + place);
    for (const id of ids) await a.sessions.insert(hex(id), session(id, id % 2 === 0 ? joe : 'id-of-ann'));
    const hashes = ids.map(hex);
    // Each comes as far as it can before this one is free, so that they hold what another one wants next.
    await inTheWay.query('BEGIN');
    const middle = [Buffer.from(hashes[n] ?? '', 'hex')];
    await inTheWay.query('SELECT 1 FROM sessions WHERE id_hash = $1 FOR UPDATE', middle);
    const ending = Promise.all([
      a.sessions.remove(hashes, ended),
      b.sessions.remove(hashes.toReversed(), ended),
      b.sessions.remove([...hashes.slice(4), ...hashes.slice(0, 4)], ended),
      a.sessions.removeOfUser(joe, undefined, 99, ended),
      b.sessions.removeOfUser('id-of-ann', undefined, 99, ended),
    ]);
    await untilSo(async () => (await waiting()) === 5, 'five who wait');
    await inTheWay.query('COMMIT');
    const handles = (await ending).flatMap((told) => [...told.values()].map(({ handle }) => handle));
    expect(handles.sort()).toEqual(ids.map((id) => `handle-${id}`).sort());
  }
  expect(await deadlocks()).toBe(0);
});

test('N7: to be told that sessions are gone is to wait until their ends are on the standby too', async () => {
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
