/** Sessions that end with the browser: shorter than others, and told from them by their length. */

import { expect, test } from 'vitest';
import { type Lasting, type SessionRules, Sessions } from '../../src/concepts/sessions/sessions.ts';
import { contextOf, granted } from '../support/services.ts';
import { makeAccount, openStore } from '../support/sqlite.ts';

const start = 1_700_000_000_000;
const day = 86_400_000;
const context = contextOf('login');
const owner = { userId: 'joe', contract: 'rest', network: '192.0.2.1', device: 'Firefox on Linux' };
const usual: SessionRules = {
  idleSeconds: 604_800,
  lifetimeSeconds: 2_592_000,
  browserSeconds: 86_400,
  maxPerUser: 0,
};

/** Sessions over one store, under the rules of each moment. */
async function openSessions() {
  const store = openStore();
  await makeAccount(store, 'joe');
  const under = (changed: Partial<SessionRules> = {}) =>
    new Sessions(store.sessions, { ...usual, ...changed });
  const begin = async (sessions: Sessions, lasting?: Lasting) =>
    granted(await sessions.begin(owner, 'token', start, context, lasting));
  return { under, begin };
}

const isAlive = async (sessions: Sessions, id: string, now: number) =>
  !('refused' in (await sessions.use(id, now)));

test('a session that ends with the browser dies after a day, to the millisecond', async () => {
  const { under, begin } = await openSessions();
  const { id, session } = await begin(under(), 'browser');
  expect([session.expiresAt, session.idleExpiresAt]).toEqual([start + day, start + day]);
  expect(await isAlive(under(), id, start + day)).toBe(false);
  expect(await isAlive(under(), id, start + day - 1)).toBe(true);
});

test('no use extends it past a day', async () => {
  const { under, begin } = await openSessions();
  const sessions = under({ idleSeconds: 3_600 * 20 });
  const { id } = await begin(sessions, 'browser');
  const used = granted(await sessions.use(id, start + day / 2));
  expect(used.session.idleExpiresAt).toBe(start + day);
});

test('a session lasts for the lifetime unless it is asked to end with the browser', async () => {
  const { under, begin } = await openSessions();
  const { session, lasting } = await begin(under());
  expect([session.expiresAt, lasting]).toEqual([start + 30 * day, 'lifetime']);
});

test.each([
  ['by default', {}],
  ['where a day is a second less than the lifetime', { lifetimeSeconds: 86_401 }],
  ['where a day is the lifetime', { lifetimeSeconds: 86_400 }],
  ['where a day is more than the lifetime', { lifetimeSeconds: 3_600 }],
  ['where both are the least', { lifetimeSeconds: 1, browserSeconds: 1 }],
])('a session tells what it was begun as, also after a use and under a new id, %s', async (_, changed) => {
  const { under, begin } = await openSessions();
  const sessions = under(changed);
  for (const lasting of ['browser', 'lifetime'] as const) {
    const begun = await begin(sessions, lasting);
    expect(begun.lasting).toBe(lasting);
    expect(sessions.lastingOf(begun.session)).toBe(lasting);
    const confirmed = granted(await sessions.prove(begun.id, start, contextOf('confirm')));
    const renewed = granted(await sessions.rotate(confirmed.id));
    const { session } = granted(await sessions.use(renewed.id, start + 500));
    expect(sessions.lastingOf(session)).toBe(lasting);
  }
});

test('a session that ends with the browser is shorter than others by a millisecond at least', async () => {
  const { under, begin } = await openSessions();
  const { session } = await begin(under({ lifetimeSeconds: 3_600 }), 'browser');
  expect(session.expiresAt).toBe(start + 3_600_000 - 1);
});

test('after a change of the settings a session is told by the new ones, and ends as before', async () => {
  const { under, begin } = await openSessions();
  const { id, session } = await begin(under(), 'browser');
  const changes: [Partial<SessionRules>, Lasting][] = [
    [{ lifetimeSeconds: 864_000 }, 'browser'],
    [{ browserSeconds: 172_800 }, 'browser'],
    [{ browserSeconds: 3_600 }, 'lifetime'],
  ];
  for (const [changed, lasting] of changes) {
    const sessions = under(changed);
    expect(sessions.lastingOf(session)).toBe(lasting);
    expect(await isAlive(sessions, id, start + day - 1)).toBe(true);
    expect(await isAlive(sessions, id, start + day)).toBe(false);
  }
  const { session: other } = await begin(under({ lifetimeSeconds: 3_600 }));
  expect(under().lastingOf(other)).toBe('browser');
});
