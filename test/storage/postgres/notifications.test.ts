/** Notifications may be lost, doubled, late, out of order, broken, forged or far too many: all ends take effect all the same. */

import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Store } from '../../../src/storage/port/port.ts';
import { channel, readNotification } from '../../../src/storage/postgres/cluster/revocation-notifier.ts';
import { hashOf, hits, isAccepted } from '../../support/checks.ts';
import { operatorAt, readsThrough } from '../../support/postgres/feed.ts';
import { isNotice, notification } from '../../support/postgres/messages.ts';
import {
  checking,
  joe,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../support/postgres/pair.ts';
import { type AtEnd, queryAt } from '../../support/postgres/store-fixture.ts';

const trustMs = 1_000;

const notices = (store: Store) => metricValue(store, 'notifications_total');

const send = (url: string, ...payloads: string[]) =>
  queryAt(url, ...payloads.map((payload) => ['SELECT pg_notify($1, $2)', channel, payload] as const));

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
    await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect');
    expect(await acceptedOf(b, hashes)).toBe(hashes.length - n - 1);
  }
  expect(metricValue(b, 'notifications_listening')).toBe(1);
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
  await untilSo(async () => (await acceptedOf(b, hashes)) === 0, 'all to be refused', trustMs);
  const other = await sessionKnownTo(a, b, 20);
  proxy.release((held) => held.toReversed());
  await untilSo(() => notices(b) === 3, 'the notices');
  await sleep(100);
  expect(await acceptedOf(b, hashes)).toBe(0);
  expect(await isAccepted(b, other)).toBe(true);
});

const deep = `${'['.repeat(3_900)}${']'.repeat(3_900)}`;
const name = 'x'.repeat(201);

test('a notification in another format is ignored', () => {
  const payloads = [
    undefined,
    '',
    'x',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    '{"at":1}',
    '{"node":1}',
    '{"node":null,"at":1}',
    '{"node":["other"],"at":1}',
    '{"node":"other","at":"1"}',
    '{"node":"other","at":null}',
    '{"node":"other","at":true}',
    '{"node":"other","at":[1]}',
    '{"node":"other","at":{"valueOf":1}}',
    '{"node":"other","at":1.5}',
    '{"node":"other","at":9007199254740992}',
    '{"node":"other","at":1e400}',
    '{"node":"other","at":1',
    `{"node":"${name}","at":1}`,
    `{"node":${deep},"at":1}`,
    deep,
  ];
  expect(payloads.filter((payload) => readNotification(payload) !== undefined)).toEqual([]);
});

test('a notification says a node and at most an instant: all else in it is left unread', () => {
  expect(readNotification('{"node":"other","at":1}')).toMatchObject({ node: 'other', at: 1 });
  expect(readNotification('{"node":"other"}')).toEqual({ node: 'other', at: undefined });
  const most = { node: 'x'.repeat(200), at: Number.MAX_SAFE_INTEGER };
  expect(readNotification(JSON.stringify(most))).toEqual(most);
  const more = { node: 'other', at: 1, ended: [hashOf(1)], users: [joe], everything: true };
  expect(readNotification(JSON.stringify(more))).toEqual({ node: 'other', at: 1 });
});

test('property: whatever a notification says, reading it breaks nothing', () => {
  const field = fc.constantFrom('node', 'at', 'ended', 'users', '__proto__', 'constructor');
  const payload = fc.oneof(fc.string(), fc.json(), fc.dictionary(field, fc.jsonValue()).map(JSON.stringify));
  fc.assert(
    fc.property(payload, (text) => {
      const read = readNotification(text);
      if (!read) return;
      expect(typeof read.node).toBe('string');
      if (read.at !== undefined) expect(read.at).toSatisfy(Number.isSafeInteger);
    }),
    { numRuns: 2_000 },
  );
});

test.concurrent('N2: forged, broken and very long notifications end nothing, and the end after them takes effect', async ({
  onTestFinished,
}) => {
  const { url, a, b, hashes } = await pairWith(2, onTestFinished);
  // The longest that PostgreSQL sends has 7,999 bytes.
  const padded = (at: unknown) =>
    JSON.stringify({ node: 'x', at, padding: '' }).replace('""', `"${'y'.repeat(7_900)}"`);
  await send(url, '', 'x', deep, padded('1'), '{"node":"x","at":1.5}', '{"at":1}');
  await send(
    url,
    padded(1),
    ...[1, 1, -1, Number.MAX_SAFE_INTEGER].map((at) => JSON.stringify({ node: 'x', at })),
  );
  await send(url, JSON.stringify({ node: 'x', at: 2, ended: hashes, users: [joe], everything: true }));
  await untilSo(() => notices(b) === 6, 'the forged notices');
  await sleep(100);
  expect(await acceptedOf(b, hashes)).toBe(2);
  expect(hits(b)).toBe(2);
  await a.sessions.remove([String(hashes[0])]);
  const endedAt = performance.now();
  await untilSo(async () => !(await isAccepted(b, String(hashes[0]))), 'the end to take effect');
  expect(performance.now() - endedAt).toBeLessThan(trustMs);
  expect(await acceptedOf(b, hashes)).toBe(1);
});

/** Sends forged notifications until it is stopped, and more than 3,000, with a pause after every fifty milliseconds of them. */
async function flood(url: string, pauseMs: number, atEnd: AtEnd): Promise<() => Promise<void>> {
  const forger = await operatorAt(url, atEnd);
  let sent = 0;
  let isOver = false;
  const over = (async () => {
    // A busy machine sends fewer in the same time, so that the flood lasts longer there.
    for (; !isOver || sent <= 3_000; sent += 100) {
      await forger.query(
        `SELECT pg_notify($1, json_build_object('node', 'x', 'at', n)::text) FROM generate_series($2::int, $2 + 99) AS n`,
        [channel, sent],
      );
      await sleep(sent % 1_000 === 0 ? pauseMs : 5);
    }
  })();
  return async () => {
    isOver = true;
    await over;
  };
}

/** The most instants that fall into one second; on their way through a busy machine they may come closer to each other. */
function mostInASecond(instants: readonly number[]): number {
  const spanMs = 1_000 - 100;
  return Math.max(
    0,
    ...instants.map((from) => instants.filter((at) => at >= from && at < from + spanMs).length),
  );
}

test.concurrent.for([
  ['without a pause', 5],
  ['in bursts', 440],
] as const)(
  'N2: a flood of notifications %s causes at most eight reads a second, keeps the memory, and delays no end beyond the second',
  async ([_how, pauseMs], { onTestFinished }) => {
    const { url, a, b, proxy, hashes } = await pairWith(3, onTestFinished);
    const stop = await flood(url, pauseMs, onTestFinished);
    const reads = readsThrough(proxy);
    for (const idHash of hashes.slice(1)) {
      await sleep(1_200);
      const checks = checking(b, idHash);
      await a.sessions.remove([idHash]);
      const endedAt = performance.now();
      await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect');
      expect(await checks.lastAcceptedAt()).toBeLessThan(endedAt + trustMs);
    }
    const before = hits(b);
    expect(await isAccepted(b, String(hashes[0]))).toBe(true);
    expect(hits(b)).toBe(before + 1);
    await stop();
    expect(reads.length).toBeGreaterThan(8);
    expect(mostInASecond(reads)).toBeLessThanOrEqual(8);
    expect(metricValue(b, 'notifications_listening')).toBe(1);
  },
);
