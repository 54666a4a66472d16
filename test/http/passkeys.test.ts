/** Passkeys over JSON: adding, signing in, the second step, confirming, renaming and removing (rulings F5 and F7). */

import { expect, test } from 'vitest';
import { PasskeyBrowser, passkeySettings } from '../support/passkey-browser.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const tenMinutesMs = 600_000;

async function setUp() {
  const server = await startServer(passkeySettings);
  const browser = await new PasskeyBrowser(server).newAccount();
  return { server, browser };
}

test('F5: a passkey is added with ten recovery codes, and the session goes on under a new id', async () => {
  const { server, browser } = await setUp();
  const old = browser.id;
  const added = await browser.add('My phone');
  expect(added.status).toBe(201);
  expect(added.json).toMatchObject({ passkey: { name: 'My phone', last_used_at: null, synced: false } });
  expect(new Set(added.json['recovery_codes'] as string[]).size).toBe(10);
  expect(added.json['session_id']).toBe(browser.id);
  expect(await isAlive(server, old)).toBe(false);
  expect(await browser.isSignedIn()).toBe(true);
  expect([...browser.cookies.keys()]).not.toContain('__Host-gatehouse_challenge');
  const { passkeys } = (await browser.send('GET', '/auth/factors')).json;
  expect(passkeys).toEqual([added.json['passkey']]);
});

test('F7: a passkey signs in without a name and a password, and counts as both steps', async () => {
  const { browser } = await setUp();
  await browser.add();
  const signedIn = await browser.signedOut().signIn();
  expect(signedIn.status).toBe(200);
  expect(signedIn.json['session_id']).toMatch(uuid);
  expect(signedIn.cookie).toBe(signedIn.json['session_id']);
  expect(await browser.isSignedIn()).toBe(true);
  expect((await browser.add('Another')).status).toBe(201);
});

test('F2: after a password a passkey is the second step, also one that does not verify the person', async () => {
  const server = await startServer(passkeySettings);
  const browser = await new PasskeyBrowser(server, { isVerifying: false }).newAccount();
  await browser.add();
  const refused = await browser.signedOut().post('/auth/login', { email: 'ada@example.com', password });
  expect([refused.status, refused.json['detail']]).toEqual([401, 'Second factor required']);
  expect((await browser.signIn()).json['detail']).toBe('The passkey was not accepted');
  const signedIn = await browser.secondStep();
  expect([signedIn.status, signedIn.cookie]).toEqual([200, signedIn.json['session_id']]);
  expect(await browser.isSignedIn()).toBe(true);
});

test('F4: a browser that was trusted at the second step gets a session for the password alone', async () => {
  const { browser } = await setUp();
  await browser.add();
  expect((await browser.signedOut().secondStep('ada@example.com', { trust_browser: true })).status).toBe(200);
  const known = await browser.signedOut().options('second_step', { identifier: 'ada@example.com', password });
  expect([known.status, known.json['session_id']]).toEqual([200, browser.id]);
  expect(await browser.isSignedIn()).toBe(true);
});

test('a second step without a factor is a login, and its refusals do not say which names exist', async () => {
  const { browser } = await setUp();
  const login = { identifier: 'ada@example.com', password };
  const signedIn = await browser.signedOut().options('second_step', login);
  expect([signedIn.status, signedIn.json]).toEqual([200, { session_id: browser.id }]);
  for (const wrong of [
    { ...login, password: 'not my password' },
    { ...login, identifier: 'nobody@example.com' },
  ]) {
    const refused = await browser.signedOut().options('second_step', wrong);
    expect([refused.status, refused.json['detail']]).toEqual([401, 'Not authenticated']);
  }
  const without = await browser.options('second_step');
  expect([without.status, without.json['detail']]).toEqual([
    409,
    'No sign-in waits for its second step here, or it is too old',
  ]);
});

test('F5: a passkey alone confirms a session, if the device has verified the person', async () => {
  const { server, browser } = await setUp();
  await browser.add();
  server.advance(tenMinutesMs);
  const late = await browser.options('register');
  expect([late.status, late.json['type']]).toEqual([403, 'urn:gatehouse:problem:confirmation-required']);
  expect((await browser.confirm({ isVerified: false })).status).toBe(403);
  const old = browser.id;
  const confirmed = await browser.confirm();
  expect([confirmed.status, confirmed.json['session_id']]).toEqual([200, browser.id]);
  expect(await isAlive(server, old)).toBe(false);
  expect((await browser.add('Another')).status).toBe(201);
});

test('F5: with a passkey, the password alone confirms nothing', async () => {
  const { server, browser } = await setUp();
  await browser.add();
  server.advance(tenMinutesMs);
  const refused = await browser.post('/auth/confirm', { password });
  expect([refused.status, refused.json['detail']]).toEqual([403, 'Second factor required']);
});

test('F5: a confirmation from before the first factor lets another session change no factor', async () => {
  const { server, browser } = await setUp();
  const other = new PasskeyBrowser(server);
  await other.post('/auth/login', { email: 'ada@example.com', password });
  server.advance(1_000);
  await browser.add();
  expect((await other.options('register')).status).toBe(403);
  expect((await browser.options('register')).status).toBe(200);
});

test('a passkey gets another name, and is removed; each needs a recent confirmation', async () => {
  const { server, browser } = await setUp();
  const { passkey } = (await browser.add()).json as { passkey: { handle: string } };
  const path = `/auth/passkeys/${passkey.handle}`;
  expect((await browser.post(path, { name: ' Phone ' })).json).toEqual({ name: 'Phone' });
  const unfit = await browser.post(path, { name: '' });
  expect([unfit.status, unfit.json['detail']]).toEqual([422, 'A name has 1 to 60 characters on one line']);
  expect((await browser.post('/auth/passkeys/x1', { name: 'Phone' })).status).toBe(404);
  const ann = await new PasskeyBrowser(server).newAccount('ann@example.com');
  expect((await ann.post(path, { name: 'Mine' })).status).toBe(404);
  expect((await ann.send('DELETE', path)).status).toBe(404);
  server.advance(tenMinutesMs);
  expect((await browser.post(path, { name: 'Late' })).status).toBe(403);
  expect((await browser.send('DELETE', path)).status).toBe(403);
  await browser.confirm();
  expect((await browser.send('DELETE', path)).status).toBe(204);
  expect((await browser.send('DELETE', path)).status).toBe(404);
  expect((await browser.signedOut().post('/auth/login', { email: 'ada@example.com', password })).status).toBe(
    200,
  );
});

test('several browsers with several passkeys have one account, and each signs in', async () => {
  const { server, browser } = await setUp();
  await browser.add('Phone');
  const laptop = new PasskeyBrowser(server, { isSynced: true });
  laptop.cookies.set('session_id', browser.id);
  expect((await laptop.add('Laptop')).json).toMatchObject({ passkey: { name: 'Laptop', synced: true } });
  for (const one of [browser, laptop]) expect((await one.signedOut().signIn()).status).toBe(200);
});
