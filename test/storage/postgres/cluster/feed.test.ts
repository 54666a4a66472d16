/** Whatever an operator changes by hand is in the feed of revocations, and no node answers from memory a second later. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerOf, hashOf, hits, isAccepted } from '../../../support/checks.ts';
import { feedOf, operatorAt, rowsLeftBy } from '../../../support/postgres/feed.ts';
import {
  checking,
  joe,
  metricValue,
  openPair,
  sessionKnownTo,
  untilSo,
} from '../../../support/postgres/pair.ts';
import { queryAt } from '../../../support/postgres/store-fixture.ts';
import { account, context, session, untilNoted } from '../../conformance/case.ts';

const trustMs = 1_000;

const ofSession = `id_hash = decode('${hashOf(1)}', 'hex')`;

/** Ways to end session 1 of joe in psql. */
const ends: Readonly<Record<string, readonly string[]>> = {
  'deleted by its id': [`DELETE FROM sessions WHERE ${ofSession}`],
  'deleted with all others': ['DELETE FROM sessions'],
  'deleted with its user, by the foreign key': [`DELETE FROM users WHERE id = '${joe}'`],
  'deleted in a subtransaction': ['BEGIN', 'SAVEPOINT one', 'DELETE FROM sessions', 'RELEASE one', 'COMMIT'],
  'deleted by a role with another search path': [
    'CREATE SCHEMA other',
    'CREATE TABLE other.revocations (LIKE public.revocations INCLUDING ALL)',
    'SET search_path = other',
    `DELETE FROM public.sessions WHERE ${ofSession}`,
  ],
  'changed to another id': [`UPDATE sessions SET id_hash = decode('${hashOf(9)}', 'hex') WHERE ${ofSession}`],
  'changed to expire now': ['UPDATE sessions SET expires_at = 1500'],
  'changed to have been idle for too long': ['UPDATE sessions SET idle_expires_at = 1500'],
  'left without a credential': [`DELETE FROM auth WHERE user_id = '${joe}'`],
  'left without a credential of its user': [`UPDATE auth SET user_id = 'another' WHERE user_id = '${joe}'`],
  'of a user who was disabled': [`UPDATE users SET disabled_at = 1 WHERE id = '${joe}'`],
  'truncated away': ['TRUNCATE sessions'],
  'truncated away with the users': ['TRUNCATE users CASCADE'],
  'left without a credential by TRUNCATE': ['TRUNCATE auth'],
};

test.concurrent.for(Object.entries(ends))(
  'N2: a session that is %s by hand is refused by all nodes within a second',
  async ([, statements], { onTestFinished }) => {
    const { url, a, b } = await openPair({}, onTestFinished);
    const idHash = await sessionKnownTo(a, b);
    const operator = await operatorAt(url, onTestFinished);
    const checks = [a, b].map((node) => checking(node, idHash));
    await untilSo(() => hits(a) > 0 && hits(b) > 0, 'answers from memory');
    for (const statement of statements) await operator.query(statement);
    const endedAt = performance.now();
    for (const node of [a, b]) await untilSo(async () => !(await isAccepted(node, idHash)), 'the refusal');
    await sleep(300);
    for (const check of checks) {
      const at = await check.lastAcceptedAt();
      expect(at).toBeGreaterThan(Number.NEGATIVE_INFINITY);
      expect(at).toBeLessThanOrEqual(endedAt + trustMs);
    }
    for (const node of [a, b]) expect(metricValue(node, 'notifications_total')).toBe(0);
  },
);

/** Changes of what a check of session 1 shows, in psql. */
const changes: Readonly<Record<string, string>> = {
  'the handle': "UPDATE sessions SET handle = 'changed'",
  'the contract': "UPDATE sessions SET contract = 'changed'",
  'the device': "UPDATE sessions SET device = 'changed'",
  'the network': "UPDATE sessions SET network = 'changed'",
  'the beginning': 'UPDATE sessions SET created_at = 999',
  'the end of life': 'UPDATE sessions SET expires_at = 9999',
  'the last confirmation of the password': 'UPDATE sessions SET proven_at = 999',
  'the user': "UPDATE sessions SET user_id = 'id-of-ann'",
  'the address': "UPDATE users SET email = 'changed@example.com'",
  'that the address is verified': 'UPDATE users SET email_verified_at = 999',
  'the registration': 'UPDATE users SET created_at = 999',
  'the name as it was typed': "UPDATE auth SET identifier = 'changed'",
};

test.concurrent.for(Object.entries(changes))(
  'N2: where %s is changed by hand the check says so on all nodes within a second',
  async ([, statement], { onTestFinished }) => {
    const { url, a, b } = await openPair({}, onTestFinished);
    await a.accounts.create(account('ann'));
    const idHash = await sessionKnownTo(a, b);
    const before = await answerOf(b, idHash);
    for (const node of [a, b, a, b]) expect(await answerOf(node, idHash)).toBe(before);
    expect(Math.min(hits(a), hits(b))).toBeGreaterThan(0);
    await queryAt(url, [statement]);
    for (const node of [a, b]) {
      await untilSo(async () => (await answerOf(node, idHash)) !== before, 'the change', trustMs);
      const current = JSON.stringify(await node.sessions.findWithUser(idHash));
      expect(JSON.parse((await answerOf(node, idHash)) ?? 'null')).toEqual(JSON.parse(current));
    }
  },
);

test.concurrent('N2: uses of sessions, new sessions, new accounts and new hashes of passwords leave no row', async ({
  onTestFinished,
}) => {
  const { url, a } = await openPair({}, onTestFinished);
  const left = await rowsLeftBy(url, async () => {
    for (const n of [1, 2]) await a.sessions.insert(hashOf(n), session(n, joe), context('login'));
    await a.accounts.create(account('ann'));
    await a.accounts.replaceHash(joe, 'hash of joe', 'upgraded hash');
    a.sessions.touch(hashOf(1), 2_000, 6_000);
    await untilNoted();
    await queryAt(url, ['UPDATE sessions SET last_seen_at = 3000, idle_expires_at = 7000']);
    await queryAt(url, ["UPDATE auth SET password_hash = 'another'"]);
  });
  expect(await queryAt(url, ['SELECT DISTINCT last_seen_at::int AS seen FROM sessions'])).toEqual([
    { seen: 3_000 },
  ]);
  expect(left).toEqual([]);
});

test.concurrent('N2: sessions that the sweep finds expired leave no row, and no node accepts them', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair({}, onTestFinished);
  for (const n of [1, 2, 3])
    await a.sessions.insert(hashOf(n), session(n, joe, { idleExpiresAt: 1_000 + n }));
  await a.sessions.insert(hashOf(4), session(4, joe));
  const left = await rowsLeftBy(url, async () => expect(await a.sessions.sweep(2_000, 10)).toBe(3));
  expect(left).toEqual([]);
  expect(await queryAt(url, ["SELECT 1 FROM ended WHERE event = 'expiry'"])).toHaveLength(3);
  for (const node of [a, b]) expect(await isAccepted(node, hashOf(1))).toBe(false);
  expect(await isAccepted(b, hashOf(4))).toBe(true);
});

test.concurrent('N2: a session whose id had expired once, and that was put back, leaves its row', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair({}, onTestFinished);
  await a.sessions.insert(hashOf(1), session(1, joe, { idleExpiresAt: 1_500 }));
  expect(await a.sessions.sweep(2_000, 10)).toBe(1);
  // As from a backup of the table, with an end that the operator has put off.
  const idHash = await sessionKnownTo(a, b);
  expect(await isAccepted(b, idHash)).toBe(true);
  const left = await rowsLeftBy(url, () => queryAt(url, ['DELETE FROM sessions']));
  expect(left).toEqual([{ kind: 'session', key: idHash }]);
  await untilSo(async () => !(await isAccepted(b, idHash)), 'the refusal', trustMs);
});

test.concurrent('N2: the row of an end is there when the end is acknowledged, and is rolled back with it', async ({
  onTestFinished,
}) => {
  const { url, a } = await openPair({}, onTestFinished);
  for (const n of [1, 2, 3]) await a.sessions.insert(hashOf(n), session(n, joe));
  const row = (n: number) => ({ kind: 'session', key: hashOf(n) });
  expect(await rowsLeftBy(url, () => a.sessions.remove([hashOf(1)]))).toEqual([row(1)]);
  expect(await rowsLeftBy(url, () => a.sessions.rotate(hashOf(2), hashOf(8)))).toEqual([row(2)]);
  expect(await rowsLeftBy(url, () => a.accounts.setDisabled(joe, 2_000))).toEqual([
    { kind: 'user', key: joe },
  ]);
  const undone = [['BEGIN'], ['DELETE FROM users'], ['ROLLBACK']] as const;
  expect(await rowsLeftBy(url, () => queryAt(url, ...undone))).toEqual([]);
  const all = await rowsLeftBy(url, () => queryAt(url, ['TRUNCATE sessions']));
  expect(all).toEqual([{ kind: 'all', key: '' }]);
  expect((await feedOf(url))[0]).toEqual({ kind: 'mark', key: '' });
});

/** How long the transaction is open that ends session 1, in milliseconds. */
const openMs = 10_000;

test.concurrent('N2: an end whose transaction is open for ten seconds, while later ones commit, takes effect within a second of its commit', async ({
  onTestFinished,
}) => {
  const { url, a, b } = await openPair({}, onTestFinished);
  const idHash = await sessionKnownTo(a, b);
  const operator = await operatorAt(url, onTestFinished);
  await operator.query('BEGIN');
  await operator.query('SAVEPOINT one');
  await operator.query(`DELETE FROM sessions WHERE ${ofSession}`);
  await operator.query('RELEASE one');
  const begunAt = performance.now();
  for (let n = 2; performance.now() < begunAt + openMs; n += 1) {
    const other = await sessionKnownTo(a, b, n);
    await a.sessions.remove([other]);
    await untilSo(async () => !(await isAccepted(b, other)), 'the later end', trustMs);
    for (const node of [a, b]) expect(await isAccepted(node, idHash)).toBe(true);
    await sleep(200);
  }
  const checks = [a, b].map((node) => checking(node, idHash));
  await operator.query('COMMIT');
  const endedAt = performance.now();
  for (const node of [a, b]) await untilSo(async () => !(await isAccepted(node, idHash)), 'the refusal');
  await sleep(300);
  for (const check of checks) expect(await check.lastAcceptedAt()).toBeLessThanOrEqual(endedAt + trustMs);
});
