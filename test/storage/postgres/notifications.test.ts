/** Notifications may be lost, doubled, late, out of order, broken or forged: the ends they tell of hold all the same. */

import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Store } from '../../../src/storage/port/port.ts';
import { readNotice } from '../../../src/storage/postgres/cluster/revocation.ts';
import { isNotice, notification, type PostgresProxy } from '../../support/postgres/messages.ts';
import {
  checking,
  isAccepted,
  joe,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../support/postgres/pair.ts';
import { type AtEnd, queryAt } from '../../support/postgres/store-fixture.ts';
import type { Connection } from '../../support/proxy.ts';
import { hex, session } from '../conformance/case.ts';

const trustMs = 1_000;

/** Nodes notice in half a second that notifications have stopped, and find a new connection in a few. */
const recoveryMs = 8_000;

const isListening = (store: Store) => metricValue(store, 'notifications_listening') === 1;
const notices = (store: Store) => metricValue(store, 'notifications_total');
const remembered = (store: Store) => metricValue(store, 'check_memory_entries', 'sessions');

const send = (url: string, ...payloads: string[]) =>
  queryAt(url, ...payloads.map((payload) => ["SELECT pg_notify('gatehouse', $1)", payload] as const));

/** A pair whose second node remembers some sessions of joe; returns their hashes. */
async function pairWith(sessions: number, atEnd: AtEnd) {
  const pair = await openPair({}, atEnd);
  const hashes: string[] = [];
  for (let n = 1; n <= sessions; n += 1) hashes.push(await sessionKnownTo(pair.a, pair.b, n));
  return { ...pair, hashes };
}

const acceptedOf = async (store: Store, hashes: readonly string[]) =>
  (await Promise.all(hashes.map((idHash) => isAccepted(store, idHash)))).filter(Boolean).length;

test.concurrent('N2: if notifications are partly lost, all ends take effect within the time of trust', async ({
  onTestFinished,
}) => {
  const { a, b, proxy, hashes } = await pairWith(10, onTestFinished);
  let seen = 0;
  proxy.judge((message) => (isNotice(message) && seen++ % 2 === 0 ? 'drop' : 'pass'));
  const checks = hashes.map((idHash) => checking(b, idHash));
  const endedAt: number[] = [];
  for (const [n, idHash] of hashes.entries()) {
    await a.sessions.remove([idHash]);
    endedAt.push(performance.now());
    await untilSo(() => seen > n, 'a notice of its own');
  }
  await untilSo(async () => (await acceptedOf(b, hashes)) === 0, 'all to be refused');
  expect(notices(b)).toBe(5);
  for (const [n, check] of checks.entries())
    expect(await check.lastAcceptedAt()).toBeLessThanOrEqual((endedAt[n] as number) + trustMs);
});

test.concurrent('N2: a notification that comes twice works like one', async ({ onTestFinished }) => {
  const { a, b, proxy, hashes } = await pairWith(3, onTestFinished);
  proxy.judge((message) => (notification(message) ? 'duplicate' : 'pass'));
  for (const [n, idHash] of hashes.entries()) {
    await a.sessions.remove([idHash]);
    await untilSo(() => notices(b) === 2 * (n + 1), 'the notice, twice');
  }
  expect(await acceptedOf(b, hashes)).toBe(0);
  expect(isListening(b)).toBe(true);
});

test.concurrent('N2: notifications that come late and in reverse order revive no session', async ({
  onTestFinished,
}) => {
  const { a, b, proxy, hashes } = await pairWith(3, onTestFinished);
  proxy.judge((message) => (isNotice(message) ? 'hold' : 'pass'));
  for (const [n, idHash] of hashes.entries()) {
    await a.sessions.remove([idHash]);
    await untilSo(() => proxy.held.length === n + 1, 'the notice to be held');
  }
  await a.sessions.insert(hex(20), session(20, joe));
  proxy.release((held) => held.toReversed());
  await untilSo(() => notices(b) === 3, 'the notices');
  expect(await acceptedOf(b, hashes)).toBe(0);
  expect(await isAccepted(b, hex(20))).toBe(true);
});

const deep = `${'['.repeat(3_900)}${']'.repeat(3_900)}`;
const name = 'x'.repeat(300);

test('a notification in another format is ignored', () => {
  const payloads = [
    '',
    'x',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    '{"node":1}',
    '{"node":null,"at":1}',
    '{"node":"other","at":"1","ended":[]}',
    '{"node":"other","at":null}',
    '{"node":"other","at":1.5}',
    '{"node":"other","at":1e400}',
    '{"node":"other","at":1,"ended":5}',
    '{"node":"other","at":1,"ended":"aaaa"}',
    '{"node":"other","at":1,"ended":{"length":4294967295}}',
    '{"node":"other","at":1,"ended":[null]}',
    '{"node":"other","at":1,"users":[{}]}',
    '{"node":"other","at":1,"users":true}',
    '{"node":"other","at":1,"everything":"no"}',
    `{"node":"other","at":1,"ended":["${name}"]}`,
    `{"node":"${name}","at":1}`,
    `{"node":"other","at":1,"ended":${deep}}`,
    deep,
  ];
  const notices = payloads.filter((payload) => 'at' in (readNotice(payload) ?? {}));
  expect(notices).toEqual([]);
});

test('property: whatever a notification says, reading it breaks nothing', () => {
  const field = fc.constantFrom('node', 'at', 'ended', 'users', 'everything', '__proto__', 'constructor');
  const payload = fc.oneof(fc.string(), fc.json(), fc.dictionary(field, fc.jsonValue()).map(JSON.stringify));
  fc.assert(
    fc.property(payload, (text) => {
      const read = readNotice(text);
      if (!read) return;
      expect(typeof read.node).toBe('string');
      if (!('at' in read)) return;
      for (const list of [read.ended ?? [], read.users ?? []])
        for (const one of list) expect(typeof one).toBe('string');
    }),
    { numRuns: 2_000 },
  );
});

test.concurrent('N2: forged and broken notifications break nothing, and what they fill is bounded', async ({
  onTestFinished,
}) => {
  const { url, a, b, hashes } = await pairWith(2, onTestFinished);
  await send(url, '', 'x', '{"node":"x","at":1,"ended":7}', '{"node":"x","at":1,"users":{}}', deep);
  const forged = (n: number) =>
    JSON.stringify({
      node: 'x',
      at: n,
      ended: Array.from({ length: 100 }, (_, i) => hex(n * 100 + i + 1_000)),
    });
  await send(url, ...Array.from({ length: 200 }, (_, n) => forged(n)));
  await untilSo(() => notices(b) === 200, 'the forged notices');
  expect(await acceptedOf(b, hashes)).toBe(2);
  await a.sessions.remove([String(hashes[0])]);
  const endedAt = performance.now();
  await untilSo(async () => !(await isAccepted(b, String(hashes[0]))), 'the notification of the end');
  expect(performance.now() - endedAt).toBeLessThan(600);
  expect(await acceptedOf(b, hashes)).toBe(1);
});

/** The connection on which a node listens, once it makes one; `judge` is free again then. */
function listenerOf(proxy: PostgresProxy): Connection[] {
  const found: Connection[] = [];
  proxy.judge(({ from, text }, connection) => {
    if (from === 'client' && text.startsWith('LISTEN')) found.push(connection);
    return 'pass';
  });
  return found;
}

/** A pair whose second node has a listening connection that can be identified. */
async function pairWithListener(atEnd: AtEnd) {
  const pair = await openPair({}, atEnd);
  const [first] = pair.proxy.connections;
  const found = listenerOf(pair.proxy);
  for (const connection of pair.proxy.connections) connection.cut();
  await untilSo(() => found.length > 0 && isListening(pair.b), 'the node to listen again');
  expect(found[0]).not.toBe(first);
  return { ...pair, listener: () => found.at(-1) as Connection, found };
}

test.concurrent('N2: where the listening connection falls silent the memory is emptied and the second holds; then it listens again', async ({
  onTestFinished,
}) => {
  const { a, b, proxy, listener } = await pairWithListener(onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  expect(remembered(b)).toBe(1);
  // Nor does any other connection come to listen, until the channel is back.
  proxy.judge(({ from, text }) => (from === 'client' && text.startsWith('LISTEN') ? 'hang' : 'pass'));
  listener().hang();
  await untilSo(() => !isListening(b), 'the silence to be noticed', 3_000);
  expect(remembered(b)).toBe(0);
  expect(await isAccepted(b, idHash)).toBe(true);
  const checks = checking(b, idHash);
  await a.sessions.remove([idHash]);
  const endedAt = performance.now();
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to hold');
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
  proxy.judge();
  await untilSo(() => isListening(b), 'the node to listen again', recoveryMs);
  const other = await sessionKnownTo(a, b, 2);
  await a.sessions.remove([other]);
  await untilSo(() => notices(b) > 0, 'a notice', 600);
});

test.concurrent('N2: where connections live and notifications do not come any more the memory is emptied', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  await sessionKnownTo(a, b);
  proxy.judge((message) => (notification(message) ? 'drop' : 'pass'));
  await untilSo(() => !isListening(b), 'the silence to be noticed', 3_000);
  expect(remembered(b)).toBe(0);
  proxy.judge();
  await untilSo(() => isListening(b), 'the node to listen again', recoveryMs);
});

test.concurrent('a listening connection that is cut is replaced, and no request is refused meanwhile', async ({
  onTestFinished,
}) => {
  const { a, b, found, listener } = await pairWithListener(onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  let failures = 0;
  let isOver = false;
  const asking = Array.from({ length: 20 }, async () => {
    while (!isOver) {
      await b.sessions.ofUser(joe, { limit: 99 }).catch(() => {
        failures += 1;
      });
    }
  });
  for (let cuts = 0; cuts < 10; cuts += 1) {
    const before = found.length;
    // At any instant between two signs of life, and in the middle of one.
    await sleep(cuts * 60);
    listener().cut();
    await untilSo(() => found.length > before && isListening(b), 'the node to listen again', recoveryMs);
  }
  isOver = true;
  await Promise.all(asking);
  expect(failures).toBe(0);
  expect(await isAccepted(b, idHash)).toBe(true);
});
