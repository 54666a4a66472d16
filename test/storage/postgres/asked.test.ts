/** When a node asks the store instead of its cache, and how it works without a listener behind a pooler. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { person } from '../../support/person.ts';
import { metricValue } from '../../support/postgres/pair.ts';
import { carriedOut, explaining } from '../../support/postgres/plans.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { startProxy } from '../../support/proxy.ts';
import { startServer } from '../../support/server.ts';
import { idHash, makeAccount, sessionOfJoe } from '../../support/sqlite.ts';
import { findSession } from '../conformance/case.ts';

test('N2: memory answers for a second, and not where the store itself is asked', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const { accounts, sessions } = await openNode(url);
  const node = await openNode(url);
  await makeAccount(node, 'joe');
  await node.sessions.insert(idHash(1), sessionOfJoe(1));
  expect(await findSession(sessions, idHash(1))).toMatchObject({ handle: 'handle-1' });
  // Without the nodes, so that none is notified.
  await queryAt(url, ['UPDATE users SET disabled_at = 5'], ["UPDATE sessions SET device = 'another'"]);
  expect(await sessions.findWithUser(idHash(1), 'cached')).toMatchObject({
    session: { device: 'Firefox on Linux' },
    user: { disabledAt: null },
  });
  const current = { session: { device: 'another' }, user: { disabledAt: 5 } };
  expect(await sessions.findWithUser(idHash(1))).toMatchObject(current);
  expect(await sessions.findWithUser(idHash(1), 'current')).toMatchObject(current);
  expect(await accounts.findUser('joe')).toMatchObject({ disabledAt: 5 });
});

test('N2: that an id names no session is asked for once in a second, and not where the store itself is asked', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const node = await openNode(url);
  const asked = () => metricValue(node, 'check_memory_lookups_total', 'sessions', 'miss');
  for (let i = 0; i < 5; i += 1) expect(await findSession(node.sessions, idHash(1))).toBeUndefined();
  expect(asked()).toBe(1);
  expect(metricValue(node, 'check_memory_lookups_total', 'sessions', 'hit')).toBe(4);
  await makeAccount(node, 'joe');
  // Behind its back, as another node would.
  const other = await openNode(url);
  await other.sessions.insert(idHash(1), sessionOfJoe(1));
  expect(await findSession(node.sessions, idHash(1), 'current')).toMatchObject({ handle: 'handle-1' });
  await sleep(1_050);
  expect(await findSession(node.sessions, idHash(1))).toMatchObject({ handle: 'handle-1' });
});

test('with no memory for checks one check is one question, and so is the look at a name', async () => {
  const postgres = await startPostgres({ settings: { ...explaining, fsync: 'off' } });
  const server = await startServer({
    DATABASE_URL: await postgres.createDatabase(),
    GATEHOUSE_CHECK_TRUST_MS: '0',
  });
  const ada = await person(server);
  const asked = async (something: () => Promise<unknown>) => {
    const statements = await carriedOut(postgres, something);
    // Signs of life touch no table, and entries of the audit are linked beside requests.
    const own = statements.filter(({ tables }) => tables.isSubsetOf(new Set(['auth', 'sessions', 'users'])));
    return own.map(({ tables }) => [...tables].sort()).filter(({ length }) => length > 0);
  };
  const check = [['auth', 'sessions', 'users']];
  expect(await asked(() => ada.ask('GET', '/auth/session'))).toEqual(check);
  expect(await asked(() => ada.ask('GET', '/auth/sessions'))).toEqual([...check, ['sessions']]);
  // Of an id that nobody has, the session is all that is looked for.
  const ofNobody = () => server.send({ path: '/auth/session', headers: { 'x-session-id': 'x'.repeat(26) } });
  expect(await asked(ofNobody)).toEqual([['sessions']]);

  const { accounts } = await openNode(await postgres.createDatabase());
  await makeAccount({ accounts }, 'joe');
  expect(await asked(async () => accounts.findCredential('joe'))).toEqual([['auth', 'users']]);
  expect(await asked(async () => accounts.findCredential('nobody'))).toHaveLength(1);
});

test('N6: a database is not out of reach because the way around its pooler is', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const proxy = await startProxy(server.port);
  const node = await openNode(url, { listenUrl: proxy.url(url) });
  await makeAccount(node, 'joe');
  await proxy.refuse();
  proxy.cut();
  const isListening = () =>
    node
      .metrics?.()
      .flatMap((metric) =>
        metric.name === 'gatehouse_notifications_listening' && metric.kind === 'gauge' ? metric.samples : [],
      )[0]?.value;
  await expect.poll(isListening).toBe(0);
  // Long enough for the watch to have tried and failed.
  await sleep(1_000);
  expect(await node.accounts.findUser('joe')).toMatchObject({ id: 'joe' });
  expect(await node.ping()).toBeUndefined();
  await proxy.accept();
  await expect.poll(isListening).toBe(1);
});
