/** One sign-in for all hosts of a domain: a second cookie that only forward authentication takes (ruling W8). */

import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ForwardTokens } from '../../src/crypto/forward-token.ts';
import { digest } from '../../src/crypto/ids.ts';
import { sendExactly } from '../support/client.ts';
import { Browser, newcomer, pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const key = randomBytes(32);
const settings = {
  ...pagesOn,
  GATEHOUSE_COOKIE_DOMAIN: 'example.com',
  GATEHOUSE_PUBLIC_URL: 'https://auth.example.com',
  GATEHOUSE_SECRET_KEY: key.toString('base64'),
};
const name = '__Secure-gatehouse_forward';

const forward = async (server: TestServer, cookie: string, more = {}) =>
  (await sendExactly(server.url, { path: '/auth/forward', headers: { cookie, ...more } })).status;

/** The lines that set the cookie in an answer. */
const linesOf = ({ headers }: { headers: { readonly 'set-cookie'?: string[] | undefined } }) =>
  (headers['set-cookie'] ?? []).filter((line) => line.startsWith(name));

const tokenIn = (lines: readonly string[]) => /=([^;]*)/.exec(lines[0] ?? '')?.[1] ?? '';

const logIn = (server: TestServer) =>
  sendExactly(server.url, {
    method: 'POST',
    path: '/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password }),
  });

const logOut = (server: TestServer, id: string | undefined) =>
  sendExactly(server.url, {
    method: 'POST',
    path: '/auth/logout',
    headers: { cookie: `session_id=${id}` },
  });

test('W8: a sign-in sets a second cookie for the domain, which ends with the session and is cleared with it', async () => {
  const server = await startServer(settings);
  await newcomer(server);
  const begun = await logIn(server);
  const lines = linesOf(begun);
  expect(lines).toEqual([
    expect.stringMatching(
      /^__Secure-gatehouse_forward=[\w-]{43}\.[\w-]{43}; Max-Age=2592000; Domain=example\.com; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    ),
  ]);
  const cookie = `${name}=${tokenIn(lines)}`;
  expect(await forward(server, cookie)).toBe(200);
  const left = await logOut(server, begun.cookie);
  expect(linesOf(left)).toEqual([
    `${name}=; Max-Age=0; Domain=example.com; Path=/; HttpOnly; SameSite=Lax; Secure`,
  ]);
  expect(await forward(server, cookie)).toBe(401);
});

test('W8: the second cookie is taken by forward authentication and by nothing else', async () => {
  const server = await startServer(settings);
  await newcomer(server);
  const token = tokenIn(linesOf(await logIn(server)));
  const carriers = [
    { cookie: `${name}=${token}` },
    { cookie: `session_id=${token}` },
    { 'x-session-id': token },
    { authorization: `Bearer ${token}` },
  ];
  for (const headers of carriers) {
    for (const path of ['/auth/session', '/auth/sessions', '/auth/account/activity'])
      expect(
        (await sendExactly(server.url, { path, headers: headers as Record<string, string> })).status,
      ).toBe(401);
    const logout = { method: 'POST', path: '/auth/logout', headers: headers as Record<string, string> };
    await sendExactly(server.url, logout);
    expect(await forward(server, `${name}=${token}`)).toBe(200);
  }
  const page = await sendExactly(server.url, { path: '/account', headers: { cookie: `${name}=${token}` } });
  expect(page.status).toBe(303);
});

test('W8: a cookie of another key, of another session and of a host that planted it is no session', async () => {
  const server = await startServer(settings);
  await newcomer(server);
  const [own, other] = [await logIn(server), await logIn(server)];
  const [token, second] = [own, other].map((begun) => tokenIn(linesOf(begun)));
  const forged = new ForwardTokens(randomBytes(32)).make(digest(String(own.cookie)));
  const [body = ''] = String(token).split('.');
  const plain = `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
  for (const wrong of [forged, plain, `${token}x`, body, '', 'x'.repeat(8_000)])
    expect(await forward(server, `${name}=${wrong}`)).toBe(401);
  const two = `${name}=${token}; ${name}=${second}`;
  expect(await forward(server, two)).toBe(401);
  expect(await forward(server, `${name}=${token}; session_id=${other.cookie}`)).toBe(401);
  expect(await forward(server, `${name}=${token}; session_id=${own.cookie}`)).toBe(200);
  // What is no token of this server says nothing.
  expect(await forward(server, `${name}=${forged}; session_id=${own.cookie}`)).toBe(200);
  expect(await forward(server, Array.from({ length: 9 }, () => `${name}=${token}`).join('; '))).toBe(401);
  // Explicit beats ambient (G14).
  expect(await forward(server, `${name}=${token}`, { 'x-session-id': 'x'.repeat(26) })).toBe(401);
});

test('W8: cookies of sessions that are dead, or of applications, do not count beside that of a live one', async () => {
  const server = await startServer(settings);
  await newcomer(server);
  const [ended, own, other] = [await logIn(server), await logIn(server), await logIn(server)];
  const [old, token, second] = [ended, own, other].map((begun) => `${name}=${tokenIn(linesOf(begun))}`);
  await logOut(server, ended.cookie);
  const ofAnApplication = ['session_id=0123456789abcdef', `session_id=${'f'.repeat(84)}`, 'session_id="a b"'];
  for (const strange of [old, ...ofAnApplication, ofAnApplication.join('; ')])
    for (const cookies of [
      [strange, token],
      [token, strange],
    ])
      expect(await forward(server, cookies.join('; '))).toBe(200);
  for (const strange of [old, ...ofAnApplication]) expect(await forward(server, String(strange))).toBe(401);
  // Three that are live are no less in doubt than two.
  const three = [token, second, `session_id=${(await logIn(server)).cookie}`];
  for (const cookies of [three, three.toReversed()])
    expect(await forward(server, cookies.join('; '))).toBe(401);
});

test('W8: what ends a session ends its second cookie at once: a new password, and the end of the account', async () => {
  const server = await startServer({ ...settings, GATEHOUSE_CHECK_TRUST_MS: '1000' });
  await newcomer(server);
  const [own, other] = [await logIn(server), await logIn(server)];
  const [token, second] = [own, other].map((begun) => `${name}=${tokenIn(linesOf(begun))}`) as [
    string,
    string,
  ];
  const ask = (method: string, path: string, id: string | undefined, body: object) =>
    sendExactly(server.url, {
      method,
      path,
      headers: { cookie: `session_id=${id}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const alive = async () => Promise.all([token, second].map((cookie) => forward(server, cookie)));
  expect(await alive()).toEqual([200, 200]);
  const changed = await ask('POST', '/auth/password', own.cookie, {
    current_password: password,
    new_password: 'a better one',
  });
  expect(changed.status).toBe(200);
  expect(await alive()).toEqual([401, 401]);
  // The session goes on under another id, and so under another cookie.
  const renewed = `${name}=${tokenIn(linesOf(changed))}`;
  expect(await forward(server, renewed)).toBe(200);
  const removed = await ask('DELETE', '/auth/account', changed.cookie, { password: 'a better one' });
  expect(removed.status).toBe(204);
  expect(await forward(server, renewed)).toBe(401);
});

test('W8: cookies of the previous key are taken while it is set', async () => {
  const server = await startServer(settings);
  await newcomer(server);
  const cookie = `${name}=${tokenIn(linesOf(await logIn(server)))}`;
  const next = { ...settings, GATEHOUSE_SECRET_KEY: randomBytes(32).toString('base64') };
  const old = { GATEHOUSE_PREVIOUS_SECRET_KEY: settings.GATEHOUSE_SECRET_KEY };
  expect(await forward(await startServer({ ...next, ...old }, server.file), cookie)).toBe(200);
  expect(await forward(await startServer(next, server.file), cookie)).toBe(401);
});

test('W8: who is signed in already gets the cookie on the sign-in page, and people go back to hosts of the domain', async () => {
  const server = await startServer(settings);
  const before = await newcomer(server);
  const target = 'https://notes.example.com/x';
  const page = await before.open(`/sign-in?return_to=${encodeURIComponent(target)}`);
  expect(page.links).toContain(target);
  expect(await forward(server, `${name}=${tokenIn(linesOf(page))}`)).toBe(200);
  for (const wrong of [
    'http://notes.example.com/',
    'https://example.com.evil.example/',
    'https://notexample.com/',
  ])
    expect((await before.open(`/sign-in?return_to=${encodeURIComponent(wrong)}`)).links).not.toContain(wrong);
  const stranger = await new Browser(server).open('/sign-in');
  expect(linesOf(stranger)).toEqual([]);
});
