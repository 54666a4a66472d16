/** A connection of a pooler may lead to another server from one query to the next: no node trusts its memory then. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../../src/storage/port/port.ts';
import { checksOf, hits, isAccepted } from '../../../support/checks.ts';
import { account } from '../../../support/postgres/account.ts';
import { copyFolder } from '../../../support/postgres/copy.ts';
import { feedOf } from '../../../support/postgres/feed.ts';
import { newFolder } from '../../../support/postgres/home.ts';
import { checking, openCheckingNode, sessionKnownTo, untilSo } from '../../../support/postgres/pair.ts';
import { program, startPooler } from '../../../support/postgres/pgbouncer.ts';
import { openServer } from '../../../support/postgres/server.ts';
import { openNode, queryAt } from '../../../support/postgres/store-fixture.ts';
import { startPostgres } from '../../../support/postgres.ts';
import { startProxy } from '../../../support/proxy.ts';
import { account as accountOf } from '../../conformance/case.ts';

const trustMs = 1_000;
const keptMs = 120_000;

/** Two servers with the same data and transactions, and the address of a database by way of a pooler that may change between them. */
async function openTwins() {
  const primary = await startPostgres({ settings: { fsync: 'off' } });
  const url = await primary.createDatabase();
  const maker = await openNode(url);
  await maker.accounts.create(accountOf('joe'));
  const idHashes = [await sessionKnownTo(maker, maker), await sessionKnownTo(maker, maker, 2)] as const;
  await maker.close();
  await primary.stop();
  const folder = newFolder('copy');
  await copyFolder(primary.data, join(folder, 'data'), { owner: account });
  await primary.start();
  const copy = await openServer({ ...primary.startedWith, folder });
  const gate = await startProxy(primary.port);
  const through = await startPooler(gate.url(primary.url()), { atEnd: onTestFinished });
  const database = new URL(url).pathname.slice(1);
  return {
    idHashes,
    pooled: through(url),
    urls: { primary: url, copy: copy.url(database) },
    fallBack() {
      gate.retarget(copy.port);
      gate.cut();
    },
  };
}

/** Uses up numbers of transactions. */
const useUp = (url: string, transactions: number) =>
  queryAt(url, ...Array.from({ length: transactions }, () => ['SELECT pg_current_xact_id()'] as const));

test.skipIf(program === undefined).for([
  ['has fewer transactions than the last one', 0],
  ['has had more transactions meanwhile', 600],
] as const)('N2: where a pooler leads to an older server that %s, memory is emptied', async ([, later]) => {
  const { idHashes, pooled, urls, fallBack } = await openTwins();
  const [ended, other] = idHashes;
  const node = await openCheckingNode(pooled);
  await useUp(urls.primary, 300);
  await expect
    .poll(async () => {
      await isAccepted(node, ended);
      await isAccepted(node, other);
      return hits(node);
    })
    .toBeGreaterThan(4);
  const before = checksOf(node).emptied.length;
  // What ends there has an older number than the last read here.
  await queryAt(urls.copy, ["DELETE FROM sessions WHERE handle = 'handle-1'"]);
  await useUp(urls.copy, later);
  fallBack();
  await untilSo(async () => !(await isAccepted(node, ended)), 'the refusal', 5 * trustMs);
  // Usually as missed; a connection that a busy pooler gave up is read for the first time.
  expect(checksOf(node).emptied.slice(before)).toSatisfy((reasons: string[]) => reasons.length > 0);
  expect(await isAccepted(node, other)).toBe(true);
});

test.skipIf(program === undefined)(
  'N2: a sweep removes nothing of a server by what it saw on another one',
  async () => {
    const { pooled, urls, fallBack } = await openTwins();
    const node = await openNode(pooled);
    const revoke = (url: string, key: string) =>
      queryAt(url, ["INSERT INTO revocations (kind, key) VALUES ('session', $1)", key]);
    await useUp(urls.primary, 300);
    await revoke(urls.primary, 'before');
    await node.revocations.sweep(10, 0);
    fallBack();
    await untilSo(
      async () => {
        try {
          await node.accounts.findUser('joe');
          return true;
        } catch {
          return false;
        }
      },
      'the other server to answer',
      30_000,
    );
    // Its transaction has a number that was over on the first server when the sweep looked.
    await revoke(urls.copy, 'after');
    const rows = await feedOf(urls.copy);
    expect(rows.map(({ key }) => key)).toContain('after');
    expect(await node.revocations.sweep(10, keptMs)).toBe(0);
    expect((await feedOf(urls.copy)).slice(0, rows.length)).toEqual(rows);
    // What it sees from now on goes in its turn.
    expect(await node.revocations.sweep(10, 2 * keptMs)).toBe(rows.length);
  },
);

test.skipIf(program === undefined).for([
  ['of the server', false],
  ['of a pooler', true],
] as const)(
  'N7: where the server takes no writes any more, a connection %s proves nothing, and memory is not used',
  async ([, isPooled]) => {
    const server = await startPostgres({ settings: { fsync: 'off' } });
    const url = await server.createDatabase();
    const through = await startPooler(server.url(), { atEnd: onTestFinished });
    const node = await openCheckingNode(isPooled ? through(url) : url);
    await node.accounts.create(accountOf('joe'));
    const idHash = await sessionKnownTo(node, node);
    expect(await isAccepted(node, idHash)).toBe(true);
    expect(hits(node)).toBe(1);
    // As a cluster manager fences a primary that another one has replaced.
    await server.query("ALTER SYSTEM SET default_transaction_read_only = 'on'");
    await server.query('SELECT pg_reload_conf()');
    const fencedAt = performance.now();
    const checks = checking(node, idHash);
    await untilSo(
      () =>
        isAccepted(node, idHash).then(
          () => false,
          (error) => error instanceof StoreUnavailable,
        ),
      'the checks to be unavailable',
      5 * trustMs,
    );
    await sleep(2 * trustMs);
    // The server takes a moment to tell its processes.
    expect(await checks.lastAcceptedAt()).toBeLessThan(fencedAt + trustMs + 100);
    await server.query("ALTER SYSTEM SET default_transaction_read_only = 'off'");
    await server.query('SELECT pg_reload_conf()');
    await untilSo(
      () => isAccepted(node, idHash).catch(() => false),
      'the checks to be answered',
      8 * trustMs,
    );
  },
);
