/** What the feed of revocations costs the database: a read reads the rows that are new, however many are kept. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checksOf, isAccepted } from '../../../support/checks.ts';
import { onRequest, readsThrough, untilTold } from '../../../support/postgres/feed.ts';
import { openCheckingNode, openPair, sessionKnownTo } from '../../../support/postgres/pair.ts';
import { carriedOut, explaining } from '../../../support/postgres/plans.ts';
import { openNode, queryAt } from '../../../support/postgres/store-fixture.ts';
import { startPostgres } from '../../../support/postgres.ts';
import { account } from '../../conformance/case.ts';

const kept = 100_000;

test.each(['without statistics', 'with statistics'])(
  'a read of the feed reads few rows besides those that are new: %s',
  async (how) => {
    const server = await startPostgres({ settings: { ...explaining, fsync: 'off', autovacuum: 'off' } });
    const url = await server.createDatabase();
    const node = await openCheckingNode(url, onRequest);
    await node.accounts.create(account('joe'));
    const witness = await openNode(url, { trustMs: 0 });
    await queryAt(
      url,
      ['SET auto_explain.log_min_duration = -1'],
      [`INSERT INTO revocations (kind, key) SELECT 'session', n::text FROM generate_series(1, ${kept}) AS n`],
    );
    if (how === 'with statistics') await queryAt(url, ['ANALYZE']);
    // The node knows of them from here on.
    const known = await sessionKnownTo(witness, node);
    const readAll = async (idHash: string) => {
      await witness.sessions.remove([idHash]);
      await untilTold(url, async () => !(await isAccepted(node, idHash)), 'the feed to be read');
    };
    await readAll(known);
    const other = await sessionKnownTo(witness, node, 2);
    const statements = await carriedOut(server, () => readAll(other));
    const reads = statements.filter(({ text }) => text.includes('WITH unread'));
    expect(reads.length).toBeGreaterThan(0);
    const [{ triggers = 0 } = {}] = await queryAt(url, ['SELECT count(*)::int AS triggers FROM pg_trigger']);
    for (const { rowsOf } of reads) {
      expect(rowsOf.get('revocations')).toBeLessThan(10);
      // Whether the triggers are there that write the feed.
      expect(rowsOf.get('pg_trigger')).toBeLessThanOrEqual(Number(triggers));
    }
  },
);

test.concurrent('a node without anything to do reads the feed four times in the time of trust', async ({
  onTestFinished,
}) => {
  const { proxy } = await openPair({}, onTestFinished);
  const reads = readsThrough(proxy);
  await sleep(3_000);
  expect(reads.length).toBeGreaterThanOrEqual(9);
  expect(reads.length).toBeLessThanOrEqual(13);
});

test.concurrent('N2: however many sessions are in use, only the feed is asked for them after their first read', async ({
  onTestFinished,
}) => {
  const { a, b, proxy } = await openPair({}, onTestFinished);
  const hashes: string[] = [];
  for (let n = 1; n <= 50; n += 1) hashes.push(await sessionKnownTo(a, b, n));
  let questions = 0;
  proxy.judge(({ from, type, text }) => {
    // A prepared statement is bound by its name.
    if (from === 'client' && ((type === 'P' && text.includes('sessions')) || type === 'B')) questions += 1;
    return 'pass';
  });
  const { miss } = checksOf(b).cache.counts.lookups;
  for (const overAt = performance.now() + 2_500; performance.now() < overAt; await sleep(10))
    for (const idHash of hashes) expect(await isAccepted(b, idHash)).toBe(true);
  expect(checksOf(b).cache.counts.lookups.miss).toBe(miss);
  // Heartbeats are bound too, twice a second.
  expect(questions).toBeLessThanOrEqual(7);
});
