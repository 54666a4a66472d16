/** What belongs to a node belongs to its workers together: threads, places in their line, connections. */

import { availableParallelism } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { HashingQueue } from '../../src/crypto/hashing-queue.ts';
import { partOf } from '../../src/settings/settings.ts';
import { openClient } from '../support/agent.ts';
import { metricsUrl, scrape } from '../support/metrics.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { onLinux, startWorkers } from '../support/workers.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

test('the parts sum to the whole, and differ by at most one', () => {
  for (const [all, of] of [
    [10, 1],
    [10, 3],
    [2, 4],
    [64, 64],
  ] as const) {
    const parts = Array.from({ length: of }, (_, i) => partOf(all, { number: i + 1, of }));
    expect(parts.reduce((sum, part) => sum + part)).toBe(all);
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
  }
});

onLinux('hashing threads and places are as many as one process would have', async () => {
  const cores = availableParallelism();
  const server = await startWorkers(cores + 1, { GATEHOUSE_METRICS_PORT: '0' });
  const { value } = await scrape(await metricsUrl(server));
  // Each has one at least.
  expect(value('gatehouse_hashing_threads')).toBe(cores + 1);
});

onLinux('on PostgreSQL they share the connections of the node', async () => {
  const limit = 9;
  const server = await startWorkers(2, {
    DATABASE_URL: await (await sharedPostgres()).createDatabase(),
    GATEHOUSE_DATABASE_CONNECTIONS: String(limit),
    GATEHOUSE_METRICS_PORT: '0',
  });
  const client = openClient(server.url, 40);
  const register = (i: number) => client.post('/auth/register', { ...person, email: `user${i}@example.com` });
  const registered = await Promise.all(Array.from({ length: 200 }, (_, i) => register(i)));
  client.close();
  expect(new Set(registered.map(({ status }) => status))).toEqual(new Set([201]));
  const { value, metrics } = await scrape(await metricsUrl(server));
  const open = (pool: string) => value('gatehouse_postgres_connections', { pool, state: 'open' });
  // One in each worker watches.
  expect(open('checks') + open('steps')).toBeLessThanOrEqual(limit - 2);
  expect(open('steps')).toBeGreaterThan(2);
  const ofOne = [...metrics].filter(
    ([name, { samples }]) => /^gatehouse_/.test(name) && samples[0]?.labels['worker'],
  );
  expect(ofOne.map(([name]) => name)).toEqual([
    'gatehouse_build_info',
    'gatehouse_notifications_listening',
    'gatehouse_revocations_age_seconds',
  ]);
});

test('each has its part of threads and places', () => {
  const queues = [1, 2, 3].map((number) => {
    const queue = new HashingQueue({
      share: { number, of: 3 },
      threads: 8,
      maxPlaces: 100,
      maxWaitMs: 1e9,
    });
    onTestFinished(() => queue.close());
    return queue;
  });
  expect(queues.map(({ counts }) => counts.threads)).toEqual([3, 3, 2]);
  const places = queues.map((queue) => {
    while (!queue.overloaded('192.0.2.1')) queue.enter('192.0.2.1');
    return queue.counts.places;
  });
  expect(places).toEqual([34, 33, 33]);
});
