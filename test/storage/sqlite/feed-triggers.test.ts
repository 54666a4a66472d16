/** What a change in a SQLite file leaves in the feed of revocations, whether the server or sqlite3 makes it. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checksOf, hashOf, isAccepted } from '../../support/checks.ts';
import {
  idHash,
  makeAccount,
  openStore,
  otherConnection,
  ownConnection,
  sessionOfJoe,
} from '../../support/sqlite.ts';

/** A store with an account and two sessions, a second connection as sqlite3 has one, and the rows that are new in the feed. */
async function storeWithFeed() {
  const store = openStore();
  await makeAccount(store, 'joe');
  await makeAccount(store, 'ann');
  for (const n of [1, 2]) await store.sessions.insert(idHash(n), sessionOfJoe(n));
  const db = otherConnection(store.file);
  db.exec('PRAGMA foreign_keys = OFF');
  const select = db.prepare('SELECT seq, kind, key FROM revocations WHERE seq > ? ORDER BY seq');
  let last = 0;
  const written = () => {
    const rows = select.all(last) as { seq: number; kind: string; key: string }[];
    last = rows.at(-1)?.seq ?? last;
    return rows.map(({ kind, key }) => `${kind} ${key}`.trimEnd());
  };
  expect(written()).toEqual(['mark']);
  return { store, db, written };
}

const [one, two] = [`session ${idHash(1)}`, `session ${idHash(2)}`];
const first = "WHERE handle = 'handle-1'";

const byHand: readonly (readonly [sql: string, written: readonly string[]])[] = [
  [`DELETE FROM sessions ${first}`, [one]],
  ['DELETE FROM sessions', [one, two]],
  [`DELETE FROM sessions WHERE user_id = 'ann'`, []],
  [`UPDATE sessions SET id_hash = unhex('${idHash(9)}') ${first}`, [one]],
  [`UPDATE sessions SET handle = 'another' ${first}`, [one]],
  [`UPDATE sessions SET user_id = 'ann' ${first}`, [one]],
  [`UPDATE sessions SET contract = 'envelope' ${first}`, [one]],
  [`UPDATE sessions SET created_at = 1 ${first}`, [one]],
  [`UPDATE sessions SET expires_at = 8999 ${first}`, [one]],
  [`UPDATE sessions SET proven_at = 0 ${first}`, [one]],
  [`UPDATE sessions SET network = '', device = '' ${first}`, [one]],
  [`UPDATE sessions SET idle_expires_at = 4999 ${first}`, [one]],
  [`UPDATE sessions SET idle_expires_at = 5000 ${first}`, []],
  [`UPDATE sessions SET idle_expires_at = 5001, last_seen_at = 1001 ${first}`, []],
  [`UPDATE sessions SET last_seen_at = 1 ${first}`, []],
  ["UPDATE users SET email = 'joe@example.com' WHERE id = 'joe'", ['user joe']],
  ["UPDATE users SET email_verified_at = 1 WHERE id = 'joe'", ['user joe']],
  ["UPDATE users SET created_at = 1 WHERE id = 'joe'", ['user joe']],
  ["UPDATE users SET disabled_at = 1 WHERE id = 'joe'", ['user joe']],
  ["UPDATE users SET disabled_at = NULL WHERE id = 'joe'", ['user joe']],
  ["UPDATE users SET id = 'bob' WHERE id = 'joe'", ['user joe']],
  ["DELETE FROM users WHERE id = 'joe'", ['user joe']],
  ["UPDATE auth SET identifier = 'Joe' WHERE user_id = 'joe'", ['user joe']],
  ["UPDATE auth SET user_id = 'bob' WHERE user_id = 'joe'", ['user joe']],
  ["DELETE FROM auth WHERE user_id = 'joe'", ['user joe']],
  ["UPDATE auth SET password_hash = 'another' WHERE user_id = 'joe'", []],
  ["INSERT INTO users (id, created_at) VALUES ('bob', 1)", []],
  ["INSERT INTO ended SELECT id_hash, handle, user_id, 1, 'logout', 'ok', 'rest' FROM sessions", []],
  ['BEGIN; DELETE FROM sessions; DELETE FROM users; ROLLBACK', []],
  ['BEGIN; DELETE FROM sessions; COMMIT', [one, two]],
];

test.for(byHand)('by hand: %s', async ([sql, expected]) => {
  const { db, written } = await storeWithFeed();
  db.exec(sql);
  expect(written()).toEqual(expected);
});

test('with foreign keys, the deletion of a user also tells of what goes with it', async () => {
  const { store, written } = await storeWithFeed();
  ownConnection(store.file).exec("PRAGMA foreign_keys = ON; DELETE FROM users WHERE id = 'joe'");
  expect(written().toSorted()).toEqual([one, two, 'user joe']);
  expect(await store.sessions.ofUser('joe', { limit: 9 })).toEqual([]);
});

test('the sweep of expired sessions writes nothing: every process knows when they expire', async () => {
  const { store, written } = await storeWithFeed();
  expect(await store.sessions.sweep(5_000, 10)).toBe(2);
  expect((await store.sessions.findEnded(idHash(1)))?.event).toBe('expiry');
  expect(written()).toEqual([]);
});

test('a session that was recorded as ended for another reason, or had expired before it was put back, is told', async () => {
  const { store, db, written } = await storeWithFeed();
  await store.sessions.insert(idHash(3), sessionOfJoe(3));
  const note =
    "INSERT INTO ended SELECT id_hash, handle, user_id, ?, ?, '', '' FROM sessions WHERE handle = ?";
  db.prepare(note).run(5_000, 'logout', 'handle-1');
  db.prepare(note).run(4_999, 'expiry', 'handle-2');
  db.prepare(note).run(5_000, 'expiry', 'handle-3');
  db.exec('DELETE FROM sessions');
  expect(written()).toEqual([one, two]);
});

test('the server: uses, logins, registrations and new hashes of a password write nothing', async () => {
  const { store, written } = await storeWithFeed();
  store.sessions.touch(idHash(1), 2_000, 6_000);
  await expect
    .poll(async () => (await store.sessions.findWithUser(idHash(1)))?.session.lastSeenAt)
    .toBe(2_000);
  await store.sessions.insert(idHash(3), sessionOfJoe(3));
  await makeAccount(store, 'bob');
  expect(await store.accounts.replaceHash('joe', 'hash of joe', 'rehashed')).toBe('replaced');
  expect(await store.sessions.remove([idHash(7)])).toEqual(new Map());
  expect(written()).toEqual([]);
});

test('without one of the triggers every check asks the file, until it is there again', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  await store.sessions.insert(hashOf(1), sessionOfJoe(1));
  checksOf(store);
  const db = otherConnection(store.file);
  const triggers = db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'revoke%'")
    .all();
  expect(triggers.length).toBeGreaterThan(5);
  for (const { name, sql } of triggers) {
    expect(store.revocations.isFresh(), String(name)).toBe(true);
    db.exec(`DROP TRIGGER ${name}`);
    await nextTurn();
    expect(store.revocations.isFresh(), String(name)).toBe(false);
    expect(await isAccepted(store, hashOf(1))).toBe(true);
    db.exec(String(sql));
    await nextTurn();
  }
  expect(store.revocations.isFresh()).toBe(true);
});
