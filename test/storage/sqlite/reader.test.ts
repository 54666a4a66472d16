/** Reads of one turn share a snapshot, rows are cached, and no stale row is ever returned. */

import { spawnSync } from 'node:child_process';
import { constants } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { Reader } from '../../../src/storage/sqlite/connection/reader.ts';
import {
  freshPath,
  idHash,
  makeAccount,
  openStore,
  otherConnection,
  ownConnection,
  sessionOfJoe,
} from '../../support/sqlite.ts';
import { findSession } from '../conformance/case.ts';

/** A store with one session that was read, so that it is remembered. */
async function storeWithSession() {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.sessions.insert(idHash(1), sessionOfJoe(1));
  expect(await findSession(store.sessions, idHash(1))).toEqual(sessionOfJoe(1));
  expect((await store.accounts.findUser('joe'))?.identifier).toBe('joe');
  await nextTurn();
  return store;
}

/** A reader over a connection of its own, and a find that counts how often it is asked. */
function countingReader(file = freshPath(), maxBytes?: number) {
  const db = ownConnection(file);
  const reader = new Reader(db, maxBytes);
  onTestFinished(() => reader.end());
  const select = db.prepare('SELECT created_at AS createdAt FROM users WHERE id = ?');
  const asked: string[] = [];
  const users = reader.remembering(1, (id) => {
    asked.push(id);
    return select.get(id) as { createdAt: number } | undefined;
  });
  const other = otherConnection(file);
  const set = (id: string, createdAt: number) =>
    other.prepare('INSERT OR REPLACE INTO users (id, created_at) VALUES (?, ?)').run(id, createdAt);
  return { db, reader, users, asked, set, other };
}

test('all reads of one turn see one state, those of the next turn the latest', async () => {
  const { users, set } = countingReader();
  set('a', 1);
  expect(users.find('a')?.createdAt).toBe(1);
  set('a', 2);
  set('b', 2);
  expect(users.find('a')?.createdAt).toBe(1);
  expect(users.find('b')).toBeUndefined();
  await nextTurn();
  expect(users.find('a')?.createdAt).toBe(2);
  expect(users.find('b')?.createdAt).toBe(2);
});

test('a row is read once until the next write, and then again', async () => {
  const { users, asked, set } = countingReader();
  set('a', 1);
  for (let turn = 0; turn < 5; turn += 1) {
    expect(users.find('a')?.createdAt).toBe(1);
    await nextTurn();
  }
  expect(asked).toEqual(['a']);
  set('unrelated', 1);
  expect(users.find('a')?.createdAt).toBe(1);
  expect(asked).toEqual(['a', 'a']);
});

test('a missing row is read once, until it is written here or another process writes', async () => {
  const { users, asked, set } = countingReader();
  for (let i = 0; i < 3; i += 1) expect(users.find('a')).toBeUndefined();
  expect(asked).toEqual(['a']);
  users.forget('a');
  expect(users.find('a')).toBeUndefined();
  expect(asked).toEqual(['a', 'a']);
  await nextTurn();
  set('a', 1);
  expect(users.find('a')?.createdAt).toBe(1);
});

test('as many rows are remembered as there is memory for, and no more', () => {
  // Room for twelve: six in each of two generations.
  const { users, asked, set } = countingReader(freshPath(), 12 * 1_049);
  const ids = Array.from({ length: 13 }, (_, i) => `user ${i}`);
  for (const id of ids) set(id, 1);
  for (const id of ids.slice(0, 6)) users.find(id);
  for (const id of ids.slice(0, 6)) users.find(id);
  expect(asked).toHaveLength(6);
  for (const id of ids.slice(6)) users.find(id);
  users.find('user 0');
  expect(asked).toHaveLength(14);
});

test('made-up keys push out no row, and take no more than their room', () => {
  const { users, asked, set } = countingReader();
  set('a', 1);
  users.find('a');
  for (let i = 0; i < 20_000; i += 1) users.find(`made up ${i}`);
  users.find('a');
  expect(asked.filter((key) => key === 'a')).toEqual(['a']);
  users.find('made up 19999');
  users.find('made up 0');
  expect(asked.slice(-2)).toEqual(['made up 19999', 'made up 0']);
});

test('a row that was removed from the cache is read again', () => {
  const { users, asked, set } = countingReader();
  set('a', 1);
  set('b', 1);
  for (const key of ['a', 'b', 'a', 'b']) users.find(key);
  users.forget('a');
  for (const key of ['a', 'b']) users.find(key);
  expect(asked).toEqual(['a', 'b', 'a']);
  users.forgetAll();
  for (const key of ['a', 'b']) users.find(key);
  expect(asked).toEqual(['a', 'b', 'a', 'a', 'b']);
});

test('ending the snapshot lets the next read of the same turn see the latest', () => {
  const { reader, users, set } = countingReader();
  set('a', 1);
  expect(users.find('a')?.createdAt).toBe(1);
  set('a', 2);
  reader.end();
  expect(users.find('a')?.createdAt).toBe(2);
});

test('while the engine cannot tell whether anything changed, nothing remembered is answered', async () => {
  const { db, users, set } = countingReader();
  set('a', 1);
  expect(users.find('a')?.createdAt).toBe(1);
  await nextTurn();
  db.setAuthorizer((action, name) =>
    action === constants.SQLITE_PRAGMA && name === 'data_version'
      ? constants.SQLITE_DENY
      : constants.SQLITE_OK,
  );
  for (let n = 0; n < 3; n += 1) expect(() => users.find('a')).toThrow(StoreUnavailable);
  db.setAuthorizer(null);
  expect(users.find('a')?.createdAt).toBe(1);
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
  expect((await findSession(store.sessions, idHash(1)))?.lastSeenAt).toBe(4_000);
});

test('a session removed by another process is not found', async () => {
  const store = await storeWithSession();
  const program = `
    const { DatabaseSync } = require('node:sqlite');
    new DatabaseSync(process.argv[1]).exec('DELETE FROM sessions');
  `;
  expect(spawnSync(process.execPath, ['-e', program, store.file]).status).toBe(0);
  expect(await findSession(store.sessions, idHash(1))).toBeUndefined();
});

test('a user whose row another connection removed is not found, although it was cached', async () => {
  const store = await storeWithSession();
  otherConnection(store.file).exec('PRAGMA foreign_keys = OFF; DELETE FROM users');
  expect(await store.accounts.findUser('joe')).toBeUndefined();
  expect((await store.accounts.findCredential('joe'))?.hasUser).toBe(false);
});

test('an own removal is seen at once, in the same turn', async () => {
  const store = await storeWithSession();
  expect(await findSession(store.sessions, idHash(1))).toBeDefined();
  await store.sessions.remove([idHash(1)]);
  expect(await findSession(store.sessions, idHash(1))).toBeUndefined();
});

test('an own sweep is seen at once', async () => {
  const store = await storeWithSession();
  expect(await findSession(store.sessions, idHash(1))).toBeDefined();
  expect(await store.sessions.sweep(5_000, 10)).toBe(1);
  expect(await findSession(store.sessions, idHash(1))).toBeUndefined();
});

test('a use that was noted is seen as soon as it is written', async () => {
  const store = await storeWithSession();
  store.sessions.touch(idHash(1), 2_000, 6_000);
  await sleep(150);
  expect((await findSession(store.sessions, idHash(1)))?.lastSeenAt).toBe(2_000);
});

test('a table that was dropped is noticed, also where the row is remembered', async () => {
  const store = await storeWithSession();
  otherConnection(store.file).exec('PRAGMA foreign_keys = OFF; DROP TABLE sessions');
  await expect(findSession(store.sessions, idHash(1))).rejects.toThrow(StoreUnavailable);
  await expect(store.ping()).rejects.toThrow(StoreUnavailable);
  await expect(store.sessions.remove([idHash(1)])).rejects.toThrow(StoreUnavailable);
});

test('a schema that another program changed is noticed by a ping', async () => {
  const store = await storeWithSession();
  await expect(store.ping()).resolves.toBeUndefined();
  otherConnection(store.file).exec('PRAGMA user_version = 2');
  await nextTurn();
  await expect(store.ping()).rejects.toThrow('The schema of the database changed while in use');
});
