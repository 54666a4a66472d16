/** The connection on which a node hears of others may fall silent, deliver nothing or be cut: the second holds meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Store } from '../../../../src/storage/port/port.ts';
import { checksOf, hits, isAccepted } from '../../../support/checks.ts';
import { isFeedRead } from '../../../support/postgres/feed.ts';
import { notification, type PostgresProxy } from '../../../support/postgres/messages.ts';
import {
  checking,
  joe,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../../support/postgres/pair.ts';
import type { AtEnd } from '../../../support/postgres/store-fixture.ts';
import type { Connection } from '../../../support/proxy.ts';

const trustMs = 1_000;

/** Nodes notice in half a second that notifications have stopped, and find a new connection in a few. */
const recoveryMs = 8_000;

const isListening = (store: Store) => metricValue(store, 'notifications_listening') === 1;
const notices = (store: Store) => metricValue(store, 'notifications_total');

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
  await untilSo(() => pair.b.revocations.isFresh(), 'the feed to be read');
  expect(found[0]).not.toBe(first);
  return { ...pair, listener: () => found.at(-1) as Connection, found };
}

/** A session that a node answers for from its cache. */
async function cachedBy(maker: Store, knowing: Store, n = 1): Promise<string> {
  const idHash = await sessionKnownTo(maker, knowing, n);
  const before = hits(knowing);
  expect(await isAccepted(knowing, idHash)).toBe(true);
  expect(hits(knowing)).toBe(before + 1);
  return idHash;
}

test.concurrent('N2: where the listening connection falls silent every check asks the database and the second holds; then it listens again', async ({
  onTestFinished,
}) => {
  const { a, b, proxy, listener } = await pairWithListener(onTestFinished);
  const [idHash, other] = [await cachedBy(a, b), await cachedBy(a, b, 2), await cachedBy(a, b, 4)];
  const checks = checking(b, idHash);
  // Nor does any other connection come to listen, until the channel is back.
  proxy.judge(({ from, text }) => (from === 'client' && text.startsWith('LISTEN') ? 'hang' : 'pass'));
  listener().hang();
  await a.sessions.remove([idHash]);
  const endedAt = performance.now();
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect');
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
  await untilSo(() => !isListening(b), 'the silence to be noticed', 3_000);
  const before = hits(b);
  expect(await isAccepted(b, other)).toBe(true);
  expect([b.revocations.isFresh(), hits(b)]).toEqual([false, before]);
  expect(metricValue(b, 'revocations_age_seconds')).toBeGreaterThan(1);
  // Ends and checks go on meanwhile.
  await a.sessions.remove([other]);
  expect(await isAccepted(b, other)).toBe(false);
  proxy.judge();
  await untilSo(() => isListening(b), 'the node to listen again', recoveryMs);
  await untilSo(() => b.revocations.isFresh(), 'the feed to be read');
  expect(checksOf(b).emptied.at(-1)).toBe('first_read');
  const third = await cachedBy(a, b, 3);
  await a.sessions.remove([third]);
  await untilSo(() => notices(b) > 0, 'a notice', 600);
  await untilSo(async () => !(await isAccepted(b, third)), 'the end to take effect', 600);
});

test.concurrent('N2: where connections live and notifications do not come any more the feed is read, and the second holds', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await cachedBy(a, b);
  proxy.judge((message) => (notification(message) ? 'drop' : 'pass'));
  await untilSo(() => !isListening(b), 'the silence to be noticed', 3_000);
  expect(b.revocations.isFresh()).toBe(true);
  const checks = checking(b, idHash);
  await a.sessions.remove([idHash]);
  const endedAt = performance.now();
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect');
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
  expect(notices(b)).toBe(0);
  proxy.judge();
  await untilSo(() => isListening(b), 'the node to listen again', recoveryMs);
});

test.concurrent('N2: an answer about the feed that comes late counts from its question on', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await cachedBy(a, b);
  // The answer of the next read stays on its way, and so does all that comes after it on that connection.
  const letGo = await new Promise<() => void>((resolve) => {
    let reading: Connection | undefined;
    proxy.judge((message, connection) => {
      if (isFeedRead(message)) reading = connection;
      if (message.type !== 'D' || connection !== reading) return 'pass';
      proxy.judge((later) => (isFeedRead(later) ? 'hang' : 'pass'));
      resolve(() => connection.resume());
      return 'hang';
    });
  });
  const checks = checking(b, idHash);
  await a.sessions.remove([idHash]);
  const endedAt = performance.now();
  // Before the last read has expired: from then on the database would be asked.
  await sleep(600);
  letGo();
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect');
  await sleep(trustMs);
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
});

test.concurrent('a listening connection that is cut is replaced, and no request is refused meanwhile', async ({
  onTestFinished,
}) => {
  const { a, b, found, listener } = await pairWithListener(onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  let failures = 0;
  let isOver = false;
  const failed = () => {
    failures += 1;
  };
  const asking = Array.from({ length: 20 }, async () => {
    while (!isOver) {
      await b.sessions.ofUser(joe, { limit: 99 }).catch(failed);
      // Also for checks, while the feed is not read.
      await isAccepted(b, idHash).then((isIn) => isIn || failed(), failed);
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
  await untilSo(() => b.revocations.isFresh(), 'the feed to be read');
  await a.sessions.remove([idHash]);
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the end to take effect', trustMs);
});
