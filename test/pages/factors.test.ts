/** The section of second factors on the account page, and passkeys on every page that takes one (rulings F1, F4 to F6). */

import { expect, test } from 'vitest';
import { countRows } from '../support/database.ts';
import { atSecondStep, codesOn, FrozenServer, setUpApp } from '../support/factor-pages.ts';
import {
  addPasskey,
  newAuthenticator,
  optionsFor,
  passkeysOn,
  sendAnswer,
  signInWith,
} from '../support/page-passkeys.ts';
import { Browser, newcomer, signedIn } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import type { CreationOptions, RequestOptions } from '../support/software-authenticator.ts';

const start = (environment: Record<string, string> = {}) =>
  FrozenServer.start({ ...passkeysOn, ...environment });

/** A person with a passkey, in the browser in which it was added. */
async function withPasskey(frozen: FrozenServer) {
  const browser = await newcomer(frozen.server);
  const authenticator = newAuthenticator();
  const codes = codesOn(await addPasskey(browser, authenticator));
  frozen.pass(60);
  return { browser, authenticator, codes };
}

test('a person without a second factor reads what one is good for, and how to begin', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const page = await browser.open('/account');
  for (const words of ['Two-step sign-in', 'off', 'Set up an authenticator app', 'Passkeys need JavaScript'])
    expect(page.words).toContain(words);
  for (const words of ['codes are left', 'Trusted browsers']) expect(page.words).not.toContain(words);
  expect(page.forms.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['account/authenticator', 'account/passkeys']),
  );
});

test('F5: a passkey comes with recovery codes, has a name, and is listed with its uses', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const before = browser.id;
  const [phone, key] = [newAuthenticator(), newAuthenticator()];
  const done = await addPasskey(browser, phone);
  expect(done.notice).toBe('The passkey is added.');
  expect([browser.id === before, browser.cookies.has('__Host-gatehouse_challenge')]).toEqual([false, false]);
  const again = await addPasskey(browser, key, '<b>Key</b> & "ring"');
  expect(codesOn(again)).not.toEqual(codesOn(done));
  const account = await browser.open('/account');
  for (const words of [
    'Firefox on Linux',
    '<b>Key</b> & "ring"',
    'Not used yet',
    '10 codes are left.',
    'Passkey added',
  ])
    expect(account.words).toContain(words);
  expect(account.text).not.toContain('<b>Key');
  const other = new Browser(frozen.server);
  expect((await signInWith(other, key)).location).toBe('../account');
  expect((await browser.open('/account')).words).toContain('Last used');
});

test('F1: a passkey signs in without a name and a password, and keeps where to go and how long', async () => {
  const frozen = await start();
  const { authenticator } = await withPasskey(frozen);
  const browser = new Browser(frozen.server);
  const done = await signInWith(browser, authenticator, '/sign-in?return_to=%2Fapp', { remember: 'on' });
  expect([done.status, done.location]).toEqual([303, '/app']);
  expect(done.headers['set-cookie']?.[0]).toContain(' Max-Age=2592000;');
  expect([
    await isAlive(frozen.server, browser.id),
    browser.cookies.has('__Host-gatehouse_challenge'),
  ]).toEqual([true, false]);
  const short = await signInWith(new Browser(frozen.server), authenticator);
  expect([short.location, short.headers['set-cookie']?.[0]?.includes('Max-Age')]).toEqual([
    '../account',
    false,
  ]);
});

test('F2, F4: a passkey is the second step after a password, and the browser may be trusted', async () => {
  const frozen = await start();
  const { authenticator, codes } = await withPasskey(frozen);
  const { browser, page } = await atSecondStep(frozen, { path: '/sign-in?return_to=%2Fapp' });
  // Without an app the field is for a recovery code.
  expect(page.words).toContain('Recovery code');
  expect(page.links.join()).not.toContain('with=recovery');
  const answer = authenticator.get(await optionsFor<RequestOptions>(browser, 'second_step'));
  const done = await sendAnswer(browser, page, 'second-step', answer, { trust: 'on' });
  expect([done.status, done.location]).toEqual([303, '/app']);
  expect([...browser.cookies.keys()]).not.toContain('__Host-gatehouse_step');
  expect([...browser.cookies.keys()]).toContain('__Host-gatehouse_trusted');
  const again = await atSecondStep(frozen);
  expect((await again.browser.submit(again.page, { code: String(codes[0]) })).location).toBe('account');
});

test('F5: a passkey confirms in place of the password', async () => {
  const frozen = await start();
  const { browser, authenticator } = await withPasskey(frozen);
  frozen.pass(11 * 60);
  const before = browser.id;
  const page = await browser.open('/account/confirm?section=factors');
  const answer = authenticator.get(await optionsFor<RequestOptions>(browser, 'confirm'));
  const done = await sendAnswer(browser, page, 'confirm', answer);
  expect(done.location).toBe('../../account?done=passkey_confirmed#factors');
  expect((await browser.follow(done)).notice).toContain('It is confirmed that it is you.');
  expect([browser.id === before, await isAlive(frozen.server, before)]).toEqual([false, false]);
  expect((await browser.open('/account')).words).toContain('Confirmed that it is you');
});

test('a passkey is renamed and removed, and what was removed opens nothing', async () => {
  const frozen = await start();
  const { browser, authenticator } = await withPasskey(frozen);
  const page = await browser.open('/account');
  const [rename = '', remove = ''] = ['rename', 'remove'].map(
    (what) => page.forms.find(({ action }) => action.startsWith(`account/${what}-passkey/`))?.action ?? '',
  );
  const renamed = await browser.submit(page, { name: '  My phone ' }, rename);
  expect(renamed.location).toBe('../../account?done=passkey_renamed#factors');
  expect((await browser.follow(renamed)).words).toContain('My phone');
  for (const name of ['', ' ', 'x'.repeat(61), 'a\u202eb']) {
    const refused = await browser.submit(page, { name }, rename);
    expect([name, refused.status, refused.alert]).toEqual([name, 422, 'A name has 1 to 60 characters.']);
  }
  frozen.pass(11 * 60);
  for (const action of [rename, remove])
    expect((await browser.post(`/${action}`, { name: 'x' })).status).toBe(403);
  const confirming = await browser.open('/account/confirm?section=factors');
  const answer = authenticator.get(await optionsFor<RequestOptions>(browser, 'confirm'));
  await sendAnswer(browser, confirming, 'confirm', answer);
  const removed = await browser.submit(await browser.open('/account'), {}, remove);
  expect(removed.location).toBe('../../account?done=passkey_removed#factors');
  expect((await browser.post(`/${remove}`, {})).status).toBe(404);
  expect((await signInWith(new Browser(frozen.server), authenticator)).status).toBe(403);
  expect((await signedIn(frozen.server)).id).not.toBe('');
});

test('F6: who has to enrol may do so with a passkey', async () => {
  const frozen = await start({ GATEHOUSE_SECOND_FACTOR: 'required' });
  const browser = new Browser(frozen.server);
  const sent = await browser.fill('/register?return_to=%2Fapp', { identifier: 'ada@example.com', password });
  const page = await browser.follow(sent);
  const authenticator = newAuthenticator();
  const answer = authenticator.create(await optionsFor<CreationOptions>(browser, 'register'));
  const done = await sendAnswer(browser, page, 'register', answer, { return_to: '/app' });
  expect([done.status, codesOn(done).length, done.links.includes('/app')]).toEqual([200, 10, true]);
  expect(await isAlive(frozen.server, browser.id)).toBe(true);
  expect((await signInWith(new Browser(frozen.server), authenticator)).location).toBe('../account');
});

test('an answer that is none, forged, sent again or from another browser is refused on the page it was sent from', async () => {
  const frozen = await start();
  const { authenticator } = await withPasskey(frozen);
  const browser = new Browser(frozen.server);
  const page = await browser.open('/sign-in');
  const options = await optionsFor<RequestOptions>(browser, 'login');
  const forged = { ...authenticator.get(options), id: 'AAAA', rawId: 'AAAA' };
  for (const passkey of ['', 'x', '[]', 'null', '{}', '"'.repeat(5_000), JSON.stringify(forged)]) {
    const refused = await browser.post('/sign-in/passkey', { passkey, return_to: '/app' });
    expect([passkey.slice(0, 9), refused.status, refused.alert, browser.id]).toEqual([
      passkey.slice(0, 9),
      403,
      'The passkey was not accepted. Try again, or choose another way.',
      '',
    ]);
    const [form] = refused.forms;
    expect([form?.action, form?.values['return_to'], form?.values['passkey']]).toEqual([
      '../sign-in',
      '/app',
      '',
    ]);
  }
  const answer = authenticator.get(await optionsFor<RequestOptions>(browser, 'login'));
  const stranger = new Browser(frozen.server);
  expect((await sendAnswer(stranger, page, 'sign-in', answer)).status).toBe(403);
  const sent = await Promise.all([1, 2].map(() => sendAnswer(browser, page, 'sign-in', answer)));
  expect(sent.map(({ status }) => status).toSorted()).toEqual([303, 403]);
  expect(await countRows(frozen.server, 'sessions')).toBe(2);
});

test('the second step and the confirmation refuse what was asked for something else', async () => {
  const frozen = await start();
  const { browser: own, authenticator } = await withPasskey(frozen);
  const { browser, page } = await atSecondStep(frozen);
  const wrongStep = await sendAnswer(browser, page, 'second-step', { id: 'x' });
  expect([wrongStep.status, wrongStep.forms.length]).toEqual([403, 1]);
  // Without a right password there is nothing to ask for.
  await expect(optionsFor(new Browser(frozen.server), 'second_step')).rejects.toThrow('409');
  const confirming = await own.open('/account/confirm');
  const wrong = authenticator.get(await optionsFor<RequestOptions>(own, 'login'));
  const refused = await sendAnswer(own, confirming, 'confirm', wrong);
  expect([refused.status, refused.alert]).toEqual([
    403,
    'The passkey was not accepted. Try again, or choose another way.',
  ]);
});

test('F5: new recovery codes replace the old ones', async () => {
  const frozen = await FrozenServer.start();
  const browser = await newcomer(frozen.server);
  const { codes, secret } = await setUpApp(browser, frozen);
  const made = await browser.submit(await browser.open('/account'), {}, 'account/recovery-codes');
  expect([made.status, made.notice, codesOn(made).length]).toEqual([200, 'The new codes are made.', 10]);
  expect(codesOn(made).filter((code) => codes.includes(code))).toEqual([]);
  const { browser: other, page } = await atSecondStep(frozen);
  expect((await other.submit(page, { code: String(codes[0]) })).status).toBe(403);
  expect((await other.submit(page, { code: String(codesOn(made)[0]) })).location).toBe('account');
  expect((await browser.open('/account')).words).toContain('New recovery codes made');
  expect(secret).not.toBe('');
});

test('passkeys are offered where they can be used, and elsewhere the page says where', async () => {
  const here = await start();
  const signIn = await new Browser(here.server).open('/sign-in');
  expect(signIn.text).toContain('autocomplete="username webauthn"');
  expect(signIn.text).toMatch(/<div class="passkey" data-passkey-part hidden>/);
  expect(signIn.headers['content-security-policy']).toContain("script-src 'self'; connect-src 'self';");
  const script = signIn.links.find((link) => link.startsWith('pages/passkeys/'));
  const file = await new Browser(here.server).open(`/${script}`);
  expect([file.status, file.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
  // On this machine passkeys belong to a name, and the tests use an address.
  const local = await FrozenServer.start();
  const other = await new Browser(local.server).open('/sign-in');
  expect(other.text).not.toMatch(/passkey|webauthn/);
  expect(other.headers['content-security-policy']).not.toContain('script-src');
  const account = await (await newcomer(local.server)).open('/account');
  expect(account.words).toMatch(
    /Passkeys cannot be used at this address. Open http:\/\/localhost:\d+ for them\./,
  );
  const none = await FrozenServer.start({ GATEHOUSE_PUBLIC_URL: 'https://192.0.2.1' });
  const page = await (await newcomer(none.server)).open('/account');
  expect(page.words).toContain('Passkeys cannot be used here.');
});
