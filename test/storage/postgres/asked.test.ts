/** When a node asks the store instead of its cache, and how it works without a listener behind a pooler. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { metricValue } from '../../support/postgres/pair.ts';
import { openNode, queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { startProxy } from '../../support/proxy.ts';
import { idHash, makeAccount, sessionOfJoe } from '../../support/sqlite.ts';

test('N2: memory answers for a second, and not where the store itself is asked', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const { accounts, sessions } = await openNode(url);
  const node = await openNode(url);
  await makeAccount(node, 'joe');
  await node.sessions.insert(idHash(1), sessionOfJoe(1));
  expect(await sessions.find(idHash(1))).toMatchObject({ handle: 'handle-1' });
  // Without the nodes, so that none is notified.
  await queryAt(url, ['UPDATE users SET disabled_at = 5'], ["UPDATE sessions SET device = 'another'"]);
  expect(await accounts.findUser('joe', 'current')).toMatchObject({ disabledAt: 5 });
  expect(await sessions.find(idHash(1), 'cached')).toMatchObject({ device: 'Firefox on Linux' });
  expect(await sessions.find(idHash(1), 'current')).toMatchObject({ device: 'another' });
});

test('N2: that an id names no session is asked for once in a second, and not where the store itself is asked', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  const node = await openNode(url);
  const asked = () => metricValue(node, 'check_memory_lookups_total', 'sessions', 'miss');
  for (let i = 0; i < 5; i += 1) expect(await node.sessions.find(idHash(1))).toBeUndefined();
  expect(asked()).toBe(1);
  expect(metricValue(node, 'check_memory_lookups_total', 'sessions', 'hit')).toBe(4);
  await makeAccount(node, 'joe');
  // Behind its back, as another node would.
  const other = await openNode(url);
  await other.sessions.insert(idHash(1), sessionOfJoe(1));
  expect(await node.sessions.find(idHash(1), 'current')).toMatchObject({ handle: 'handle-1' });
  await sleep(1_050);
  expect(await node.sessions.find(idHash(1))).toMatchObject({ handle: 'handle-1' });
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
  expect(await node.accounts.findUser('joe', 'current')).toMatchObject({ id: 'joe' });
  expect(await node.ping()).toBeUndefined();
  await proxy.accept();
  await expect.poll(isListening).toBe(1);
});
