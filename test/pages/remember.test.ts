/** Keep me signed in: how long the cookie and the session last with the box, and without it (rulings L4 and R3). */

import { expect, test } from 'vitest';
import { rowsOf } from '../support/database.ts';
import { Browser, newcomer, pagesOn, type Sent } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const fresh = 'a whole new one';
const day = 86_400_000;

/** The attributes of the cookie that an answer sets. */
const attributes = ({ headers }: Sent) => {
  const [line = ''] = (headers['set-cookie'] ?? []).filter((one) => one.startsWith('session_id='));
  return line.split('; ').slice(1).toSorted();
};

const always = ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'];
const kept = ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Lax', 'Secure'];

/** A server at a standing clock. */
async function start(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ ...pagesOn, ...environment });
  server.freeze(Date.now());
  return server;
}

/** The lifetimes of all sessions, in milliseconds. */
const lifetimes = async (server: TestServer) =>
  (await rowsOf(server, 'sessions')).map((row) => Number(row['expires_at']) - Number(row['created_at']));

test.each([
  ['/sign-in', {}, always, day],
  ['/sign-in', { remember: 'on' }, kept, 30 * day],
  ['/register', {}, always, day],
  ['/register', { remember: 'on' }, kept, 30 * day],
] as const)('L4: %s with %j', async (path, box, expected, lifetimeMs) => {
  const server = await start();
  const browser = new Browser(server);
  const identifier = 'joe';
  if (path === '/sign-in') await server.post('/register.json', { username: identifier, password });
  const page = await browser.open(path);
  expect(page.forms[0]?.values).not.toHaveProperty('remember');
  const sent = await browser.submit(page, { identifier, password, ...box });
  expect([sent.status, attributes(sent), await lifetimes(server)]).toEqual([303, expected, [lifetimeMs]]);
  server.advance(day - 1);
  expect(await isAlive(server, browser.id)).toBe(true);
  server.advance(1);
  expect(await isAlive(server, browser.id)).toBe('remember' in box);
});

test.each([{}, { remember: 'on' }])(
  'L4: a session goes on as it was begun after a step-up and a new password: %j',
  async (box) => {
    const server = await start();
    await newcomer(server);
    const browser = new Browser(server);
    await browser.fill('/sign-in', { identifier, password, ...box });
    const expected = 'remember' in box ? kept : always;
    server.advance(11 * 60_000);
    const confirmed = await browser.fill('/account/confirm', { password });
    expect([confirmed.status, attributes(confirmed)]).toEqual([303, expected]);
    const account = await browser.open('/account');
    const changed = await browser.submit(account, { password, new_password: fresh }, 'account/password');
    expect([changed.status, attributes(changed)]).toEqual([303, expected]);
    server.advance(day - 11 * 60_000);
    expect(await isAlive(server, browser.id)).toBe('remember' in box);
  },
);

test('L4: the setting of the lifetime is the most without the box, too', async () => {
  const server = await start({ GATEHOUSE_SESSION_LIFETIME_SECONDS: '3600' });
  await newcomer(server);
  const unkept = await new Browser(server).fill('/sign-in', { identifier, password });
  const remembered = await new Browser(server).fill('/sign-in', { identifier, password, remember: 'on' });
  expect(attributes(unkept)).toEqual(always);
  expect(attributes(remembered)).toContain('Max-Age=3600');
  // By the last millisecond the two are told apart.
  expect(new Set(await lifetimes(server))).toEqual(new Set([3_599_999, 3_600_000]));
});

test('a form that was refused keeps the tick of the box', async () => {
  const server = await start();
  const browser = new Browser(server);
  for (const path of ['/sign-in', '/register']) {
    const refused = await browser.fill(path, { identifier: 'a b', password: 'short', remember: 'on' });
    expect(refused.status).toBeGreaterThan(400);
    expect(refused.forms[0]?.values['remember']).toBe('on');
    const without = await browser.fill(path, { identifier: 'a b', password: 'short' });
    expect(without.forms[0]?.values).not.toHaveProperty('remember');
  }
});

test('R3: in debug mode the cookies of the pages are not Secure', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_DEBUG: 'true' });
  const answer = await fetch(`${server.url}/register`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ identifier, password, remember: 'on' }),
  });
  expect(answer.status).toBe(303);
  const lines = answer.headers.getSetCookie();
  expect(lines.map((line) => /^([^=]*)=/.exec(line)?.[1])).toEqual(['session_id', 'gatehouse_device']);
  for (const line of lines) expect(line).not.toContain('Secure');
  const account = await fetch(`${server.url}/account`, {
    headers: { cookie: String(lines[0]?.split(';')[0]) },
  });
  expect(account.status).toBe(200);
});
