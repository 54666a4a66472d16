/** The other nodes refuse a session that one node ended: in a moment with a notification, within the time of trust without. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { checksOf, hashOf, hits, isAccepted } from '../../support/checks.ts';
import { endings } from '../../support/postgres/endings.ts';
import { onRequest, readsThrough } from '../../support/postgres/feed.ts';
import { isNotice, type Message, type PostgresProxy } from '../../support/postgres/messages.ts';
import {
  checking,
  joe,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../support/postgres/pair.ts';
import { queryAt } from '../../support/postgres/store-fixture.ts';
import { session } from '../conformance/case.ts';

const trustMs = 1_000;

/** Less than the time between two reads of the feed by so much that only a message can be the reason. */
const soonMs = 600;

/** From now on a node behind a proxy gets no notification of an end, and does not notice that. */
function dropNews(proxy: PostgresProxy): void {
  proxy.judge((message) => (isNotice(message) ? 'drop' : 'pass'));
}

const isCommitted = ({ from, type, text }: Message) =>
  from === 'server' && type === 'C' && text.startsWith('COMMIT');

test.concurrent.for(endings)(
  'N2: a session that ended $title is refused by the node that did it at once, by others in a moment',
  async ({ end }, { onTestFinished }) => {
    const { a, b } = await openPair(onRequest, onTestFinished);
    const idHash = await sessionKnownTo(a, b);
    for (const node of [a, b, a, b]) expect(await isAccepted(node, idHash)).toBe(true);
    expect([hits(a), hits(b)]).toEqual([1, 2]);
    await end(a);
    const endedAt = performance.now();
    expect(await isAccepted(a, idHash)).toBe(false);
    await untilSo(async () => !(await isAccepted(b, idHash)), 'the other node to refuse');
    expect(performance.now() - endedAt).toBeLessThan(soonMs);
    expect(metricValue(b, 'notifications_total')).toBeGreaterThan(0);
  },
);

test.concurrent.for(endings)(
  'N2: a session that ended $title is refused within the time of trust without a notification',
  async ({ end }, { onTestFinished }) => {
    const { a, b, proxy } = await openPair({}, onTestFinished);
    dropNews(proxy);
    const idHash = await sessionKnownTo(a, b);
    const checks = checking(b, idHash);
    await untilSo(() => hits(b) > 0, 'an answer from memory');
    await end(a);
    const endedAt = performance.now();
    await untilSo(async () => !(await isAccepted(b, idHash)), 'the other node to refuse');
    expect(metricValue(b, 'notifications_total')).toBe(0);
    expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
    expect(await isAccepted(b, idHash)).toBe(false);
  },
);

test.concurrent.for(endings)(
  'N2: a session that ended $title is refused at once also where the answer to the commit was lost',
  async ({ end }, { onTestFinished }) => {
    const { a, b, proxy } = await openPair({}, onTestFinished);
    const idHash = await sessionKnownTo(a, b);
    proxy.judge((message) => (isCommitted(message) ? 'cut' : 'pass'));
    await expect(end(b)).rejects.toThrow(StoreUnavailable);
    proxy.judge();
    expect(await isAccepted(b, idHash)).toBe(false);
    expect(await isAccepted(a, idHash)).toBe(false);
  },
);

test.concurrent('a commit that never arrived ended nothing, and the session is accepted', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  proxy.judge(({ from, type, text }) =>
    from === 'client' && type === 'Q' && text.startsWith('COMMIT') ? 'cut' : 'pass',
  );
  await expect(b.sessions.remove([idHash])).rejects.toThrow(StoreUnavailable);
  proxy.judge();
  expect(await isAccepted(b, idHash)).toBe(true);
});

/** The row of a session on its way to a node, which stays on its way until it is let go. */
async function rowUnderWay(proxy: PostgresProxy, idHash: string): Promise<() => void> {
  return new Promise((resolve) => {
    proxy.judge((message, connection) => {
      if (message.type !== 'D' || !message.text.includes(idHash) || !message.text.includes('handle'))
        return 'pass';
      proxy.judge();
      resolve(() => connection.resume());
      return 'hang';
    });
  });
}

/** What the cache of a node holds. */
const answersOf = (store: Parameters<typeof checksOf>[0]) => checksOf(store).cache.counts.answers;

test.concurrent('N2: a row read before an end, and answered after the feed told of it, is not remembered', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair(onRequest, onTestFinished);
  const idHash = await sessionKnownTo(a, a);
  const other = await sessionKnownTo(a, b, 2);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  await a.sessions.remove([idHash, other]);
  // Both ends are in the feed together: who knows of one knows of the other.
  await untilSo(async () => !(await isAccepted(b, other)), 'the feed to tell');
  const before = hits(b);
  letGo();
  expect(await question).toBe(true);
  expect(answersOf(b)).toBe(0);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(hits(b)).toBe(before);
});

/** A row on its way to the second node, of a session that ended on the first one without a notification. */
async function rowOfEnded(...[changes, atEnd]: Required<Parameters<typeof openPair>>) {
  const { a, b, proxy } = await openPair(changes, atEnd);
  const idHash = await sessionKnownTo(a, a);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  dropNews(proxy);
  await a.sessions.remove([idHash]);
  return { b, idHash, question, letGo, endedAt: performance.now() };
}

test.concurrent('N2: a row read before an end is not remembered once a later question found it gone', async ({
  onTestFinished,
}) => {
  const { b, idHash, question, letGo } = await rowOfEnded(onRequest, onTestFinished);
  expect(await isAccepted(b, idHash)).toBe(false);
  letGo();
  expect(await question).toBe(true);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(answersOf(b)).toBe(0);
});

test.concurrent('N2: a row read before an end without a notification is trusted until the feed is read, not for a second more', async ({
  onTestFinished,
}) => {
  const { b, idHash, question, letGo, endedAt } = await rowOfEnded({}, onTestFinished);
  letGo();
  expect(await question).toBe(true);
  const checks = checking(b, idHash);
  await sleep(trustMs);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
  expect(answersOf(b)).toBe(0);
});

test.concurrent('N2: an answer that took a second is remembered if nothing was revoked meanwhile, and given up as any other', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, a);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  await sleep(trustMs);
  letGo();
  expect(await question).toBe(true);
  expect(await isAccepted(b, idHash)).toBe(true);
  expect(hits(b)).toBe(1);
  await a.sessions.remove([idHash]);
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the other node to refuse', trustMs);
});

test.concurrent('N2: with no time of trust every check asks the database, and the feed is not read', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({ trustMs: 0 }, onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  const reads = readsThrough(proxy);
  for (let checks = 0; checks < 5; checks += 1) expect(await isAccepted(b, idHash)).toBe(true);
  await a.sessions.remove([idHash]);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(hits(b)).toBe(0);
  await untilSo(() => metricValue(b, 'notifications_total') === 1, 'the notification');
  await sleep(300);
  expect(reads).toEqual([]);
});

test.concurrent('N2: an id that was checked too early stays unknown until a user is changed, or the feed revokes all', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair({}, onTestFinished);
  // No client can present an id before it is made; only an operator can put such a row there.
  const idHashes = [hashOf(7), hashOf(8)] as const;
  for (const node of [a, b])
    for (const idHash of idHashes) expect(await isAccepted(node, idHash)).toBe(false);
  for (const [n, idHash] of idHashes.entries()) await a.sessions.insert(idHash, session(n, joe));
  for (const node of [a, b]) expect(await isAccepted(node, idHashes[0])).toBe(false);
  await a.accounts.setDisabled(joe, 2_000);
  await a.accounts.setDisabled(joe, null);
  const acceptedBy = async (idHash: string) =>
    (await Promise.all([a, b].map((node) => isAccepted(node, idHash)))).every(Boolean);
  await untilSo(() => acceptedBy(idHashes[0]), 'the ids to be asked for again', trustMs);
  expect(await isAccepted(a, hashOf(9))).toBe(false);
  await a.sessions.insert(hashOf(9), session(9, joe));
  await queryAt(url, ["INSERT INTO revocations (kind) VALUES ('all')"]);
  await untilSo(() => acceptedBy(hashOf(9)), 'all to be asked for again', trustMs);
});
