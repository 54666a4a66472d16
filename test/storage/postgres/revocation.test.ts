/** The other nodes refuse a session that one node ended: in a moment with a notification, within the time of trust without. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { endings } from '../../support/postgres/endings.ts';
import { isNotice, type Message, type PostgresProxy } from '../../support/postgres/messages.ts';
import {
  checking,
  isAccepted,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../support/postgres/pair.ts';
import { findSession, hex } from '../conformance/case.ts';

const trustMs = 1_000;

/** Less than the time of trust by so much that only a message can be the reason. */
const soonMs = 600;

/** What a machine that is busy may add between two looks at the clock. */
const slackMs = 50;

/** From now on a node behind a proxy gets no notification of an end, and does not notice that. */
function dropNews(proxy: PostgresProxy): void {
  proxy.judge((message) => (isNotice(message) ? 'drop' : 'pass'));
}

const isCommitted = ({ from, type, text }: Message) =>
  from === 'server' && type === 'C' && text.startsWith('COMMIT');

test.concurrent.for(endings)(
  'N2: a session that ended $title is refused by the node that did it at once, by others in a moment',
  async ({ end }, { onTestFinished }) => {
    const { a, b } = await openPair({}, onTestFinished);
    const idHash = await sessionKnownTo(a, b);
    expect(await isAccepted(a, idHash)).toBe(true);
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

test.concurrent('N2: a row read before an end, and answered after the notice of it, is not remembered', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, a);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  await a.sessions.remove([idHash]);
  await untilSo(() => metricValue(b, 'notifications_total') === 1, 'the notice');
  letGo();
  await question;
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(metricValue(b, 'check_memory_lookups_total', 'sessions', 'hit')).toBe(0);
});

/** A row on its way to the second node, of a session that ended on the first one without a notification. */
async function rowOfEnded(atEnd: Parameters<typeof openPair>[1]) {
  const { a, b, proxy } = await openPair({}, atEnd);
  const idHash = await sessionKnownTo(a, a);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  dropNews(proxy);
  await a.sessions.remove([idHash]);
  return { b, idHash, question, letGo };
}

test.concurrent('N2: a row read before an end is not remembered once a later question found it gone', async ({
  onTestFinished,
}) => {
  const { b, idHash, question, letGo } = await rowOfEnded(onTestFinished);
  expect(await b.sessions.findWithUser(idHash)).toBeUndefined();
  letGo();
  expect(await question).toBe(true);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(metricValue(b, 'check_memory_entries', 'sessions')).toBe(0);
});

test.concurrent('N2: a row read before an end without a notification is trusted from its question on, not its answer', async ({
  onTestFinished,
}) => {
  const { b, idHash, question, letGo } = await rowOfEnded(onTestFinished);
  const endedAt = performance.now();
  await sleep(trustMs / 4);
  letGo();
  expect(await question).toBe(true);
  const checks = checking(b, idHash);
  // It is remembered, but what is left of its second is less than that.
  expect(metricValue(b, 'check_memory_entries', 'sessions')).toBe(1);
  await sleep(trustMs * 0.75 + slackMs);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
});

test.concurrent('an answer that took a second is not remembered at all', async ({ onTestFinished }) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, a);
  const held = rowUnderWay(proxy, idHash);
  const question = isAccepted(b, idHash);
  const letGo = await held;
  await sleep(trustMs);
  letGo();
  expect(await question).toBe(true);
  expect(metricValue(b, 'check_memory_entries', 'sessions')).toBe(0);
});

test.concurrent('N2: with no time of trust every check asks the database', async ({ onTestFinished }) => {
  const { a, b, proxy } = await openPair({ trustMs: 0 }, onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  dropNews(proxy);
  for (let checks = 0; checks < 5; checks += 1) expect(await isAccepted(b, idHash)).toBe(true);
  await a.sessions.remove([idHash]);
  expect(await isAccepted(b, idHash)).toBe(false);
  expect(metricValue(b, 'check_memory_lookups_total', 'sessions', 'hit')).toBe(0);
  expect(metricValue(b, 'check_memory_lookups_total', 'users', 'hit')).toBe(0);
});

test.concurrent('N1: an id that was checked too early is valid at once on its node, elsewhere within a second', async ({
  onTestFinished,
}) => {
  const { a, b } = await openPair({}, onTestFinished);
  // No client can present an id before it is made; a store that caches absent ids must still accept it.
  for (const node of [a, b]) expect(await findSession(node.sessions, hex(7))).toBeUndefined();
  await sessionKnownTo(a, a, 7);
  expect(await isAccepted(a, hex(7))).toBe(true);
  const begunAt = performance.now();
  await untilSo(() => isAccepted(b, hex(7)), 'the other node to know of it');
  expect(performance.now() - begunAt).toBeLessThan(1_100);
});
