/** Sessions: recognised by their id until they are ended, unused for too long, or too old. */

import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Owner, type SessionRules, Sessions } from '../../src/concepts/sessions/sessions.ts';
import type { IdFormat } from '../../src/crypto/ids.ts';
import { digest } from '../../src/crypto/ids.ts';
import { findSession } from '../storage/conformance/case.ts';
import { contextOf, granted } from '../support/services.ts';
import { makeAccount, openStore, otherConnection } from '../support/sqlite.ts';

const hour = 3_600_000;
const start = 1_700_000_000_000;
const refused = { refused: 'no_session' };

/** Where joe's sessions come from. */
const joe: Owner = { userId: 'joe', contract: 'rest', network: '192.0.2.1', device: 'Firefox on Linux' };

/** What the steps of these tests leave in the audit. */
const context = contextOf('login');
const ending = contextOf('logout');

/** Sessions of the user `joe` over a real store: an hour idle and a day at most, as many as he likes. */
async function openSessions(changed: Partial<SessionRules> = {}) {
  const rules = {
    idleSeconds: 3_600,
    lifetimeSeconds: 86_400,
    browserSeconds: 86_400,
    maxPerUser: 0,
    ...changed,
  };
  const store = openStore();
  await makeAccount(store, 'joe');
  const sessions = new Sessions(store.sessions, rules);
  return {
    store,
    file: store.file,
    sessions,
    begin: async (now = start, idFormat: IdFormat = 'token') =>
      granted(await sessions.begin(joe, idFormat, now, context)),
    alive: (id: string, now: number) => isAlive(sessions, id, now),
  };
}

async function isAlive(sessions: Sessions, id: string, now: number): Promise<boolean> {
  return !('refused' in (await sessions.use(id, now)));
}

/** Long enough for a use to be written down. */
const untilNoted = () => sleep(150);

const rowsOf = (file: string) => otherConnection(file).prepare('SELECT * FROM sessions').all();

test('principle: an id is valid until it is ended, and never again', async () => {
  const { sessions, begin } = await openSessions();
  const { id, session } = await begin();
  expect(await sessions.use(id, start + 1)).toMatchObject({ session, user: { id: 'joe' } });
  expect(await sessions.end(id, start + 2, ending)).toEqual(session);
  expect(await sessions.use(id, start + 3)).toEqual(refused);
  expect(await sessions.use(id, start)).toEqual(refused);
  expect(await sessions.end(id, start + 3, ending)).toEqual(refused);
});

test('principle: left unused for the idle time it is dead, to the millisecond', async () => {
  const { begin, alive } = await openSessions();
  const { id } = await begin();
  expect(await alive(id, start + hour)).toBe(false);
  expect(await alive(id, start + hour - 1)).toBe(true);
});

test('principle: each use extends the life by the idle time, up to the lifetime', async () => {
  const { begin, alive } = await openSessions({ idleSeconds: 3_600, lifetimeSeconds: 9_000 });
  const { id, session } = await begin();
  expect(session.expiresAt).toBe(start + 2.5 * hour);
  expect(await alive(id, start + 0.9 * hour)).toBe(true);
  await untilNoted();
  expect(await alive(id, start + 1.9 * hour)).toBe(false);
  expect(await alive(id, start + 1.8 * hour)).toBe(true);
  await untilNoted();
  expect(await alive(id, start + 2.5 * hour)).toBe(false);
  expect(await alive(id, start + 2.5 * hour - 1)).toBe(true);
});

test('a session begins with the instants that the settings give', async () => {
  const { begin } = await openSessions();
  const { session } = await begin();
  expect(session).toEqual({
    handle: expect.stringMatching(/^[a-z0-9]{16}$/),
    userId: 'joe',
    contract: 'rest',
    createdAt: start,
    lastSeenAt: start,
    idleExpiresAt: start + hour,
    expiresAt: start + 24 * hour,
    provenAt: start,
    network: '192.0.2.1',
    device: 'Firefox on Linux',
  });
});

test('an idle time longer than the lifetime ends with it', async () => {
  const { begin, alive } = await openSessions({ idleSeconds: 7_200, lifetimeSeconds: 3_600 });
  const { id, session } = await begin();
  expect(session.idleExpiresAt).toBe(start + hour);
  expect(await alive(id, start + hour - 1)).toBe(true);
  expect(await alive(id, start + hour)).toBe(false);
});

test('ids have the requested format, and the store keeps only their digest (ruling G6)', async () => {
  const { begin, file } = await openSessions();
  const token = await begin();
  const uuid = await begin(start, 'uuid');
  expect(token.id).toMatch(/^[a-z0-9]{26}$/);
  expect(uuid.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const rows = rowsOf(file).map((row) => ({ ...row, id_hash: Buffer.from(row['id_hash'] as Uint8Array) }));
  const hashes = rows.map((row) => row.id_hash.toString('hex')).sort();
  expect(hashes).toEqual([digest(token.id), digest(uuid.id)].sort());
  for (const { id } of [token, uuid]) {
    for (const row of rows) expect(JSON.stringify(row)).not.toContain(id);
  }
});

test('a handle, a digest and an id that was never issued are not valid', async () => {
  const { sessions, begin } = await openSessions();
  const { id, session } = await begin();
  const others = [
    session.handle,
    digest(id),
    '',
    ' ',
    `${id} `,
    id.toUpperCase(),
    id.slice(1),
    'x'.repeat(26),
  ];
  for (const other of others) {
    expect(await sessions.use(other, start)).toEqual(refused);
    expect(await sessions.end(other, start, ending)).toEqual(refused);
  }
  expect(await sessions.use(id, start)).toMatchObject({ session });
});

test('an id of 36 characters is looked up, one of 37 is not', async () => {
  const { store, sessions, begin } = await openSessions();
  const { session } = await begin();
  for (const [n, id] of ['x'.repeat(36), 'x'.repeat(37)].entries()) {
    await store.sessions.insert(digest(id), { ...session, handle: `handle-${n}` });
  }
  expect(await isAlive(sessions, 'x'.repeat(36), start)).toBe(true);
  expect(await isAlive(sessions, 'x'.repeat(37), start)).toBe(false);
  expect(await sessions.end('x'.repeat(37), start, ending)).toEqual(refused);
  expect(await sessions.end('x'.repeat(36), start, ending)).toMatchObject({ userId: 'joe' });
});

test('logging in neither ends nor reuses another session (ruling R5)', async () => {
  const { begin, alive } = await openSessions();
  const begun = await Promise.all(Array.from({ length: 20 }, () => begin()));
  expect(new Set(begun.map(({ id }) => id)).size).toBe(20);
  expect(new Set(begun.map(({ session }) => session.handle)).size).toBe(20);
  for (const { id } of begun) expect(await alive(id, start)).toBe(true);
});

test('of many concurrent ends of one session exactly one succeeds', async () => {
  const { sessions, begin } = await openSessions();
  const { id } = await begin();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => sessions.end(id, start, ending)));
  expect(outcomes.filter((outcome) => !('refused' in outcome))).toHaveLength(1);
});

test('an end of a dead session ends nothing, and its row is removed', async () => {
  const { sessions, begin, file } = await openSessions();
  const { id } = await begin();
  expect(rowsOf(file)).toHaveLength(1);
  expect(await sessions.end(id, start + hour, ending)).toEqual(refused);
  expect(rowsOf(file)).toHaveLength(0);
});

test.each([
  ['60 seconds', 86_400, 60_000],
  ['a tenth of a short idle time', 100, 10_000],
])('a use is recorded once the last recorded one is %s old', async (_what, idleSeconds, writeBackMs) => {
  const { store, sessions, begin } = await openSessions({ idleSeconds, lifetimeSeconds: 86_400 });
  const { id } = await begin();
  const written = async () => (await findSession(store.sessions, digest(id)))?.lastSeenAt;
  const early = await sessions.use(id, start + writeBackMs - 1);
  await untilNoted();
  expect(early).toMatchObject({ session: { lastSeenAt: start } });
  expect(await written()).toBe(start);
  const late = await sessions.use(id, start + writeBackMs);
  await untilNoted();
  expect(late).toMatchObject({ session: { lastSeenAt: start + writeBackMs } });
  expect(await written()).toBe(start + writeBackMs);
});

test('shorter settings apply to live sessions; longer ones revive none', async () => {
  const { store, begin } = await openSessions();
  const { id } = await begin();
  const under = (rules: Pick<SessionRules, 'idleSeconds' | 'lifetimeSeconds'>, now: number) =>
    isAlive(new Sessions(store.sessions, { ...rules, browserSeconds: 86_400, maxPerUser: 0 }), id, now);
  expect(await under({ idleSeconds: 60, lifetimeSeconds: 86_400 }, start + 59_999)).toBe(true);
  expect(await under({ idleSeconds: 60, lifetimeSeconds: 86_400 }, start + 60_000)).toBe(false);
  expect(await under({ idleSeconds: 3_600, lifetimeSeconds: 60 }, start + 59_999)).toBe(true);
  expect(await under({ idleSeconds: 3_600, lifetimeSeconds: 60 }, start + 60_000)).toBe(false);
  expect(await under({ idleSeconds: 9_999_999, lifetimeSeconds: 9_999_999 }, start + hour)).toBe(false);
});

test('no sequence of uses keeps a session alive past its idle time or its lifetime', async () => {
  const { sessions, begin } = await openSessions({ idleSeconds: 10, lifetimeSeconds: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 15_000 }), { maxLength: 12 }), async (gaps) => {
      const { id } = await begin();
      let now = start;
      let lastUse = start;
      for (const gap of gaps) {
        now += gap;
        const alive = await isAlive(sessions, id, now);
        if (now >= lastUse + 10_000 || now >= start + 40_000) expect(alive).toBe(false);
        if (now < start + 10_000) expect(alive).toBe(true);
        if (!alive) break;
        lastUse = now;
      }
    }),
    { numRuns: 50 },
  );
});

test('a sweep removes every dead row in small steps, and no live one', async () => {
  const { store, sessions, begin, file } = await openSessions();
  const beginMany = (count: number, now: number) =>
    Promise.all(Array.from({ length: count }, () => begin(now)));
  await beginMany(450, start);
  const living = await beginMany(3, start + 1);
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  await sessions.sweep(start + hour - 1, pause);
  expect([rowsOf(file).length, pauses]).toEqual([453, 0]);
  await sessions.sweep(start + hour, pause);
  expect([rowsOf(file).length, pauses]).toEqual([3, 2]);
  for (const { id } of living) expect(await isAlive(sessions, id, start + hour)).toBe(true);
  await store.ping();
});
