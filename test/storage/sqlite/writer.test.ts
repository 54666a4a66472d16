/** One writer: steps of a turn share a commit, a lock is waited for, a file that went away takes nothing. */

import { renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { Reader } from '../../../src/storage/sqlite/connection/reader.ts';
import { Writer } from '../../../src/storage/sqlite/connection/writer.ts';
import {
  commitsIn,
  freshPath,
  lock,
  makeAccount,
  openStore,
  otherConnection,
  ownConnection,
} from '../../support/sqlite.ts';

const names = (count: number) => Array.from({ length: count }, (_, n) => `user${n}`);

/** A writer over a connection of its own, and a step that writes a row. */
function openWriter(file = freshPath()) {
  const db = ownConnection(file);
  const writer = new Writer(db, file, new Reader(db));
  const insert = db.prepare('INSERT INTO users (id, created_at) VALUES (?, 0)');
  const count = otherConnection(file).prepare('SELECT count(*) AS rows FROM users');
  return { db, writer, file, insert: (id: string) => void insert.run(id), rows: () => count.get()?.['rows'] };
}

/** The longest time the event loop was not free while something was awaited, in milliseconds. */
async function maxPauseMs(during: Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  await during.catch(() => {});
  clearInterval(ticking);
  return longest;
}

test('steps of one turn share one commit', async () => {
  const store = openStore();
  expect(commitsIn(store.file)).toBe(0);
  await Promise.all(names(100).map((name) => makeAccount(store, name)));
  expect(commitsIn(store.file)).toBe(1);
  await makeAccount(store, 'one');
  await makeAccount(store, 'two');
  expect(commitsIn(store.file)).toBe(3);
});

test.each([
  [256, 1],
  [257, 2],
  [513, 3],
])('%i steps at once take %i commits', async (steps, commits) => {
  const { writer, file, insert, rows } = openWriter();
  await Promise.all(names(steps).map((name) => writer.write(() => insert(name))));
  expect(commitsIn(file)).toBe(commits);
  expect(rows()).toBe(steps);
});

test('steps, commits, failures and pauses are counted', async () => {
  const { writer, file, insert } = openWriter();
  await Promise.all(names(10).map((name) => writer.write(() => insert(name))));
  await writer.write(() => insert('alone'));
  expect(writer.counts).toEqual({ steps: 11, commits: 2, failures: 0, lockWaits: 0 });
  const release = lock(file);
  const waiting = writer.write(() => insert('late'));
  await sleep(50);
  release();
  await waiting;
  expect(writer.counts).toMatchObject({ steps: 12, commits: 3, failures: 0 });
  expect(writer.counts.lockWaits).toBeGreaterThan(1);
  renameSync(file, `${file}.moved`);
  await expect(writer.write(() => insert('lost'))).rejects.toThrow(StoreUnavailable);
  expect(writer.counts).toMatchObject({ steps: 12, commits: 3, failures: 1 });
});

test('a step is answered with its result, when other connections can see it', async () => {
  const { writer, insert, rows } = openWriter();
  const seen = names(3).map((name) =>
    writer
      .write(() => {
        insert(name);
        return name.toUpperCase();
      })
      .then((result) => [result, rows()]),
  );
  expect(await Promise.all(seen)).toEqual([
    ['USER0', 3],
    ['USER1', 3],
    ['USER2', 3],
  ]);
});

test('a step that throws rolls back its own writes only, alone and among others', async () => {
  const { writer, insert, rows } = openWriter();
  const failing = () => {
    insert('half');
    throw new TypeError('a defect');
  };
  await expect(writer.write(failing)).rejects.toThrow(new TypeError('a defect'));
  expect(rows()).toBe(0);
  const outcomes = await Promise.allSettled([
    writer.write(() => insert('a')),
    writer.write(failing),
    writer.write(() => insert('a')),
    writer.write(() => insert('b')),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: new TypeError('a defect') });
  expect(outcomes[2]).toMatchObject({ reason: expect.any(StoreUnavailable) });
  expect(rows()).toBe(2);
});

test('a step that ends the whole transaction fails with all steps in it, and the next one works', async () => {
  const { db, writer, insert, rows } = openWriter();
  const outcomes = await Promise.allSettled([
    writer.write(() => insert('a')),
    writer.write(() => db.exec('ROLLBACK; SELECT * FROM no_such_table')),
    writer.write(() => insert('b')),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(rows()).toBe(0);
  await writer.write(() => insert('c'));
  expect(rows()).toBe(1);
});

test('while another process writes, reads go on and the write waits without holding up the event loop', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  const unlock = lock(store.file);
  let written = false;
  const writing = makeAccount(store, 'ann').then(() => {
    written = true;
  });
  const pauses = maxPauseMs(writing);
  for (let n = 0; n < 20; n += 1) {
    await sleep(20);
    expect((await store.accounts.findUser('joe'))?.identifier).toBe('joe');
  }
  expect(written).toBe(false);
  unlock();
  await writing;
  expect((await store.accounts.findUser('ann'))?.identifier).toBe('ann');
  expect(await pauses).toBeLessThan(300);
});

test('a write gives up after about two seconds, and the next one works once the lock is gone', async () => {
  const store = openStore();
  const unlock = lock(store.file);
  const startedAt = performance.now();
  const writes = Promise.allSettled(names(3).map((name) => makeAccount(store, name)));
  const pauses = maxPauseMs(writes);
  for (const outcome of await writes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
  }
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(1_900);
  expect(tookMs).toBeLessThan(4_000);
  expect(await pauses).toBeLessThan(1_000);
  unlock();
  await makeAccount(store, 'joe');
  expect(await store.accounts.findCredential('user0')).toBeUndefined();
  expect((await store.accounts.findCredential('joe'))?.hasUser).toBe(true);
});

test.each([
  ['moved', (file: string) => renameSync(file, `${file}.away`)],
  ['deleted', (file: string) => rmSync(file)],
  [
    'replaced',
    (file: string) => {
      renameSync(file, `${file}.away`);
      const other = openStore(`${file}.other`);
      renameSync(other.file, file);
    },
  ],
])('a file that was %s under the store takes no more commits', async (_how, takeAway) => {
  const store = openStore();
  await makeAccount(store, 'joe');
  takeAway(store.file);
  await expect(makeAccount(store, 'ann')).rejects.toThrow(StoreUnavailable);
  await expect(makeAccount(store, 'ann')).rejects.toThrow(`${store.file} was moved, replaced or deleted`);
  await expect(store.ping()).rejects.toThrow(StoreUnavailable);
});

test('a file that was put back takes commits again, and nothing that was refused is in it', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  renameSync(store.file, `${store.file}.away`);
  await expect(makeAccount(store, 'ann')).rejects.toThrow(StoreUnavailable);
  renameSync(`${store.file}.away`, store.file);
  await expect(store.ping()).resolves.toBeUndefined();
  await makeAccount(store, 'bob');
  await store.close();
  const again = openStore(store.file);
  const found = await Promise.all(['joe', 'ann', 'bob'].map((name) => again.accounts.findUser(name)));
  expect(found.map((user) => user?.identifier)).toEqual(['joe', undefined, 'bob']);
});
