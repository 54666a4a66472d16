/** Passkeys in wrong hands over HTTP: foreign browsers, sessions and accounts, replays, floods (rulings F2, F5 and G16). */

import { expect, test } from 'vitest';
import { query } from '../support/database.ts';
import { PasskeyBrowser, passkeySettings } from '../support/passkey-browser.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const fiveMinutesMs = 300_000;
const refusedPasskey = 'The passkey was not accepted';

async function setUp(settings: Record<string, string> = {}) {
  const server = await startServer({ ...passkeySettings, ...settings });
  const browser = await new PasskeyBrowser(server).newAccount();
  expect((await browser.add()).status).toBe(201);
  return { server, browser };
}

/** An answer to a sign-in that was not sent yet. */
async function answered(browser: PasskeyBrowser) {
  const options = await browser.options('login');
  return { response: browser.authenticator.get(options.json as never) };
}

test('a challenge belongs to the browser that asked for it, and stays its own', async () => {
  const { server, browser } = await setUp();
  const answer = await answered(browser.signedOut());
  const stranger = new PasskeyBrowser(server);
  await stranger.options('login');
  for (const other of [stranger, new PasskeyBrowser(server)]) {
    const refused = await other.post('/auth/passkeys/login', answer);
    expect([refused.status, refused.json['detail'], refused.cookie]).toEqual([
      403,
      refusedPasskey,
      undefined,
    ]);
  }
  expect((await browser.post('/auth/passkeys/login', answer)).status).toBe(200);
});

test('a challenge is answered once: replayed, raced and after five minutes it is refused', async () => {
  const { server, browser } = await setUp();
  const replayed = await answered(browser.signedOut());
  const cookies = new Map(browser.cookies);
  const race = await Promise.all(
    Array.from({ length: 6 }, () => browser.post('/auth/passkeys/login', replayed)),
  );
  expect(race.map(({ status }) => status).toSorted()).toEqual([200, 403, 403, 403, 403, 403]);
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  expect((await browser.post('/auth/passkeys/login', replayed)).status).toBe(403);
  const late = await answered(browser);
  server.advance(fiveMinutesMs);
  expect((await browser.post('/auth/passkeys/login', late)).status).toBe(403);
});

test('a browser with several open pages may answer each of its last four challenges', async () => {
  const { browser } = await setUp();
  const pages = [];
  for (let count = 0; count < 5; count += 1) pages.push((await browser.signedOut().options('login')).json);
  const statuses = [];
  for (const options of pages.toReversed()) {
    const cookies = new Map(browser.cookies);
    const response = browser.authenticator.get(options as never);
    statuses.push((await browser.post('/auth/passkeys/login', { response })).status);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 403]);
});

test('a challenge of one purpose serves no other, and none of another session of the same person', async () => {
  const { browser } = await setUp();
  const forSignIn = await answered(browser);
  expect((await browser.post('/auth/passkeys/confirm', forSignIn)).status).toBe(403);
  const { json } = await browser.options('confirm');
  const forConfirmation = { response: browser.authenticator.get(json as never) };
  expect((await browser.post('/auth/passkeys/login', forConfirmation)).status).toBe(403);
  const asked = [await browser.options('confirm'), await browser.options('register')];
  const challenges = browser.cookies.get('__Host-gatehouse_challenge') ?? '';
  expect((await browser.signIn()).status).toBe(200);
  browser.cookies.set('__Host-gatehouse_challenge', challenges);
  const [confirming, making] = asked.map(({ json }) => json as never);
  const response = browser.authenticator.get(confirming as never);
  expect((await browser.post('/auth/passkeys/confirm', { response })).status).toBe(403);
  const made = browser.authenticator.create(making as never);
  const foreign = await browser.post('/auth/passkeys/register', { name: 'Key', response: made });
  expect([foreign.status, foreign.json['detail']]).toEqual([403, refusedPasskey]);
});

test('F2: a passkey of another account is no second step, and the sign-in stays open for the right one', async () => {
  const { server, browser } = await setUp();
  const ann = await new PasskeyBrowser(server).newAccount('ann@example.com');
  await ann.add();
  const { json } = await browser
    .signedOut()
    .options('second_step', { identifier: 'ada@example.com', password });
  const challenge = { challenge: String(json['challenge']), rpId: 'auth.example.com' };
  const foreign = { response: ann.authenticator.get(challenge) };
  expect((await browser.post('/auth/passkeys/login', foreign)).status).toBe(403);
  const again = (await browser.options('second_step')).json;
  const right = { response: browser.authenticator.get(again as never) };
  expect((await browser.post('/auth/passkeys/login', right)).status).toBe(200);
});

test('F2: a second step ends with a password change', async () => {
  const { browser } = await setUp();
  const session = browser.id;
  const { json } = await browser.options('second_step', { identifier: 'ada@example.com', password });
  const change = { current_password: password, new_password: 'correct battery horse' };
  browser.cookies.set('session_id', session);
  expect((await browser.post('/auth/password', change)).status).toBe(200);
  const answer = { response: browser.authenticator.get(json as never) };
  expect((await browser.post('/auth/passkeys/login', answer)).status).toBe(403);
});

test('a disabled account and a deleted one are refused like an unknown passkey', async () => {
  const { server, browser } = await setUp();
  await query(server, 'UPDATE users SET disabled_at = 1');
  const disabled = await browser.signedOut().signIn();
  expect([disabled.status, disabled.json['detail']]).toEqual([403, refusedPasskey]);
  const bob = await new PasskeyBrowser(server).newAccount('bob@example.com');
  await bob.add();
  const deleted = await bob.send('DELETE', '/auth/account', { password });
  expect(deleted.status).toBe(204);
  const gone = await bob.signIn();
  expect([gone.status, gone.json]).toMatchObject([403, { detail: refusedPasskey }]);
});

test('G16: wrong answers fill the count of their network, and right ones take nothing of it', async () => {
  const { browser } = await setUp({ GATEHOUSE_THROTTLE_CLIENT: '4/15m' });
  for (let count = 0; count < 6; count += 1) expect((await browser.signedOut().signIn()).status).toBe(200);
  const options = (await browser.signedOut().options('login')).json;
  // The registration of the account counts, too.
  for (let count = 0; count < 3; count += 1) {
    const forged = browser.authenticator.get(options as never, { origin: 'https://example.org' });
    expect((await browser.post('/auth/passkeys/login', { response: forged })).status).toBe(403);
  }
  const right = { response: browser.authenticator.get(options as never) };
  const refused = await browser.post('/auth/passkeys/login', right);
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
});

test('what is no answer is refused with the field, and what is a wrong one in one sentence', async () => {
  const { browser } = await setUp();
  for (const response of [undefined, null, 'text', 7, []]) {
    const refused = await browser.post('/auth/passkeys/login', { response });
    expect([refused.status, refused.json['detail']]).toEqual([400, 'The field "response" must be an object']);
  }
  const { response } = await answered(browser);
  const oversized = { ...response, response: { ...response.response, signature: 'x'.repeat(9_000) } };
  for (const wrong of [{}, { id: 'x' }, { ...response, type: 'password' }, oversized]) {
    const refused = await browser.post('/auth/passkeys/login', { response: wrong });
    expect([refused.status, refused.json['detail']]).toEqual([403, refusedPasskey]);
  }
  for (const purpose of [undefined, 'everything', 7, 'toString']) {
    const refused = await browser.post('/auth/passkeys/options', { for: purpose });
    expect([refused.status, refused.json['detail']]).toEqual([
      400,
      'The field "for" must be "register", "login", "second_step" or "confirm"',
    ]);
  }
});

test('an authenticator is registered once, and with nobody signed in not at all', async () => {
  const { browser } = await setUp();
  const { json } = await browser.options('register');
  const again = browser.authenticator.createAgain(json as never);
  const refused = await browser.post('/auth/passkeys/register', { name: '', response: again });
  expect([refused.status, refused.json['detail']]).toEqual([409, 'This factor is enrolled already']);
  browser.signedOut();
  for (const purpose of ['register', 'confirm'] as const)
    expect((await browser.options(purpose)).status).toBe(401);
  expect((await browser.post('/auth/passkeys/register', { name: '', response: again })).status).toBe(401);
});

test('on an IP address there are no passkeys, and the refusal says why', async () => {
  const server = await startServer({ GATEHOUSE_PUBLIC_URL: 'https://192.0.2.1' });
  const browser = await new PasskeyBrowser(server).newAccount();
  for (const purpose of ['register', 'login', 'confirm'] as const) {
    const refused = await browser.options(purpose);
    expect([refused.status, refused.json['detail'], refused.headers['set-cookie']]).toEqual([
      409,
      'Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server',
      undefined,
    ]);
  }
});
