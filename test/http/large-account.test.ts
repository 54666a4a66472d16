/** One account with very many sessions over HTTP: it is served in pages and in steps, and others do not wait for it. */

import { expect, test } from 'vitest';
import { sendExactly } from '../support/client.ts';
import { codeAt } from '../support/codes.ts';
import { countRows, query } from '../support/database.ts';
import { addSessions, idOf, storeOf } from '../support/large.ts';
import { passkeysOn } from '../support/page-passkeys.ts';
import { again, isAlive, type Person, password, person } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { addPasskeys, addTrusted } from '../support/worst-requests.ts';

interface Factors {
  readonly passkeys: readonly { readonly name: string }[];
  readonly recovery_codes_left: number;
  readonly trusted_browsers: readonly { readonly handle: string }[];
}

interface Page {
  readonly sessions: readonly { readonly handle: string; readonly current: boolean }[];
  readonly next: string | null;
}

async function pageOf(ada: Person, query = ''): Promise<Page> {
  return (await ada.ask('GET', `/auth/sessions${query}`)).json as unknown as Page;
}

/** A person with so many sessions besides the one that asks, made before it. */
async function withMany(server: TestServer, count: number, agoMs = 3_600_000) {
  const ada = await person(server);
  const { json } = await ada.ask('GET', '/auth/session');
  const { id } = json['user'] as { id: string };
  const store = await storeOf(server);
  await addSessions(store, id, count, Date.now() - agoMs);
  return { ada, store };
}

const handles = ({ sessions }: Page) => sessions.map(({ handle }) => handle);

test('B4: a list comes in pages of a hundred, the session used last first, each session once', async () => {
  const server = await startServer();
  const { ada } = await withMany(server, 250);
  const pages = [await pageOf(ada)];
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
    pages.push(await pageOf(ada, `?before=${next}`));
  expect(pages.map(({ sessions }) => sessions.length)).toEqual([100, 100, 51]);
  expect(pages[0]?.sessions.map(({ current }) => current).indexOf(true)).toBe(0);
  const seen = pages.flatMap(handles).slice(1);
  expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => `many${String(249 - n).padStart(12, '0')}`));
});

test('B4: another query than a place in the list is refused', async () => {
  const server = await startServer();
  const ada = await person(server);
  for (const query of [
    '?before=',
    '?before=1',
    '?before=1-',
    '?before=-a',
    '?before=1-A',
    '?page=2',
    `?before=1-${'a'.repeat(65)}`,
  ]) {
    const refused = await ada.ask('GET', `/auth/sessions${query}`);
    expect([refused.status, refused.json['detail']], query).toEqual([
      400,
      'The only query this path knows is ?before=NEXT',
    ]);
  }
  expect(await pageOf(ada, `?before=0-${'a'.repeat(64)}`)).toEqual({ sessions: [], next: null });
});

test('B4: with the usual cap a hundred sessions are one page, and the next login ends the one used least recently', async () => {
  const server = await startServer();
  const { ada } = await withMany(server, 99);
  const full = await pageOf(ada);
  expect([full.sessions.length, full.next]).toEqual([100, null]);
  const other = await again(server, ada);
  const after = await pageOf(other);
  expect([after.sessions.length, after.next]).toEqual([100, null]);
  expect(await isAlive(server, idOf(0))).toBe(false);
  expect(await isAlive(server, idOf(1))).toBe(true);
});

test('B4: a login ends at most two hundred sessions beyond the cap, and the sweep the rest', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '5', GATEHOUSE_SWEEP_SECONDS: '1' });
  const { ada } = await withMany(server, 450);
  const other = await again(server, ada);
  // The sweep may have begun, which ends a hundred in a step.
  expect([252, 152, 52, 5]).toContain(await countRows(server, 'sessions'));
  await expect.poll(() => countRows(server, 'sessions')).toBe(5);
  expect(await Promise.all([ada, other].map(({ id }) => isAlive(server, id)))).toEqual([true, true]);
  expect(await isAlive(server, idOf(449))).toBe(true);
  expect(await isAlive(server, idOf(446))).toBe(false);
});

test('B4: further logins end few more each, so that a flood of logins does not become a flood of ends', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '5', GATEHOUSE_SWEEP_SECONDS: '3600' });
  const { ada } = await withMany(server, 450);
  const left: number[] = [];
  for (let login = 0; login < 3; login += 1) {
    await again(server, ada);
    left.push(await countRows(server, 'sessions'));
  }
  // One more for each login, and fewer by what it ended.
  expect(left).toEqual([252, 243, 234]);
});

test('B4: without a bound no session ends', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '0' });
  const { ada } = await withMany(server, 120);
  await again(server, ada);
  expect(await countRows(server, 'sessions')).toBe(122);
});

test('P3: ends hundreds of sessions, and none is accepted once that is answered', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '0' });
  const { ada } = await withMany(server, 450);
  // Remembered by the check, as those of an attacker would be.
  for (const n of [0, 200, 449]) expect(await isAlive(server, idOf(n))).toBe(true);
  expect((await ada.ask('DELETE', '/auth/sessions')).json).toEqual({ ended: 450 });
  for (const n of [0, 200, 449]) expect(await isAlive(server, idOf(n))).toBe(false);
  expect([await isAlive(server, ada.id), await countRows(server, 'sessions')]).toEqual([true, 1]);
});

test('P7: a password change ends hundreds of sessions before it is answered', async () => {
  const server = await startServer({ GATEHOUSE_SESSIONS_PER_USER: '0' });
  const { ada } = await withMany(server, 450);
  const change = { current_password: password, new_password: 'correct battery horse' };
  const changed = await ada.ask('POST', '/auth/password', change);
  expect(changed.status).toBe(200);
  expect([await isAlive(server, idOf(449)), await countRows(server, 'sessions')]).toEqual([false, 1]);
});

test('B4, B5: the most of everything: all factors are listed, exported and shown, and one more is refused or replaces', async () => {
  const server = await startServer({ ...passkeysOn });
  const { ada } = await withMany(server, 99);
  const { json } = await ada.ask('GET', '/auth/session');
  const { id: userId } = json['user'] as { id: string };
  const secret = String((await ada.ask('POST', '/auth/factors/totp')).json['secret']);
  const code = codeAt(secret, Date.now());
  const enrolled = await ada.ask('POST', '/auth/factors/totp/confirm', { code });
  ada.id = String(enrolled.json['session_id']);
  await addPasskeys(server, userId, 20);
  const longest = '\u{1f511}'.repeat(60);
  await query(server, 'UPDATE passkeys SET name = ? WHERE user_id = ?', longest, userId);
  await addTrusted(server, userId, 20);

  const factors = async () => (await ada.ask('GET', '/auth/factors')).json as unknown as Factors;
  const before = await factors();
  expect([before.passkeys.length, before.recovery_codes_left, before.trusted_browsers.length]).toEqual([
    20, 10, 20,
  ]);
  expect(new Set(before.passkeys.map(({ name }) => name))).toEqual(new Set([longest]));
  const further = await ada.ask('POST', '/auth/passkeys/options', { for: 'register' });
  expect([further.status, further.json['detail']]).toEqual([
    409,
    'The account has as many passkeys as it may have',
  ]);
  // One more trusted browser ends the trust in the oldest.
  const [recovery = ''] = enrolled.json['recovery_codes'] as string[];
  const login = { email: ada.email, password, code: recovery, trust_browser: true };
  expect((await server.post('/auth/login', login)).status).toBe(200);
  const after = await factors();
  expect([after.recovery_codes_left, after.trusted_browsers.length]).toEqual([9, 20]);
  const kept = before.trusted_browsers.filter(({ handle }) =>
    after.trusted_browsers.some((one) => one.handle === handle),
  );
  expect(kept).toHaveLength(19);

  const exported = await ada.ask('GET', '/auth/account/export');
  expect(exported.text.split(longest)).toHaveLength(21);
  const page = await sendExactly(server.url, {
    path: '/account',
    headers: { cookie: `session_id=${ada.id}` },
  });
  expect(page.status).toBe(200);
  // The fields of a renamed passkey repeat its name.
  expect(page.text.split(longest).length).toBeGreaterThanOrEqual(21);
  expect(page.text.match(/account\/browsers\/[a-z0-9]+"/g)).toHaveLength(20);
});
