/** Closing waits for what was handed in, never for a server that does not answer, and leaves nothing behind. */

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { startPostgresProxy } from '../../support/postgres/messages.ts';
import { joe, openPair, untilSo } from '../../support/postgres/pair.ts';
import { type AtEnd, queryAt } from '../../support/postgres/store-fixture.ts';
import { openWork, timed } from '../../support/postgres/work.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { gather, root, until } from '../../support/process.ts';
import { account, findSession, hex, session } from '../conformance/case.ts';

/** What a busy machine may add to a limit. */
const slackMs = 500;

test.concurrent('closing waits for what was handed in, and takes nothing after it', async ({
  onTestFinished,
}) => {
  const { connections, url } = await openWork(2, onTestFinished);
  const slow = connections.step(async (run) => {
    await sleep(300);
    await run('UPDATE things SET n = 7 WHERE id = 1');
    return sleep(300);
  });
  const reads = Array.from({ length: 10 }, () => connections.read('SELECT pg_sleep(0.05)'));
  const closed = connections.close();
  await expect(connections.read('SELECT 1')).rejects.toThrow(StoreUnavailable);
  await expect(connections.step((run) => run('SELECT 1'))).rejects.toThrow(StoreUnavailable);
  await closed;
  await Promise.all([slow, ...reads]);
  expect(await queryAt(url, ['SELECT n FROM things WHERE id = 1'])).toEqual([{ n: 7 }]);
});

test.concurrent('closing breaks off a step that may take minutes, and nothing of it is kept', async ({
  onTestFinished,
}) => {
  const { connections, url } = await openWork(2, onTestFinished);
  const long = timed(
    connections.step(async (run) => {
      await run('UPDATE things SET n = 7');
      return run('SELECT pg_sleep(60)');
    }, 'long'),
  );
  await sleep(100);
  const { ms } = await timed(connections.close());
  expect(ms).toBeLessThan(5_000 + slackMs);
  expect((await long).error).toBeInstanceOf(StoreUnavailable);
  expect(await queryAt(url, ['SELECT 1 FROM things WHERE n <> 0'])).toEqual([]);
});

test.concurrent('a store says good-bye to its server: none of its connections are left', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair({}, onTestFinished);
  await Promise.all([1, 2, 3, 4].map((n) => a.sessions.insert(hex(n), session(n, joe))));
  await Promise.all([a.close(), b.close()]);
  const left = async () =>
    queryAt(url, [
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'`,
    ]);
  await untilSo(async () => (await left()).length === 0, 'the connections to go', 3_000);
});

test.concurrent.for([
  ['does not answer any more', 'hang'],
  ['is gone', 'cut'],
] as const)(
  'a store whose server %s is closed in seconds, with work under way and without',
  async ([_how, fault], { onTestFinished }) => {
    for (const isBusy of [false, true]) {
      const { b, proxy } = await openPair({}, onTestFinished);
      await findSession(b.sessions, hex(1));
      if (fault === 'cut') proxy.refuse();
      proxy[fault]();
      const works = isBusy
        ? [b.sessions.remove([hex(1)]), b.accounts.create(account('ann')), b.sessions.sweep(0, 10)]
        : [];
      b.sessions.touch(hex(1), 2_000, 6_000);
      const outcomes = Promise.allSettled(works);
      const { ms } = await timed(b.close());
      expect(ms).toBeLessThan(6_000 + slackMs);
      for (const { status } of await outcomes) expect(status).toBe('rejected');
    }
  },
);

/** A process that opens a store, works with it, and closes it on request; then nothing should keep it alive. */
function startOther(url: string, atEnd: AtEnd) {
  const program = `
    import { once } from 'node:events';
    import { openPostgresStore } from '${root}/src/storage/postgres/store.ts';
    const { store } = await openPostgresStore({
      url: process.argv[1], listenUrl: '', maxConnections: 8, trustMs: 1000, node: 'other',
      digest: () => '0'.repeat(64), chance: Math.random, onFeed() {},
    });
    await Promise.all(Array.from({ length: 8 }, () => store.sessions.ofUser('nobody', { limit: 99 })));
    await store.sessions.findWithUser('0'.repeat(64));
    console.log('open');
    await once(process.stdin, 'data');
    process.stdin.destroy();
    await store.close();
    console.log('closed');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, url]);
  return Object.assign(gather(child, atEnd), { close: () => child.stdin.write('close') });
}

test.concurrent.for([
  ['answers', false, 2_000],
  ['does not answer any more', true, 7_000],
] as const)(
  'no timer and no connection keeps a process alive once its store is closed and the server %s',
  async ([_how, isHung, maxMs], { onTestFinished }) => {
    const postgres = await sharedPostgres();
    const url = await postgres.createDatabase();
    const proxy = await startPostgresProxy(postgres.port, { atEnd: onTestFinished });
    onTestFinished(() => proxy.cut());
    const other = startOther(proxy.url(url), onTestFinished);
    await until(() => other.stdout.includes('open') || undefined, `the store: ${other.stderr}`);
    if (isHung) proxy.hang();
    const closedAt = performance.now();
    other.close();
    expect(await other.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - closedAt).toBeLessThan(maxMs + slackMs);
    expect(other.stdout).toContain('closed');
  },
);
