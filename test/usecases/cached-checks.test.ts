/** What the session check keeps in the cache, over a real store: answers until the next use, and only what is dead for good. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Sessions } from '../../src/concepts/sessions/sessions.ts';
import { digest } from '../../src/crypto/ids.ts';
import { SessionCache } from '../../src/storage/shared/session-cache.ts';
import { isRefusal } from '../../src/usecases/refusals.ts';
import { check, SessionCheck } from '../../src/usecases/session-check.ts';
import { HandFeed } from '../support/feed.ts';
import { makeAccount, openStore, otherConnection, sessionOfJoe } from '../support/sqlite.ts';

/** The sessions of these tests begin at 1,000, and die of idleness at 101,000. */
const idleSeconds = 100;
const writeBackMs = (idleSeconds * 1_000) / 10;

/** A store with one session, and what a check of it answers. */
async function checking() {
  const store = openStore();
  await makeAccount(store, 'joe');
  const row = { ...sessionOfJoe(1), idleExpiresAt: 101_000, expiresAt: 900_000 };
  await store.sessions.insert(digest('joes-session'), row);
  const cache = new SessionCache(store.revocations, 1_048_576);
  const sessions = new Sessions(store.sessions, {
    idleSeconds,
    lifetimeSeconds: 900,
    browserSeconds: 900,
    maxPerUser: 0,
  });
  const check = new SessionCheck({ sessions, cache }, ({ session }) => `used at ${session.lastSeenAt}`);
  const { lookups } = cache.counts;
  /** The answer, and where it came from. */
  const answer = async (now: number, id = 'joes-session') => {
    await nextTurn();
    const before = { ...lookups };
    const text = await check.answer(id, now);
    const from = (['hit', 'dead', 'miss'] as const).filter((kind) => lookups[kind] > before[kind]);
    return [text, from.join()];
  };
  const byHand = (sql: string) => otherConnection(store.file).exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  return { store, answer, byHand };
}

test('an answer is cached until the next use is to be recorded, and that use is recorded', async () => {
  const { store, answer } = await checking();
  expect(await answer(2_000)).toEqual(['used at 1000', 'miss']);
  expect(await answer(1_000 + writeBackMs - 1)).toEqual(['used at 1000', 'hit']);
  expect(await answer(1_000 + writeBackMs)).toEqual(['used at 11000', 'miss']);
  expect(await answer(1_000 + writeBackMs + 1)).toEqual(['used at 11000', 'hit']);
  const lastUse = async () => (await store.sessions.findByHandle('handle-1'))?.lastSeenAt;
  await expect.poll(lastUse).toBe(11_000);
});

test('an expired session is refused by the store each time: its use in another process may revive it', async () => {
  const { answer, byHand } = await checking();
  expect(await answer(100_999)).toEqual(['used at 100999', 'miss']);
  byHand('UPDATE sessions SET last_seen_at = 1000, idle_expires_at = 101000');
  for (let n = 0; n < 3; n += 1) expect(await answer(201_000)).toEqual([undefined, 'miss']);
  byHand('UPDATE sessions SET last_seen_at = 150000, idle_expires_at = 250000');
  expect(await answer(201_000)).toEqual(['used at 201000', 'miss']);
});

test('a clock that was wrong leaves no session dead', async () => {
  const { answer } = await checking();
  expect(await answer(2_000)).toEqual(['used at 1000', 'miss']);
  expect(await answer(500_000)).toEqual([undefined, 'miss']);
  expect((await answer(2_000))[0]).toBe('used at 1000');
});

test('an unknown id is asked for once, one that is too long never', async () => {
  const { answer } = await checking();
  expect(await answer(2_000, 'unknown')).toEqual([undefined, 'miss']);
  expect(await answer(2_000, 'unknown')).toEqual([undefined, 'dead']);
  expect(await answer(2_000, 'x'.repeat(36))).toEqual([undefined, 'miss']);
  expect(await answer(2_000, 'x'.repeat(37))).toEqual([undefined, '']);
});

test('the session of a disabled user is known as dead, until the user is enabled', async () => {
  const { store, answer } = await checking();
  expect(await answer(2_000)).toEqual(['used at 1000', 'miss']);
  await store.accounts.setDisabled('joe', 2_000);
  expect(await answer(2_000)).toEqual([undefined, 'miss']);
  expect(await answer(2_000)).toEqual([undefined, 'dead']);
  await store.accounts.setDisabled('joe', null);
  expect(await answer(2_000)).toEqual(['used at 1000', 'miss']);
  expect(await answer(2_000)).toEqual(['used at 1000', 'hit']);
});

test('R2: a session whose user lost a row is refused by the store each time: the row may come back', async () => {
  for (const table of ['users', 'auth']) {
    const { answer, byHand } = await checking();
    byHand(`CREATE TABLE lost AS SELECT * FROM ${table}; DELETE FROM ${table}`);
    for (let n = 0; n < 3; n += 1) expect(await answer(2_000)).toEqual([undefined, 'miss']);
    byHand(`INSERT INTO ${table} SELECT * FROM lost`);
    expect(await answer(2_000)).toEqual(['used at 1000', 'miss']);
  }
});

test('a session that the store refused is not accepted from the cache, although the feed has not told of it', async () => {
  const store = openStore();
  await makeAccount(store, 'joe');
  const row = { ...sessionOfJoe(1), idleExpiresAt: 101_000, expiresAt: 900_000 };
  await store.sessions.insert(digest('joes-session'), row);
  const cache = new SessionCache(new HandFeed(), 1_048_576);
  const sessions = new Sessions(store.sessions, {
    idleSeconds,
    lifetimeSeconds: 900,
    browserSeconds: 900,
    maxPerUser: 0,
  });
  const services = { sessions, cache };
  const checks = new SessionCheck(services, () => 'live');
  expect(await checks.answer('joes-session', 2_000)).toBe('live');
  await store.sessions.remove([digest('joes-session')]);
  expect(await checks.answer('joes-session', 2_000)).toBe('live');
  expect(isRefusal(await check(services, 'joes-session', 2_000))).toBe(true);
  expect(await checks.answer('joes-session', 2_000)).toBeUndefined();
  expect(isRefusal(await check(services, 'x'.repeat(10_000), 2_000))).toBe(true);
});
