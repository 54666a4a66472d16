/** Reads of one turn share a snapshot, every snapshot that may differ is announced, and no stale row is ever returned. */

import { spawnSync } from 'node:child_process';
import { constants } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { Reader } from '../../../src/storage/sqlite/connection/reader.ts';
import { migrations } from '../../../src/storage/sqlite/schema.ts';
import { checksOf, hashOf, isAccepted } from '../../support/checks.ts';
import {
  freshPath,
  makeAccount,
  openStore,
  otherConnection,
  ownConnection,
  sessionOfJoe,
} from '../../support/sqlite.ts';
import { findSession } from '../conformance/case.ts';

const idHash = hashOf(1);

/** A store with one session whose check is answered from the cache. */
async function storeWithSession() {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.sessions.insert(idHash, sessionOfJoe(1));
  expect(await isAccepted(store, idHash)).toBe(true);
  await nextTurn();
  expect(await isAccepted(store, idHash)).toBe(true);
  expect(checksOf(store).cache.counts.lookups.hit).toBe(1);
  await nextTurn();
  return store;
}

/** A reader over a connection of its own, which counts the snapshots that may differ from the one before. */
function countingReader(file = freshPath()) {
  const db = ownConnection(file);
  const reader = new Reader(db);
  onTestFinished(() => reader.end());
  const changes = { count: 0 };
  reader.onChange(() => {
    changes.count += 1;
  });
  const select = db.prepare('SELECT created_at AS createdAt FROM users WHERE id = ?');
  const find = (id: string) => reader.read(() => select.get(id)?.['createdAt']);
  const other = otherConnection(file);
  const set = (id: string, createdAt: number) =>
    other.prepare('INSERT OR REPLACE INTO users (id, created_at) VALUES (?, ?)').run(id, createdAt);
  return { db, reader, find, changes, set };
}

test('all reads of one turn see one state, those of the next turn the latest', async () => {
  const { find, set } = countingReader();
  set('a', 1);
  expect(find('a')).toBe(1);
  set('a', 2);
  set('b', 2);
  expect(find('a')).toBe(1);
  expect(find('b')).toBeUndefined();
  await nextTurn();
  expect(find('a')).toBe(2);
  expect(find('b')).toBe(2);
});

test('ending the snapshot lets the next read of the same turn see the latest', () => {
  const { reader, find, set } = countingReader();
  set('a', 1);
  expect(find('a')).toBe(1);
  set('a', 2);
  reader.end();
  expect(find('a')).toBe(2);
});

test('a snapshot is announced if another process has written, once, and not if nothing was written', async () => {
  const { find, changes, set } = countingReader();
  for (let turn = 0; turn < 3; turn += 1) {
    find('a');
    find('b');
    await nextTurn();
  }
  expect(changes.count).toBe(1);
  set('a', 1);
  set('a', 2);
  for (let turn = 0; turn < 3; turn += 1) {
    find('a');
    find('b');
    await nextTurn();
  }
  expect(changes.count).toBe(2);
});

test('a snapshot is announced after a commit of this process, in the same turn', async () => {
  const { db, reader, find, changes } = countingReader();
  find('a');
  reader.end();
  db.exec("INSERT INTO users (id, created_at) VALUES ('a', 1)");
  reader.wrote();
  expect(find('a')).toBe(1);
  expect(changes.count).toBe(2);
  await nextTurn();
  find('a');
  expect(changes.count).toBe(2);
});

test('a snapshot is announced before anything else is read in it', () => {
  const { reader, find, set } = countingReader();
  const order: unknown[] = [];
  reader.onChange(() => order.push(find('a')));
  set('a', 1);
  order.push(find('a'));
  set('a', 2);
  reader.end();
  order.push(find('a'));
  expect(order).toEqual([1, 1, 2, 2]);
});

test('while the engine cannot tell whether anything changed, every read fails', async () => {
  const { db, find, set } = countingReader();
  set('a', 1);
  expect(find('a')).toBe(1);
  await nextTurn();
  db.setAuthorizer((action, name) =>
    action === constants.SQLITE_PRAGMA && name === 'data_version'
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK,
  );
  for (let n = 0; n < 3; n += 1) expect(() => find('a')).toThrow(StoreUnavailable);
  db.setAuthorizer(null);
  expect(find('a')).toBe(1);
});

test('an announcement that failed is made again in the next snapshot', async () => {
  const { reader, find, changes, set } = countingReader();
  find('a');
  await nextTurn();
  set('a', 1);
  reader.onChange(() => {
    throw new StoreUnavailable('The feed cannot be read.');
  });
  for (let n = 0; n < 3; n += 1) expect(() => find('a')).toThrow('The feed cannot be read.');
  reader.onChange(() => {
    changes.count += 1;
  });
  expect(find('a')).toBe(1);
  expect(changes.count).toBe(2);
});

test('a defect of the reading code is reported as a defect', () => {
  const { reader } = countingReader();
  const defect = new TypeError('not the fault of the engine');
  expect(() =>
    reader.read(() => {
      throw defect;
    }),
  ).toThrow(defect);
});

test('a change by another connection is seen at the next turn', async () => {
  const store = await storeWithSession();
  otherConnection(store.file).exec('UPDATE sessions SET last_seen_at = 4000');
  expect((await findSession(store.sessions, idHash))?.lastSeenAt).toBe(4_000);
});

test('a session removed by another process is refused, although its check was cached', async () => {
  const store = await storeWithSession();
  const program = `
    const { DatabaseSync } = require('node:sqlite');
    new DatabaseSync(process.argv[1]).exec('DELETE FROM sessions');
  `;
  expect(spawnSync(process.execPath, ['-e', program, store.file]).status).toBe(0);
  expect(await isAccepted(store, idHash)).toBe(false);
});

test('R2: a session is refused if another connection removed a row of its user, also without foreign keys', async () => {
  for (const [table, foreignKeys] of [
    ['users', 'OFF'],
    ['users', 'ON'],
    ['auth', 'OFF'],
    ['auth', 'ON'],
  ]) {
    const store = await storeWithSession();
    otherConnection(store.file).exec(`PRAGMA foreign_keys = ${foreignKeys}; DELETE FROM ${table}`);
    expect([table, foreignKeys, await isAccepted(store, idHash)]).toEqual([table, foreignKeys, false]);
    expect(await store.accounts.findUser('joe')).toBeUndefined();
    expect((await store.accounts.findCredential('joe'))?.hasUser ?? false).toBe(false);
  }
});

test('an own removal is seen at once, in the same turn', async () => {
  const store = await storeWithSession();
  expect(await isAccepted(store, idHash)).toBe(true);
  await store.sessions.remove([idHash]);
  expect(await isAccepted(store, idHash)).toBe(false);
});

test('a session that was swept here is not found', async () => {
  const store = await storeWithSession();
  expect(await findSession(store.sessions, idHash)).toBeDefined();
  expect(await store.sessions.sweep(5_000, 10)).toBe(1);
  expect(await findSession(store.sessions, idHash)).toBeUndefined();
});

test('a use that was noted is seen as soon as it is written', async () => {
  const store = await storeWithSession();
  store.sessions.touch(idHash, 2_000, 6_000);
  await sleep(150);
  expect((await findSession(store.sessions, idHash))?.lastSeenAt).toBe(2_000);
});

test('a table that was dropped is noticed: what was cached is not answered any more', async () => {
  for (const [table, hadRows] of [
    ['sessions', 'its rows are dropped with it'],
    ['revocations', 'it is the feed'],
  ]) {
    const store = await storeWithSession();
    otherConnection(store.file).exec(`PRAGMA foreign_keys = OFF; DROP TABLE ${table}`);
    await expect(isAccepted(store, idHash), hadRows).rejects.toThrow(StoreUnavailable);
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    await expect(store.sessions.remove([idHash])).rejects.toThrow(StoreUnavailable);
  }
});

test('a schema that another program changed is noticed by a ping', async () => {
  const store = await storeWithSession();
  await expect(store.ping()).resolves.toBeUndefined();
  otherConnection(store.file).exec(`PRAGMA user_version = ${migrations.length + 1}`);
  await nextTurn();
  await expect(store.ping()).rejects.toThrow('The schema of the database changed while in use');
});
