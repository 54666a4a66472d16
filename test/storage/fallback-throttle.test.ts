/** Ruling N5: while the store cannot count for all nodes, each counts for itself; none works without a count. */

import { describe, expect, onTestFinished, test } from 'vitest';
import type { Quota, ThrottleStore } from '../../src/storage/port/port.ts';
import { FallbackThrottle } from '../../src/storage/shared/fallback-throttle.ts';
import { MemoryThrottle } from '../../src/storage/shared/memory-throttle.ts';
import { openNode, queryAt } from '../support/postgres/store-fixture.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { openStore } from '../support/sqlite.ts';
import { throttleCases } from './conformance/throttle.ts';

const quota = (n: number, limit: number, windowMs = 60_000): Quota => ({
  key: n.toString(16).padStart(64, '0'),
  limit,
  windowMs,
});

const take = async (throttle: ThrottleStore, ...quotas: Quota[]) =>
  (await throttle.take(quotas, 1_000)).allowed;

async function freshUrl(): Promise<string> {
  return (await sharedPostgres()).createDatabase();
}

/** Locks the table of the counters; the returned function releases it. */
async function holdThrottle(url: string): Promise<() => Promise<void>> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN; LOCK TABLE throttle');
  return async () => void (await client.query('ROLLBACK'));
}

describe('counts of one process keep the rules of every store', () => {
  for (const { title, run } of throttleCases) {
    test(title, () =>
      run({
        open: async () => ({ ...openStore(), throttle: new MemoryThrottle() }),
        readsFeed: false,
        loseRow: () => Promise.reject(new Error('no row is lost here')),
        tamper: () => Promise.reject(new Error('nothing is spoilt here')),
      }),
    );
  }
});

test('windows are bounded in number, and those that began first are forgotten', async () => {
  const counts = new MemoryThrottle(3);
  for (const n of [1, 2, 3]) expect(await take(counts, quota(n, 1))).toBe(true);
  for (const n of [1, 2, 3]) expect(await take(counts, quota(n, 1))).toBe(false);
  expect(await take(counts, quota(4, 1))).toBe(true);
  expect(await take(counts, quota(2, 1))).toBe(false);
  expect(await take(counts, quota(1, 1))).toBe(true);
});

test('N5: while the store answers, it alone decides, for all nodes together', async () => {
  const url = await freshUrl();
  const nodes = await Promise.all([1, 2, 3].map(() => openNode(url)));
  const throttles = nodes.map(({ throttle }) => new FallbackThrottle(throttle));
  const allowed = await Promise.all(
    Array.from({ length: 30 }, (_, i) => take(throttles[i % 3] as ThrottleStore, quota(1, 10))),
  );
  expect(allowed.filter(Boolean)).toHaveLength(10);
  expect(throttles.map(({ countedAlone }) => countedAlone)).toEqual([0, 0, 0]);
});

test('N5: a node whose store is slow counts by itself from the first attempt on, and no further than the limit', async () => {
  const url = await freshUrl();
  const node = await openNode(url);
  const throttle = new FallbackThrottle(node.throttle);
  for (const _ of [1, 2, 3]) expect(await take(throttle, quota(1, 5))).toBe(true);
  const letGo = await holdThrottle(url);
  const startedAt = performance.now();
  // What it had counted before is not forgotten.
  expect([await take(throttle, quota(1, 5)), await take(throttle, quota(1, 5))]).toEqual([true, true]);
  for (const _ of [1, 2, 3]) expect(await take(throttle, quota(1, 5))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(throttle.countedAlone).toBe(5);
  await letGo();
  await expect.poll(() => node.throttle.take([quota(2, 9)], 1_000)).toMatchObject({ allowed: true });
  // As soon as it is back it is asked again: it knows of three.
  await expect.poll(() => take(throttle, quota(1, 5)), { interval: 200, timeout: 5_000 }).toBe(true);
});

test('N5: a node whose store is gone still limits, and gives back what succeeded', async () => {
  const node = await openNode(await freshUrl());
  const throttle = new FallbackThrottle(node.throttle);
  await node.close();
  expect(await take(throttle, quota(1, 2))).toBe(true);
  expect(await take(throttle, quota(1, 2), quota(2, 9))).toBe(true);
  expect(await take(throttle, quota(1, 2), quota(2, 9))).toBe(false);
  await throttle.refund([{ key: quota(1, 2).key, windowEndsAt: 61_000 }]);
  expect(await take(throttle, quota(1, 2))).toBe(true);
  expect(await take(throttle, quota(1, 2))).toBe(false);
});

test('N5: that a node counts by itself is reported once, with its cause, and so is the end of it', async () => {
  const url = await freshUrl();
  const node = await openNode(url);
  const told: (string | undefined)[] = [];
  const throttle = new FallbackThrottle(node.throttle, (cause) => told.push(cause && String(cause)));
  expect(await take(throttle, quota(1, 99))).toBe(true);
  expect(told).toEqual([]);
  await queryAt(url, ['ALTER TABLE throttle RENAME TO away']);
  await Promise.all([1, 2, 3].map(() => take(throttle, quota(1, 99))));
  expect(await take(throttle, quota(1, 99))).toBe(true);
  expect(told).toEqual([expect.stringContaining('StoreUnavailable')]);
  await queryAt(url, ['ALTER TABLE away RENAME TO throttle']);
  await expect
    .poll(() => take(throttle, quota(1, 99)).then(() => told.length), { interval: 200, timeout: 5_000 })
    .toBe(2);
  expect(told[1]).toBeUndefined();

  const letGo = await holdThrottle(url);
  expect(await take(throttle, quota(1, 99))).toBe(true);
  expect(told.slice(2)).toEqual([expect.stringContaining('1000 ms')]);
  await letGo();
});

test('a refusal of the store is no attempt of this node', async () => {
  const url = await freshUrl();
  const [one, two] = [await openNode(url), await openNode(url)].map(
    ({ throttle }) => new FallbackThrottle(throttle),
  ) as [FallbackThrottle, FallbackThrottle];
  expect(await take(one, quota(1, 1))).toBe(true);
  for (const _ of [1, 2, 3]) expect(await take(two, quota(1, 1))).toBe(false);
  await queryAt(url, ['ALTER TABLE throttle RENAME TO away']);
  expect(await take(two, quota(1, 1))).toBe(true);
  expect(await take(two, quota(1, 1))).toBe(false);
});

test('N5: after a pause one attempt asks for all whether the store is back', async () => {
  const url = await freshUrl();
  const throttle = new FallbackThrottle((await openNode(url)).throttle);
  await holdThrottle(url);
  expect(await take(throttle, quota(1, 99))).toBe(true);
  // The server gives that one up a little later than we did.
  await expect.poll(() => waiting(url)).toBe(0);
  await expect
    .poll(async () => {
      // Until the pause is over each is counted here at once; then one waits, and with it a connection.
      await Promise.race([take(throttle, quota(1, 99)), new Promise((resolve) => setTimeout(resolve, 20))]);
      return waiting(url);
    })
    .toBeGreaterThan(0);
  const attempts = Array.from({ length: 20 }, () => take(throttle, quota(1, 99)));
  // Asking takes a look at the table for each quota, and there is one.
  expect(await waiting(url)).toBeLessThanOrEqual(1);
  expect(await Promise.all(attempts)).not.toContain(false);
});

/** How many wait for a lock in a database. */
async function waiting(url: string): Promise<number> {
  const rows = await queryAt(url, [
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  ]);
  return rows.length;
}
