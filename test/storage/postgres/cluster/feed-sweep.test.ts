/** The feed of revocations is swept: a row goes two minutes after it was first seen, and no node misses one. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Store } from '../../../../src/storage/port/port.ts';
import { checksOf, hashOf, hits, isAccepted } from '../../../support/checks.ts';
import { feedOf, onRequest, operatorAt, readsThrough, untilTold } from '../../../support/postgres/feed.ts';
import {
  checking,
  joe,
  openCheckingNode,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../../support/postgres/pair.ts';
import { type AtEnd, openNode, queryAt } from '../../../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../../../support/postgres.ts';
import { session } from '../../conformance/case.ts';

const trustMs = 1_000;
const keptMs = 120_000;

/** Leaves a row in the feed for each of some numbers. */
const revoke = (url: string, ...keys: number[]) =>
  queryAt(
    url,
    ...keys.map((n) => ["INSERT INTO revocations (kind, key) VALUES ('session', $1)", hashOf(n)] as const),
  );

/** The numbers of the revocations in the feed, and how many marks are there. */
async function heldIn(url: string) {
  const rows = await feedOf(url);
  const numbers = new Map(Array.from({ length: 30 }, (_, n) => [hashOf(n), n]));
  const revocations = rows.filter(({ kind }) => kind === 'session').map(({ key }) => numbers.get(key));
  return { revocations, marks: rows.filter(({ kind }) => kind === 'mark').length };
}

async function openSweeper(atEnd: AtEnd): Promise<{ url: string; node: Store }> {
  const url = await (await sharedPostgres()).createDatabase();
  return { url, node: await openNode(url, {}, atEnd) };
}

test.concurrent('a revocation goes two minutes after a sweep first saw it, not earlier, and a mark stays', async ({
  onTestFinished,
}) => {
  const { url, node } = await openSweeper(onTestFinished);
  await revoke(url, 1, 2);
  expect(await node.revocations.sweep(10, 0)).toBe(0);
  await revoke(url, 3);
  expect(await node.revocations.sweep(10, 30_000)).toBe(0);
  await revoke(url, 4);
  expect(await node.revocations.sweep(10, keptMs - 1)).toBe(0);
  expect(await heldIn(url)).toEqual({ revocations: [1, 2, 3, 4], marks: 4 });
  // With the two, the mark that was there before them.
  expect(await node.revocations.sweep(10, keptMs)).toBe(3);
  expect((await heldIn(url)).revocations).toEqual([3, 4]);
  expect(await node.revocations.sweep(10, 30_000 + keptMs - 1)).toBe(0);
  expect(await node.revocations.sweep(10, 30_000 + keptMs)).toBe(2);
  expect((await heldIn(url)).revocations).toEqual([4]);
  for (let minutes = 5; minutes < 15; minutes += 1) await node.revocations.sweep(10, minutes * 60_000);
  expect(await heldIn(url)).toEqual({ revocations: [], marks: 1 });
});

test.concurrent('the instant at which a row was written does not count, only when it was seen committed', async ({
  onTestFinished,
}) => {
  const { url, node } = await openSweeper(onTestFinished);
  const operator = await operatorAt(url, onTestFinished);
  await operator.query('BEGIN');
  await operator.query("INSERT INTO revocations (kind, key) VALUES ('session', $1)", [hashOf(1)]);
  await revoke(url, 2);
  await node.revocations.sweep(10, 0);
  await operator.query('COMMIT');
  await node.revocations.sweep(10, keptMs);
  expect((await heldIn(url)).revocations).toEqual([1]);
  await node.revocations.sweep(10, 2 * keptMs - 1);
  expect((await heldIn(url)).revocations).toEqual([1]);
  await node.revocations.sweep(10, 2 * keptMs);
  expect((await heldIn(url)).revocations).toEqual([]);
});

test.concurrent('a sweep removes no more rows than it may, oldest first', async ({ onTestFinished }) => {
  const { url, node } = await openSweeper(onTestFinished);
  await revoke(url, 1, 2, 3, 4);
  await node.revocations.sweep(2, 0);
  const removed: number[] = [];
  for (let sweeps = 0; sweeps < 4; sweeps += 1) removed.push(await node.revocations.sweep(2, keptMs));
  expect(removed).toEqual([2, 2, 1, 0]);
});

test.concurrent('while nothing is revoked, no sweep writes anything', async ({ onTestFinished }) => {
  const { url, node } = await openSweeper(onTestFinished);
  for (let minutes = 0; minutes < 10; minutes += 1)
    expect(await node.revocations.sweep(10, minutes * 60_000)).toBe(0);
  expect(await feedOf(url)).toEqual([{ kind: 'mark', key: '' }]);
});

test.concurrent('rows of a restored dump, whose transactions are still to come here, are not told of, and go', async ({
  onTestFinished,
}) => {
  const { url, a, b, proxy } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  await queryAt(url, [
    "INSERT INTO revocations (xid, kind, key) VALUES ('99999999999', 'session', $1), ('99999999999', 'all', '')",
    idHash,
  ]);
  await sleep(600);
  expect(await isAccepted(b, idHash)).toBe(true);
  expect([hits(b), checksOf(b).emptied]).toEqual([1, []]);
  await a.revocations.sweep(10, 0);
  const foreign = () => queryAt(url, ["SELECT 1 FROM revocations WHERE xid = '99999999999'"]);
  expect(await foreign()).toHaveLength(2);
  // Until the node has read the mark: the sweep is allowed to remove what it has not seen.
  const reads = readsThrough(proxy);
  await untilSo(() => reads.length > 1, 'two reads of the feed');
  await a.revocations.sweep(10, keptMs);
  expect(await foreign()).toEqual([]);
  await sleep(600);
  expect([b.revocations.isFresh(), checksOf(b).emptied]).toEqual([true, []]);
});

test.concurrent('N2: a node that was away while rows were swept empties its memory', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair(onRequest, onTestFinished);
  const [idHash, other] = [await sessionKnownTo(a, b), await sessionKnownTo(a, b, 2)];
  await queryAt(url, ["DELETE FROM sessions WHERE handle = 'handle-1'"]);
  await a.revocations.sweep(10, 0);
  expect(await a.revocations.sweep(10, keptMs)).toBe(2);
  expect((await heldIn(url)).revocations).toEqual([]);
  // It could not know.
  expect([await isAccepted(b, idHash), await isAccepted(b, other)]).toEqual([true, true]);
  await untilTold(url, async () => !(await isAccepted(b, idHash)), 'the refusal');
  expect(checksOf(b).emptied).toEqual(['missed']);
  expect(b.revocations.isFresh()).toBe(true);
  expect(await isAccepted(b, other)).toBe(true);
});

test.concurrent('N2: a node that has read all rows before they are swept keeps its memory', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair(onRequest, onTestFinished);
  const other = await sessionKnownTo(a, b, 20);
  for (let n = 1; n <= 5; n += 1) {
    const idHash = await sessionKnownTo(a, b, n);
    await queryAt(url, ['DELETE FROM sessions WHERE handle = $1', `handle-${n}`]);
    await a.revocations.sweep(10, n * keptMs);
    await untilTold(url, async () => !(await isAccepted(b, idHash)), 'the refusal');
  }
  expect((await heldIn(url)).revocations).toEqual([5]);
  const before = hits(b);
  expect(await isAccepted(b, other)).toBe(true);
  expect([hits(b), checksOf(b).emptied]).toEqual([before + 1, []]);
});

test.concurrent('N2: sweeps of several nodes at any instants never make another node miss an end', async ({
  onTestFinished,
}) => {
  const { url, a, b, proxy } = await openPair({}, onTestFinished);
  const reader = await openCheckingNode(proxy.url(url), {}, onTestFinished);
  const operator = await operatorAt(url, onTestFinished);
  let isOver = false;
  const sweeping = [a, b].map(async (node, n) => {
    // Every mark is old enough at the next sweep.
    for (let now = n; !isOver; now += keptMs) {
      await node.revocations.sweep(1 + (now % 7), now);
      await sleep(n * 3);
    }
  });
  for (let n = 1; n <= 25; n += 1) {
    const idHash = hashOf(n);
    await a.sessions.insert(idHash, session(n, joe));
    const checks = checking(reader, idHash);
    await sleep(n % 5 === 0 ? 300 : 20);
    await operator.query('BEGIN');
    await operator.query('DELETE FROM sessions WHERE handle = $1', [`handle-${n}`]);
    // Some rows become visible long after others that were written later.
    await sleep((n % 3) * 40);
    await operator.query('COMMIT');
    const endedAt = performance.now();
    await untilSo(async () => !(await isAccepted(reader, idHash)), 'the refusal');
    expect(await checks.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
    expect(await isAccepted(reader, idHash)).toBe(false);
  }
  isOver = true;
  await Promise.all(sweeping);
});
