/** When a node asks the store instead of its cache, and how it works without a listener behind a pooler. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerOf, checksOf, hashOf, hits, isAccepted } from '../../support/checks.ts';
import { person } from '../../support/person.ts';
import { onRequest, untilTold } from '../../support/postgres/feed.ts';
import { openCheckingNode } from '../../support/postgres/pair.ts';
import { carriedOut, explaining } from '../../support/postgres/plans.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { startProxy } from '../../support/proxy.ts';
import { startServer } from '../../support/server.ts';
import { makeAccount, sessionOfJoe } from '../../support/sqlite.ts';
import { findSession } from '../conformance/case.ts';

test('N2: memory answers the check, and only the check: where the store itself is asked it answers', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const other = await openNode(url);
  const node = await openCheckingNode(url, onRequest);
  await makeAccount(node, 'joe');
  await node.sessions.insert(hashOf(1), sessionOfJoe(1));
  const remembered = await answerOf(node, hashOf(1));
  expect(remembered).toContain('Firefox on Linux');
  // Without the nodes, so that none is notified; and the node reads the feed again in 15 seconds only.
  await queryAt(url, ['UPDATE users SET disabled_at = 5'], ["UPDATE sessions SET device = 'another'"]);
  expect(await answerOf(node, hashOf(1))).toBe(remembered);
  expect(hits(node)).toBe(1);
  const current = { session: { device: 'another' }, user: { disabledAt: 5 } };
  expect(await node.sessions.findWithUser(hashOf(1))).toMatchObject(current);
  expect(await node.sessions.findByHandle('handle-1')).toMatchObject(current.session);
  expect(await node.sessions.ofUser('joe', { limit: 9 })).toMatchObject([current.session]);
  expect(await node.accounts.findUser('joe')).toMatchObject({ disabledAt: 5 });
  expect(await answerOf(other, hashOf(1))).toBeUndefined();
  await untilTold(url, async () => (await answerOf(node, hashOf(1))) === undefined, 'the feed to be read');
});

test('N2: that an id names no session is asked for once, and each time where the store itself is asked', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const node = await openCheckingNode(url);
  for (let i = 0; i < 5; i += 1) expect(await isAccepted(node, hashOf(1))).toBe(false);
  expect(checksOf(node).cache.counts.lookups).toEqual({ hit: 0, dead: 4, miss: 1 });
  await makeAccount(node, 'joe');
  // Behind its back, as another node would.
  const other = await openNode(url);
  await other.sessions.insert(hashOf(1), sessionOfJoe(1));
  expect(await findSession(node.sessions, hashOf(1))).toMatchObject({ handle: 'handle-1' });
});

test('N2: very many invented ids take a bounded place in memory, and displace no live session', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const node = await openCheckingNode(url);
  const { cache, check } = checksOf(node);
  await makeAccount(node, 'joe');
  await node.sessions.insert(hashOf(1), sessionOfJoe(1));
  expect(await isAccepted(node, hashOf(1))).toBe(true);
  for (let n = 0; n < 20_000; n += 500) {
    const invented = Array.from({ length: 500 }, (_, i) => check.answer(`invented-${n + i}`, 2_000));
    expect(new Set(await Promise.all(invented))).toEqual(new Set([undefined]));
    const before = hits(node);
    expect(await isAccepted(node, hashOf(1))).toBe(true);
    expect(hits(node)).toBe(before + 1);
    expect(cache.counts.dead).toBeLessThanOrEqual(8_192);
    expect(cache.counts.bytes).toBeLessThanOrEqual(1_048_576);
  }
  expect(cache.counts.answers).toBe(1);
  expect(cache.counts.dead).toBeGreaterThan(0);
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
    const own = statements.filter(({ tables }) =>
      tables.isSubsetOf(new Set(['auth', 'second_factors', 'sessions', 'users'])),
    );
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
  const ofName = [['auth', 'second_factors', 'users']];
  expect(await asked(async () => accounts.findCredential('joe'))).toEqual(ofName);
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
