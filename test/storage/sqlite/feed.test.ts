/** The feed of revocations in a SQLite file: read on without gaps, mended where it has one, and swept after two minutes. */

import { backup } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { RevocationListener, Store } from '../../../src/storage/port/port.ts';
import { checksOf, hashOf, isAccepted } from '../../support/checks.ts';
import { freshPath, makeAccount, openStore, otherConnection, sessionOfJoe } from '../../support/sqlite.ts';

const idHash = hashOf(1);

/** A store with a session whose check is cached, and a second connection as sqlite3 has one. */
async function storeWithFeed() {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.sessions.insert(idHash, sessionOfJoe(1));
  const db = otherConnection(store.file);
  const seqs = () =>
    db
      .prepare('SELECT seq FROM revocations ORDER BY seq')
      .all()
      .map(({ seq }) => Number(seq));
  const write = (count: number) =>
    db
      .prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO revocations (kind, key) SELECT 'session', 'of nobody ' || i FROM n`,
      )
      .run(count);
  await keep(store);
  return { store, db, seqs, write };
}

/** Checks the session until it is answered from the cache. */
async function keep(store: Store): Promise<void> {
  for (let n = 0; n < 2; n += 1) {
    expect(await isAccepted(store, idHash)).toBe(true);
    await nextTurn();
  }
}

/** Whether a check is answered, and from where. */
async function source(store: Store): Promise<'cache' | 'store' | 'refused'> {
  await nextTurn();
  const { lookups } = checksOf(store).cache.counts;
  const hits = lookups.hit;
  if (!(await isAccepted(store, idHash))) return 'refused';
  return lookups.hit > hits ? 'cache' : 'store';
}

/** What a listener in place of the cache is told at the next read; the row that it has read last is known then. */
async function listening(store: Store): Promise<() => Promise<string[]>> {
  const told: string[] = [];
  const listener: RevocationListener = {
    sessionRevoked: (key) => void told.push(`session ${key}`),
    userRevoked: (key) => void told.push(`user ${key}`),
    allRevoked: (reason) => void told.push(`all ${reason}`),
  };
  store.revocations.listen(listener);
  const read = async () => {
    await nextTurn();
    expect(store.revocations.isFresh()).toBe(true);
    return told.splice(0);
  };
  expect(await read()).toEqual(['all first_read']);
  expect(await read()).toEqual([]);
  return read;
}

test('every row is told once, in the order of its number, to whom the feed was open before', async () => {
  const { store, db } = await storeWithFeed();
  const read = await listening(store);
  db.exec(
    "INSERT INTO revocations (kind, key) VALUES ('session', 'a'), ('user', 'b'), ('mark', ''), ('all', '')",
  );
  expect(await read()).toEqual(['session a', 'user b', 'all feed']);
  db.exec("INSERT INTO revocations (kind, key) VALUES ('session', 'c')");
  await store.sessions.remove([idHash]);
  expect(await read()).toEqual(['session c', `session ${idHash}`]);
  expect(await read()).toEqual([]);
});

test('rows that were read already may go; the last one that was read must be there, or everything is revoked', async () => {
  const { store, db, write } = await storeWithFeed();
  const read = await listening(store);
  write(5);
  expect(await read()).toHaveLength(5);
  db.exec('DELETE FROM revocations WHERE seq < (SELECT max(seq) FROM revocations)');
  expect(await read()).toEqual([]);
  write(2);
  expect(await read()).toEqual(['session of nobody 1', 'session of nobody 2']);
  write(2);
  db.exec('DELETE FROM revocations WHERE seq < (SELECT max(seq) FROM revocations)');
  expect(await read()).toEqual(['all missed']);
  write(1);
  expect(await read()).toEqual(['session of nobody 1']);
});

test('an end whose row was deleted before it was read is refused: the gap shows', async () => {
  const { store, db } = await storeWithFeed();
  expect(await source(store)).toBe('cache');
  db.exec("DELETE FROM sessions; DELETE FROM revocations; INSERT INTO revocations (kind) VALUES ('mark')");
  expect(await source(store)).toBe('refused');
});

test('numbers never come back, also if the latest row is deleted: the next one has a higher one', async () => {
  const { db, seqs, write } = await storeWithFeed();
  write(3);
  const last = seqs().at(-1) as number;
  db.exec('DELETE FROM revocations');
  write(1);
  expect(seqs()).toEqual([last + 1]);
});

test('with an emptied table every check asks the store until a sweep sets a mark, and no end is late', async () => {
  const { store, db, seqs } = await storeWithFeed();
  expect(await source(store)).toBe('cache');
  db.exec('DELETE FROM revocations');
  for (let n = 0; n < 3; n += 1) expect(await source(store)).toBe('store');
  expect(store.revocations.isFresh()).toBe(false);
  expect(await store.revocations.sweep(100)).toBe(0);
  expect(seqs()).toHaveLength(1);
  expect([await source(store), await source(store)]).toEqual(['store', 'cache']);
  db.exec('DELETE FROM revocations');
  expect(await source(store)).toBe('store');
  db.exec('DELETE FROM sessions; DELETE FROM revocations');
  expect(await source(store)).toBe('refused');
});

test('a row that is written after the table was emptied mends the feed as well', async () => {
  const { store, db, write } = await storeWithFeed();
  db.exec('DELETE FROM revocations');
  expect(await source(store)).toBe('store');
  write(1);
  expect([await source(store), await source(store)]).toEqual(['store', 'cache']);
});

test('10,000 unread rows are read one by one, 10,001 revoke everything', async () => {
  const { store, write } = await storeWithFeed();
  write(10_000);
  expect(await source(store)).toBe('cache');
  write(10_001);
  expect([await source(store), await source(store)]).toEqual(['store', 'cache']);
  const read = await listening(store);
  write(10_000);
  expect(await read()).toHaveLength(10_000);
  write(300_000);
  expect(await read()).toEqual(['all too_many']);
  expect(await read()).toEqual([]);
  write(1);
  expect(await read()).toEqual(['session of nobody 1']);
});

test('a file that was restored in place has another past: everything is revoked', async () => {
  const { store, db } = await storeWithFeed();
  const copy = freshPath();
  await store.sessions.remove([idHash]);
  await backup(db, copy);
  await store.sessions.insert(idHash, sessionOfJoe(1));
  checksOf(store).cache.allRevoked('feed');
  await keep(store);
  expect(await source(store)).toBe('cache');
  await nextTurn();
  await backup(otherConnection(copy), store.file);
  expect(await source(store)).toBe('refused');
});

/** A clock for sweeps that only the test moves. */
function heldClock(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => void vi.advanceTimersByTime(ms);
}

/** Sweeps in a turn of its own, with the latest snapshot; returns how many rows went. */
async function sweep(store: Store, limit = 100): Promise<number> {
  await nextTurn();
  return store.revocations.sweep(limit);
}

test('a row is swept two minutes after a sweep first saw it, and not before; the newest one of then stays', async () => {
  const { store, seqs, write } = await storeWithFeed();
  const pass = heldClock();
  write(5);
  const seen = seqs();
  expect(await sweep(store)).toBe(0);
  pass(60_000);
  write(3);
  const later = seqs().slice(seen.length);
  expect(await sweep(store)).toBe(0);
  pass(59_999);
  expect(await sweep(store)).toBe(0);
  expect(seqs()).toEqual([...seen, ...later]);
  pass(1);
  expect(await sweep(store)).toBe(seen.length - 1);
  expect(seqs()).toEqual([seen.at(-1), ...later]);
  pass(60_000);
  expect(await sweep(store)).toBe(later.length);
  expect(seqs()).toEqual([later.at(-1)]);
  // The last one of all stays for ever.
  pass(600_000);
  expect(await sweep(store)).toBe(0);
  expect(seqs()).toEqual([later.at(-1)]);
  expect(await source(store)).toBe('store');
});

test('a sweep removes no more rows than it is asked to, and says how many', async () => {
  const { store, seqs, write } = await storeWithFeed();
  const pass = heldClock();
  write(9);
  await sweep(store);
  pass(120_000);
  const removed: number[] = [];
  for (let n = 0; n < 4; n += 1) removed.push(await sweep(store, 4));
  expect(removed).toEqual([4, 4, 1, 0]);
  expect(seqs()).toHaveLength(1);
});

test('a process that read nothing while rows were swept is told that it missed some', async () => {
  const { store, write } = await storeWithFeed();
  const other = openStore(store.file);
  const read = await listening(other);
  const pass = heldClock();
  await store.sessions.remove([idHash]);
  write(1);
  expect(await sweep(store)).toBe(0);
  pass(120_000);
  expect(await sweep(store)).toBeGreaterThan(0);
  expect(await read()).toEqual(['all missed']);
});

test('a process that reads at least once in two minutes misses nothing, however often is swept', async () => {
  const { store, write } = await storeWithFeed();
  const other = openStore(store.file);
  const read = await listening(other);
  const pass = heldClock();
  for (let minutes = 0; minutes < 6; minutes += 1) {
    write(2);
    await sweep(store);
    expect(await read()).toEqual(['session of nobody 1', 'session of nobody 2']);
    pass(119_000);
    await sweep(store);
  }
});
