/** Sessions as their owner manages them: listed, proven, renamed, ended by name, all at once, or beyond a cap. */

import { expect, test } from 'vitest';
import { type Owner, provenMs, type SessionRules, Sessions } from '../../src/concepts/sessions/sessions.ts';
import type { IdFormat } from '../../src/crypto/ids.ts';
import { contextOf, granted } from '../support/services.ts';
import { makeAccount, openStore } from '../support/sqlite.ts';

const start = 1_700_000_000_000;
const hour = 3_600_000;
const week = 7 * 86_400_000;
const refused = { refused: 'no_session' };
const [context, ending] = [contextOf('login'), contextOf('logout')];

/** Sessions over a real store with the users joe and ann: an hour idle, a day at most. */
async function openSessions(changed: Partial<SessionRules> = {}) {
  const store = openStore();
  for (const name of ['joe', 'ann']) await makeAccount(store, name);
  const rules = {
    idleSeconds: 3_600,
    lifetimeSeconds: 86_400,
    browserSeconds: 86_400,
    maxPerUser: 0,
    ...changed,
  };
  const sessions = new Sessions(store.sessions, rules);
  const begin = async (userId = 'joe', now = start, idFormat: IdFormat = 'token') => {
    const owner: Owner = { userId, contract: 'rest', network: '192.0.2.1', device: '' };
    return granted(await sessions.begin(owner, idFormat, now, context));
  };
  const alive = async (id: string, now = start) => !('refused' in (await sessions.use(id, now)));
  return { store, sessions, begin, alive };
}

test('a person sees their own live sessions, the one used last first', async () => {
  const { sessions, begin } = await openSessions();
  const [first, second] = [await begin('joe', start), await begin('joe', start + 1)];
  await begin('ann');
  const page = (userId: string, now: number) => sessions.ofUser(userId, now, { limit: 9 });
  const seen = await page('joe', start + 2);
  expect(seen.sessions.map(({ handle }) => handle)).toEqual([second.session.handle, first.session.handle]);
  expect(await page('joe', start + hour)).toEqual({ sessions: [second.session], next: undefined });
  expect(await page('nobody', start)).toEqual({ sessions: [], next: undefined });
});

test('a page says where the next one begins, and the last page says that there is none', async () => {
  const { sessions, begin } = await openSessions();
  const begun = [];
  for (let n = 0; n < 4; n += 1) begun.unshift((await begin('joe', start + n)).session);
  const now = start + 4;
  const first = await sessions.ofUser('joe', now, { limit: 2 });
  expect(first.sessions).toEqual(begun.slice(0, 2));
  const second = await sessions.ofUser('joe', now, { before: first.next, limit: 2 });
  expect(second).toEqual({ sessions: begun.slice(2), next: undefined });
  // Behind a session that died of idleness all are dead.
  expect(await sessions.ofUser('joe', start + hour + 2, { limit: 2 })).toEqual({
    sessions: begun.slice(0, 1),
    next: undefined,
  });
});

test('the password counts as confirmed for ten minutes, to the millisecond, in one session', async () => {
  const { sessions, begin, alive } = await openSessions();
  const [one, other] = [await begin(), await begin()];
  expect(provenMs).toBe(600_000);
  expect(sessions.isProven(one.session, start + provenMs - 1)).toBe(true);
  expect(sessions.isProven(one.session, start + provenMs)).toBe(false);
  const renewed = granted(await sessions.prove(one.id, start + provenMs, contextOf('confirm')));
  expect(await alive(one.id)).toBe(false);
  const proven = granted(await sessions.use(renewed.id, start + provenMs)).session;
  expect(sessions.isProven(proven, start + 2 * provenMs - 1)).toBe(true);
  const unproven = granted(await sessions.use(other.id, start + provenMs)).session;
  expect(sessions.isProven(unproven, start + provenMs)).toBe(false);
  await sessions.end(renewed.id, start, ending);
  expect(await sessions.prove(renewed.id, start, contextOf('confirm'))).toEqual(refused);
});

test.each(['token', 'uuid'] as const)(
  'a %s gets a new id of the same format, and the old one is dead',
  async (idFormat) => {
    const { sessions, begin, alive } = await openSessions();
    const { id, session } = await begin('joe', start, idFormat);
    const renamed = granted(await sessions.rotate(id, contextOf('password_change')));
    expect(renamed.id).toMatch(idFormat === 'uuid' ? /^[0-9a-f-]{36}$/ : /^[a-z0-9]{26}$/);
    expect(await sessions.use(renamed.id, start)).toMatchObject({ session });
    expect(await alive(id)).toBe(false);
    expect(await sessions.rotate(id)).toEqual(refused);
  },
);

test('of many concurrent renames of one session exactly one succeeds', async () => {
  const { sessions, begin, alive } = await openSessions();
  const { id } = await begin();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => sessions.rotate(id)));
  const renamed = outcomes.filter((outcome) => 'id' in outcome);
  expect(renamed).toHaveLength(1);
  expect(await alive(renamed[0]?.id ?? '')).toBe(true);
});

test('a handle ends its own session, once, and only for its owner', async () => {
  const { sessions, begin, alive } = await openSessions();
  const { id, session } = await begin();
  const end = (userId: string) => sessions.endByHandle(userId, session.handle, start, ending);
  expect(await end('ann')).toEqual(refused);
  expect(await alive(id)).toBe(true);
  expect(await end('joe')).toEqual(session);
  expect(await alive(id)).toBe(false);
  expect(await end('joe')).toEqual(refused);
});

test('all sessions of one person end, or all but one, and no others', async () => {
  const { sessions, begin, alive } = await openSessions();
  const joes = [await begin(), await begin(), await begin()];
  const ann = await begin('ann');
  const handle = joes[1]?.session.handle;
  expect(await sessions.endAll('joe', handle, ending)).toBe(2);
  expect(await Promise.all(joes.map(({ id }) => alive(id)))).toEqual([false, true, false]);
  expect(await sessions.endAll('joe', undefined, ending)).toBe(1);
  expect(await alive(ann.id)).toBe(true);
});

test('under a limit the session used least recently ends, and the new one lives', async () => {
  const { begin, alive } = await openSessions({ maxPerUser: 2 });
  const begun = [];
  for (const after of [0, 1, 2, 3]) begun.push(await begin('joe', start + after));
  const ann = await begin('ann');
  expect(await Promise.all(begun.map(({ id }) => alive(id)))).toEqual([false, false, true, true]);
  expect(await alive(ann.id)).toBe(true);
});

test('under a limit of one, many logins at once leave exactly one session', async () => {
  const { sessions, begin, alive } = await openSessions({ maxPerUser: 1 });
  const begun = await Promise.all(Array.from({ length: 10 }, (_, n) => begin('joe', start - n)));
  const living = await Promise.all(begun.map(({ id }) => alive(id)));
  expect(living.filter(Boolean)).toHaveLength(1);
  expect((await sessions.ofUser('joe', start, { limit: 9 })).sessions).toHaveLength(1);
});

test('the state of an ended id is known for a week: ended, unused, too old', async () => {
  const { sessions, begin } = await openSessions({ lifetimeSeconds: 5_400 });
  const { id, session } = await begin();
  expect(await sessions.look(id, start)).toEqual({ session, death: undefined });
  expect(await sessions.look(id, start + hour)).toEqual({
    session,
    death: { state: 'idle', diedAt: start + hour },
  });
  await sessions.end(id, start, ending);
  expect(await sessions.look(id, start)).toMatchObject({
    ended: { handle: session.handle, event: 'logout' },
  });
  await sessions.sweep(ending.at + week, async () => {});
  expect(await sessions.look(id, start)).toBeDefined();
  await sessions.sweep(ending.at + week + 1, async () => {});
  expect(await sessions.look(id, start)).toBeUndefined();
});
