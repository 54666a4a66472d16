/** A feed of revocations that is emptied, replaced, or has too many rows: no node answers from memory what it may not. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type AllRevoked, type Store, StoreUnavailable } from '../../../../src/storage/port/port.ts';
import { checksOf, hits, isAccepted } from '../../../support/checks.ts';
import { feedOf, notifyAll, onRequest, operatorAt, untilTold } from '../../../support/postgres/feed.ts';
import { checking, openPair, sessionKnownTo, untilSo } from '../../../support/postgres/pair.ts';
import { type AtEnd, queryAt, retried } from '../../../support/postgres/store-fixture.ts';

const trustMs = 1_000;

/** The most rows that a node reads one by one. */
const maxUnread = 10_000;

/** A pair whose nodes read the feed on request, and remember sessions 1 and 2. */
async function pairOnRequest(atEnd: AtEnd) {
  const failures: unknown[] = [];
  const pair = await openPair({ ...onRequest, onFeed: (error) => failures.push(error) }, atEnd);
  const { a, b } = pair;
  const [first, second] = [await sessionKnownTo(a, b), await sessionKnownTo(a, b, 2)];
  await isAccepted(a, second);
  return { ...pair, first, second, failures };
}

/** Whether a session is accepted from memory. */
async function isRemembered(store: Store, idHash: string): Promise<boolean> {
  const before = hits(store);
  return (await isAccepted(store, idHash)) && hits(store) === before + 1;
}

const emptiedBecause = (store: Store): readonly AllRevoked[] => checksOf(store).emptied;

const endFirst = "DELETE FROM sessions WHERE handle = 'handle-1'";

/** Puts the table `copied` in the place of another, with its triggers, as a restored dump does. */
const replace = (table: string) => `DO $$
  DECLARE
    triggers text[] := ARRAY (SELECT pg_get_triggerdef(oid) FROM pg_trigger
      WHERE tgrelid = '${table}'::regclass AND NOT tgisinternal);
  BEGIN
    DROP TABLE ${table};
    ALTER TABLE copied RENAME TO ${table};
    FOR n IN 1 .. cardinality(triggers) LOOP EXECUTE triggers[n]; END LOOP;
  END $$`;

/** What an operator, or a restore, may do to tables beside the end of session 1. */
const losses: Readonly<Record<string, readonly string[]>> = {
  'the feed was truncated in the transaction of an end': [
    'BEGIN',
    endFirst,
    'TRUNCATE revocations',
    'COMMIT',
  ],
  'the feed was truncated after an end': [endFirst, 'TRUNCATE revocations RESTART IDENTITY'],
  'the feed was deleted row by row after an end': [endFirst, 'DELETE FROM revocations'],
  'the feed was replaced by an older copy of itself': [
    'CREATE TABLE copied (LIKE revocations INCLUDING ALL)',
    'INSERT INTO copied SELECT * FROM revocations',
    endFirst,
    replace('revocations'),
  ],
  'the sessions were replaced by a table without one of them': [
    'BEGIN',
    'CREATE TABLE copied (LIKE sessions INCLUDING ALL)',
    "INSERT INTO copied SELECT * FROM sessions WHERE handle <> 'handle-1'",
    replace('sessions'),
    'COMMIT',
  ],
};

test.concurrent.for(Object.entries(losses))(
  'N2: where %s all nodes empty their memory, and use it again after the next sweep at the latest',
  async ([, statements], { onTestFinished }) => {
    const { url, a, b, first, second } = await pairOnRequest(onTestFinished);
    const operator = await operatorAt(url, onTestFinished);
    for (const statement of statements) await operator.query(statement);
    for (const node of [a, b])
      await untilTold(url, async () => !(await isAccepted(node, first)), 'the refusal');
    for (const node of [a, b]) expect(emptiedBecause(node)).toEqual(['missed']);
    for (const node of [a, b]) expect(await isAccepted(node, second)).toBe(true);
    await a.revocations.sweep(10, 0);
    for (const node of [a, b]) {
      await untilTold(url, () => node.revocations.isFresh(), 'the feed to be read');
      expect(await isAccepted(node, second)).toBe(true);
      expect(await isRemembered(node, second)).toBe(true);
      expect(await isAccepted(node, first)).toBe(false);
    }
  },
);

test.concurrent(
  'a feed that was emptied is reported with its remedy, once, and so is that it is read again',
  retried,
  async ({ onTestFinished }) => {
    const { url, a, b, failures } = await pairOnRequest(onTestFinished);
    await queryAt(url, ['DELETE FROM revocations']);
    for (let reads = 0; reads < 3; reads += 1) {
      await notifyAll(url);
      await sleep(100);
    }
    expect([a.revocations.isFresh(), b.revocations.isFresh()]).toEqual([false, false]);
    expect(failures.map(String)).toEqual(Array(2).fill(expect.stringMatching(/emptied.*next sweep/)));
    await b.revocations.sweep(10, 0);
    await untilTold(url, () => failures.length === 4, 'the feed to be read');
    expect(failures.slice(2)).toEqual([undefined, undefined]);
  },
);

test.concurrent('N2: where only a mark of a restored dump is left, the sweep sets one of its own', async ({
  onTestFinished,
}) => {
  const { url, a, b, second } = await pairOnRequest(onTestFinished);
  await queryAt(
    url,
    ['DELETE FROM revocations'],
    ["INSERT INTO revocations (xid, kind) VALUES ('99999999999', 'mark')"],
  );
  await untilTold(url, () => !b.revocations.isFresh(), 'the loss to be noticed');
  await a.revocations.sweep(10, 0);
  await untilTold(url, () => b.revocations.isFresh(), 'the feed to be read');
  await a.revocations.sweep(10, 120_000);
  expect(await feedOf(url)).toEqual([{ kind: 'mark', key: '' }]);
  await isAccepted(b, second);
  expect(await isRemembered(b, second)).toBe(true);
});

test.concurrent('N2: a table that was emptied and mended between two reads has lost rows all the same', async ({
  onTestFinished,
}) => {
  const { url, a, b, first } = await pairOnRequest(onTestFinished);
  await queryAt(url, [endFirst], ['DELETE FROM revocations']);
  await a.revocations.sweep(10, 0);
  expect(await feedOf(url)).toEqual([{ kind: 'mark', key: '' }]);
  await untilTold(url, async () => !(await isAccepted(b, first)), 'the refusal');
  expect(emptiedBecause(b)).toEqual(['missed']);
  expect(b.revocations.isFresh()).toBe(true);
});

/** Leaves rows of the end of session 1, and of sessions that no node knows, all in one transaction. */
const leaveRows = (url: string, rows: number) =>
  queryAt(
    url,
    ['BEGIN'],
    [endFirst],
    [
      `INSERT INTO revocations (kind, key)
       SELECT 'session', lpad(to_hex(n), 64, '0') FROM generate_series(2, $1::int) AS n`,
      rows,
    ],
    ['COMMIT'],
  );

// One by one, and again where a busy machine takes longer than the second after which a node gives up its connection.
test.for([
  [maxUnread, true],
  [maxUnread + 1, false],
  [3 * maxUnread, false],
] as const)(
  'N2: after %i unread rows the end is known, and that the rest is remembered is %s',
  { retry: 2 },
  async ([rows, isKept], { onTestFinished }) => {
    const { url, b, first, second } = await pairOnRequest(onTestFinished);
    await leaveRows(url, rows);
    await untilTold(url, async () => !(await isAccepted(b, first)), 'the refusal');
    expect(await isRemembered(b, second)).toBe(isKept);
    expect(emptiedBecause(b)).toEqual(isKept ? [] : ['too_many']);
    // What comes after them is read one by one again.
    await isAccepted(b, second);
    expect(await isRemembered(b, second)).toBe(true);
    await queryAt(url, ["DELETE FROM sessions WHERE handle = 'handle-2'"]);
    await untilTold(url, async () => !(await isAccepted(b, second)), 'the refusal');
    expect(emptiedBecause(b)).toEqual(isKept ? [] : ['too_many']);
  },
);

test.concurrent(
  'N2: a feed that is locked for seconds is no reason for a 503 or a new connection, and no end holds late',
  retried,
  async ({ onTestFinished }) => {
    const failures: unknown[] = [];
    const { url, a, b, proxy } = await openPair({ onFeed: (error) => failures.push(error) }, onTestFinished);
    const [first, second] = [await sessionKnownTo(a, b), await sessionKnownTo(a, b, 2)];
    const { accepted } = proxy;
    const operator = await operatorAt(url, onTestFinished);
    await operator.query('BEGIN');
    await operator.query('LOCK TABLE revocations IN ACCESS EXCLUSIVE MODE');
    await operator.query(endFirst);
    // The end is not committed, so all are accepted; first from memory, then from the database.
    for (const overAt = performance.now() + 3_000; performance.now() < overAt; await sleep(20)) {
      for (const node of [a, b]) {
        expect(await isAccepted(node, first)).toBe(true);
        expect(await isAccepted(node, second)).toBe(true);
      }
    }
    expect([a.revocations.isFresh(), b.revocations.isFresh()]).toEqual([false, false]);
    expect(failures).toEqual([expect.any(Error), expect.any(Error)]);
    // No end can be acknowledged that could not be told.
    await expect(a.sessions.remove([second])).rejects.toThrow(StoreUnavailable);
    const checks = [a, b].map((node) => checking(node, first));
    await operator.query('COMMIT');
    const endedAt = performance.now();
    for (const node of [a, b])
      await untilSo(() => node.revocations.isFresh(), 'the feed to be read', trustMs);
    for (const node of [a, b]) expect(await isAccepted(node, first)).toBe(false);
    for (const check of checks) expect(await check.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
    for (const node of [a, b]) expect(await isAccepted(node, second)).toBe(true);
    expect(await isRemembered(b, second)).toBe(true);
    expect(failures.slice(2)).toEqual([undefined, undefined]);
    expect([...emptiedBecause(a), ...emptiedBecause(b)]).toEqual([]);
    // For a step that was given up the node may have taken another connection; the listening one is the same.
    expect(proxy.accepted - accepted).toBeLessThanOrEqual(1);
  },
);

const unwritten = [
  'ALTER TABLE sessions DISABLE TRIGGER revoke_deleted',
  'ALTER TABLE users DISABLE TRIGGER ALL',
  'DROP TRIGGER revoke_user ON auth',
  'ALTER TABLE revocations ENABLE REPLICA TRIGGER revoke_all',
];

test.concurrent.for(unwritten)(
  'N2: after %s every check asks the database, since the feed is not complete any more',
  async (statement, { onTestFinished }) => {
    const { url, b, first, second, failures } = await pairOnRequest(onTestFinished);
    await queryAt(url, [statement], [endFirst]);
    await untilTold(url, async () => !b.revocations.isFresh(), 'the feed to be mistrusted');
    expect(await isAccepted(b, first)).toBe(false);
    expect(await isAccepted(b, second)).toBe(true);
    expect(await isRemembered(b, second)).toBe(false);
    expect(String(failures.at(-1))).toContain('Triggers that write the table revocations');
  },
);

test.concurrent('N2: a session that a failover lost is refused by the node that answered its logout', async ({
  onTestFinished,
}) => {
  const { url, b, first } = await pairOnRequest(onTestFinished);
  expect(await isRemembered(b, first)).toBe(true);
  // As on a standby that had not received the session: it is not there, and the feed does not say so.
  await queryAt(url, ['SET session_replication_role = replica'], [endFirst]);
  expect(await isRemembered(b, first)).toBe(true);
  expect(await b.sessions.remove([first])).toEqual(new Map());
  expect(await isAccepted(b, first)).toBe(false);
});
