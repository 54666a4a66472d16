/** Signing in and out on pages, and what is refused there (rulings R1 to R5, G16 and G17). */

import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { query } from '../support/database.ts';
import { embedded } from '../support/embedded.ts';
import { Browser, formType, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const wrong = 'There is no account with this name and password. Check both, and try again.';

const signIn = (server: TestServer, name: string, word = password) =>
  new Browser(server).fill('/sign-in', { identifier: name, password: word });

test('a person registers, signs out, and signs in again', async () => {
  const server = await startServer(pagesOn);
  const browser = await newcomer(server);
  const account = await browser.open('/account');
  expect([account.status, account.words]).toEqual([200, expect.stringContaining(identifier)]);
  const out = await browser.submit(account, {}, 'sign-out');
  expect([out.status, out.location, browser.id]).toEqual([303, 'sign-in?done=signed_out', '']);
  const page = await browser.follow(out);
  expect(page.notice).toBe('You are signed out.');
  const again = await browser.submit(page, { identifier, password });
  expect([again.status, again.location]).toEqual([303, 'account']);
  expect((await browser.follow(again)).status).toBe(200);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
});

test('spaces around a name are not part of it, those of a password are', async () => {
  const server = await startServer(pagesOn);
  await newcomer(server);
  expect((await signIn(server, `  ${identifier}\t`)).status).toBe(303);
  expect((await signIn(server, identifier.toUpperCase())).status).toBe(303);
  expect((await signIn(server, identifier, ` ${password}`)).status).toBe(401);
});

test('the page for signing in tells a signed-in person who they are, and lets another one sign in', async () => {
  const server = await startServer(pagesOn);
  const browser = await newcomer(server);
  await newcomer(server, 'joe');
  const page = await browser.open('/sign-in?return_to=/app');
  expect(page.notice).toContain(`You are signed in as ${identifier}.`);
  expect(page.links).toContain('/app');
  const first = browser.id;
  expect((await browser.submit(page, { identifier: 'joe', password })).location).toBe('/app');
  expect((await browser.open('/account')).words).toContain('joe');
  // Ruling R5: a login ends no other session.
  expect(await isAlive(server, first)).toBe(true);
});

test('the page for signing out asks first, and says so where there is nothing to end', async () => {
  const server = await startServer(pagesOn);
  const browser = await newcomer(server);
  const { id } = browser;
  const page = await browser.open('/sign-out');
  expect(page.words).toContain('Do you want to sign out of this browser?');
  expect(await isAlive(server, id)).toBe(true);
  const after = await browser.send(page);
  expect([after.notice, browser.id, await isAlive(server, id)]).toEqual(['You are signed out.', '', false]);
  const nothing = await browser.open('/sign-out');
  expect([nothing.status, nothing.forms.length]).toEqual([200, 0]);
  expect(nothing.words).toContain('You are not signed in.');
  const twice = await browser.post('/sign-out', {});
  expect([twice.status, twice.location]).toEqual([303, 'sign-in?done=signed_out']);
});

test('G14: signing out ends every session of the browser, and refuses more than eight', async () => {
  const server = await startServer(pagesOn);
  const browsers = [await newcomer(server), await signedIn(server)];
  const ids = browsers.map(({ id }) => id);
  const cookie = ids.map((id) => `session_id=${id}`).join('; ');
  const many = Array.from({ length: 9 }, (_, n) => `session_id=${String(n).repeat(26)}`).join('; ');
  const refused = await new Browser(server).post('/sign-out', {}, { cookie: many });
  expect([refused.status, refused.headers['set-cookie']]).toEqual([400, undefined]);
  expect(refused.alert).toContain('The form did not arrive as it was sent.');
  const out = await new Browser(server).post('/sign-out', {}, { cookie });
  expect(out.status).toBe(303);
  for (const id of ids) expect(await isAlive(server, id)).toBe(false);
});

test('R1: a wrong password, an unknown name and a disabled account get the same answer', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_THROTTLE: 'off' });
  await newcomer(server);
  await newcomer(server, 'locked');
  await query(
    server,
    "UPDATE users SET disabled_at = 1 WHERE id = (SELECT user_id FROM auth WHERE canonical = 'locked')",
  );
  const texts = new Set<string>();
  for (const [name, word] of [
    [identifier, 'not my password'],
    [identifier, 'x'.repeat(3_000)],
    ['eve@example.com', password],
    ['eve', password],
    ['"><b>', password],
    ['locked', password],
  ] as const) {
    const { status, alert, problems, headers, text } = await signIn(server, name, word);
    expect([name, status, alert, problems, headers['set-cookie']]).toEqual([name, 401, wrong, {}, undefined]);
    texts.add(text.replace(/ value="[^"]*"/g, ''));
  }
  expect(texts.size).toBe(1);
  // The log of the operator has the reason.
  const outcomes = server.log.map(
    ({ entry }) => (entry['audit'] as { outcome?: string } | undefined)?.outcome,
  );
  expect(outcomes.filter((outcome) => outcome === 'wrong_password').length).toBe(2);
  expect(outcomes).toContain('account_disabled');
});

test('G17: a sign-in computes one hash, whatever it fails for', async () => {
  const gatehouse = await embedded({ ...pagesOn, GATEHOUSE_THROTTLE: 'off' });
  await gatehouse.post('/auth/register', { email: identifier, password });
  const hashes = async () =>
    Number(/^gatehouse_hashes_total (\d+)$/m.exec(await gatehouse.prometheusText())?.[1]);
  for (const [name, word] of [
    [identifier, 'not my password'],
    ['eve@example.com', password],
    ['no / name', password],
    [identifier, 'x'.repeat(3_000)],
    ['x'.repeat(3_000), password],
  ]) {
    const before = await hashes();
    const response = await gatehouse.fetch(
      new Request('http://localhost/sign-in', {
        method: 'POST',
        headers: { 'content-type': formType },
        body: new URLSearchParams({ identifier: String(name), password: String(word) }).toString(),
      }),
    );
    expect([response.status, (await hashes()) - before]).toEqual([401, 1]);
  }
});

test('G16: attempts on pages count in the windows of the contracts, for unknown names too', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_THROTTLE_ACCOUNT: '2/15m' });
  await newcomer(server);
  const onRest = (email: string) => server.post('/auth/login', { email, password: 'not my password' });
  for (const name of [identifier, 'eve@example.com']) {
    expect((await signIn(server, name, 'not my password')).status).toBe(401);
    expect((await onRest(name)).status).toBe(401);
    const refused = await signIn(server, name);
    expect([refused.status, refused.headers['retry-after']]).toEqual([
      429,
      expect.stringMatching(/^[89]\d\d$/),
    ]);
    expect(refused.alert).toBe('There were too many attempts. Try again in 15 minutes.');
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await onRest(name)).status).toBe(429);
  }
});

test('a full queue of hashes is 503 with a page', async () => {
  const server = await startServer({
    ...pagesOn,
    GATEHOUSE_THROTTLE: 'off',
    GATEHOUSE_PBKDF2_ITERATIONS: '40000',
  });
  const fields = { identifier, password };
  const answers = await Promise.all(
    Array.from({ length: 60 * availableParallelism() + 60 }, () =>
      new Browser(server).post('/sign-in', fields),
    ),
  );
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
  for (const { alert, headers } of refused) {
    expect(alert).toBe('Too many people are signing in at this moment. Try again in a few seconds.');
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  }
});

test('R2: a missing record of the user is 500 with a page, after a right password only', async () => {
  const server = await startServer(pagesOn);
  await newcomer(server);
  await query(server, 'DELETE FROM users');
  const orphaned = await signIn(server, identifier);
  expect([orphaned.status, orphaned.headers['set-cookie']]).toEqual([500, undefined]);
  expect(orphaned.alert).toContain('Something went wrong on the server.');
  expect((await signIn(server, identifier, 'not my password')).status).toBe(401);
});

test('the pages are off by default in a program that embeds Gatehouse, and their paths are unknown', async () => {
  for (const environment of [{}, { GATEHOUSE_PAGES: 'off' }]) {
    const server = await startServer(environment);
    for (const path of [
      '/sign-in',
      '/register',
      '/sign-out',
      '/account',
      '/account/sessions',
      '/verify-email',
    ]) {
      expect((await server.send({ path })).status).toBe(404);
      expect((await server.send({ method: 'POST', path })).status).toBe(404);
    }
    const gatehouse = await embedded(environment);
    expect([gatehouse.owns('/sign-in'), gatehouse.paths.includes('/account')]).toEqual([false, false]);
  }
  const gatehouse = await embedded(pagesOn);
  expect([gatehouse.owns('/sign-in'), gatehouse.owns('/account/sessions/abc')]).toEqual([true, true]);
});
