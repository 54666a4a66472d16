/** What passkeys leave behind: audit entries, notices, and the session of a person who had to enrol (rulings F5 and F6). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { PasskeyBrowser, passkeySettings } from '../support/passkey-browser.ts';
import { isAlive, password } from '../support/person.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** The audit entries of a person, oldest first. */
async function activity(browser: PasskeyBrowser): Promise<string[]> {
  const { json } = await browser.send('GET', '/auth/account/activity');
  const entries = json['activity'] as { event: string; outcome: string }[];
  return entries.map(({ event, outcome }) => `${event} ${outcome}`).toReversed();
}

function handleOf(added: Answer): string {
  return (added.json['passkey'] as { handle: string }).handle;
}

/** What the log has of audited events, since a number of lines. */
function reported(server: TestServer, since = 0): string[] {
  return server.log
    .slice(since)
    .filter(({ entry }) => 'audit' in entry)
    .map(({ entry }) => entry['audit'] as { event: string; outcome: string })
    .map(({ event, outcome }) => `${event} ${outcome}`);
}

test('every step has its entry in the audit, and a possible copy of a key is told from a wrong answer', async () => {
  const server = await startServer(passkeySettings);
  const browser = await new PasskeyBrowser(server).newAccount();
  const handle = handleOf(await browser.add());
  await browser.post(`/auth/passkeys/${handle}`, { name: 'Phone' });
  await browser.confirm();
  await browser.signedOut().signIn({ origin: 'https://example.org' });
  await browser.signIn({ counter: 0 });
  await browser.signIn();
  await browser.signedOut().secondStep();
  await browser.send('DELETE', `/auth/passkeys/${handle}`);
  expect(await activity(browser)).toEqual([
    'register ok',
    'login ok',
    'factor_add passkey',
    'confirm ok',
    'passkey_rename ok',
    'confirm ok',
    'login invalid_passkey',
    'login invalid_counter',
    'login ok',
    'login second_factor_required',
    'login ok',
    'factor_remove passkey',
  ]);
  expect(reported(server)).toEqual(expect.arrayContaining(['login invalid_counter', 'factor_add ok']));
});

test('F5: the owner is told of a new passkey and of a removed one', async () => {
  const mail = await startMailServer();
  const server = await startServer({ ...mailingTo(mail), ...passkeySettings });
  const browser = await new PasskeyBrowser(server).newAccount();
  const [{ token } = { token: '' }] = await mail.taken(1);
  expect((await server.post('/auth/email/verify', { token })).status).toBe(204);
  const added = await browser.add('My phone');
  const [told] = await mail.taken(1);
  expect(told?.raw).toMatch(/passkey/i);
  for (const secret of [...(added.json['recovery_codes'] as string[]), browser.id])
    expect(told?.raw).not.toContain(secret);
  await browser.send('DELETE', `/auth/passkeys/${handleOf(added)}`);
  const [removed] = await mail.taken(1);
  expect(removed?.raw).toMatch(/passkey/i);
  expect(removed?.subject).not.toBe(told?.subject);
});

test('F6: where a second factor is required, a new person enrols a passkey and then has a session', async () => {
  const server = await startServer({ ...passkeySettings, GATEHOUSE_SECOND_FACTOR: 'required' });
  const browser = await new PasskeyBrowser(server).newAccount();
  const enrolment = browser.id;
  expect(await browser.isSignedIn()).toBe(false);
  expect((await browser.options('confirm')).status).toBe(401);
  const added = await browser.add();
  expect(added.status).toBe(201);
  expect(await isAlive(server, enrolment)).toBe(false);
  expect(await browser.isSignedIn()).toBe(true);
  const last = await browser.send('DELETE', `/auth/passkeys/${handleOf(added)}`);
  expect([last.status, last.json['detail']]).toEqual([
    409,
    'A second factor is required, and this is the only one',
  ]);
  const second = await browser.add('Another');
  expect((await browser.send('DELETE', `/auth/passkeys/${handleOf(second)}`)).status).toBe(204);
});

test('F6: an enrolment session ends with the first passkey', async () => {
  const server = await startServer({ ...passkeySettings, GATEHOUSE_SECOND_FACTOR: 'required' });
  const browser = await new PasskeyBrowser(server).newAccount();
  const cookies = new Map(browser.cookies);
  expect((await browser.add()).status).toBe(201);
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  expect((await browser.options('register')).status).toBe(401);
});

test('F5: a recovery code of a passkey is a second step of the contracts', async () => {
  const server = await startServer(passkeySettings);
  const browser = await new PasskeyBrowser(server).newAccount();
  const [code] = (await browser.add()).json['recovery_codes'] as string[];
  const login = { email: 'ada@example.com', password, code };
  expect((await server.post('/auth/login', login)).status).toBe(200);
});
