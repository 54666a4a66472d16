/** Pages that are reloaded after a second factor was set up: the browser sends the form again, and nothing is wrong (F5, F6). */

import { expect, test } from 'vitest';
import { countRows, query } from '../support/database.ts';
import { codesOn, FrozenServer, secretOn, setUpApp } from '../support/factor-pages.ts';
import { newAuthenticator, optionsFor, passkeysOn, sendAnswer } from '../support/page-passkeys.ts';
import { Browser, newcomer, signedIn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import type { CreationOptions } from '../support/software-authenticator.ts';

const notAccepted = 'The passkey was not accepted. Try again, or choose another way.';

const start = (environment: Record<string, string> = {}) =>
  FrozenServer.start({ ...passkeysOn, ...environment });

/** The answer of a new passkey to the options that a browser asked for. */
const created = async (browser: Browser, authenticator = newAuthenticator()) =>
  authenticator.create(await optionsFor<CreationOptions>(browser, 'register'));

/** A person who registered, and has to enrol. */
async function enrolling() {
  const frozen = await start({ GATEHOUSE_SECOND_FACTOR: 'required' });
  const browser = new Browser(frozen.server);
  const sent = await browser.fill('/register?return_to=%2Fapp', { identifier: 'ada@example.com', password });
  return { frozen, browser, page: await browser.follow(sent) };
}

test('F5: the form of a passkey that was added, sent again, says so and shows no code', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const page = await browser.open('/account');
  const answer = await created(browser);
  const codes = codesOn(await sendAnswer(browser, page, 'register', answer));
  expect(codes.length).toBe(10);
  const { id } = browser;
  for (let times = 0; times < 2; times += 1) {
    const again = await sendAnswer(browser, page, 'register', answer);
    expect([again.status, again.location]).toEqual([303, '../account?done=passkey_added#factors']);
    const account = await browser.follow(again);
    expect(account.notice).toMatch(/^The passkey is added\. .* make new ones\.$/);
    expect(account.words).toContain('10 codes are left.');
    expect(codes.filter((code) => account.text.includes(code))).toEqual([]);
  }
  expect([browser.id === id, await countRows(frozen.server, 'passkeys')]).toEqual([true, 1]);
});

test('F5: of two forms with one passkey at once, one shows the codes and the other that it is added', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const page = await browser.open('/account');
  const answer = await created(browser);
  const sent = await Promise.all([1, 2, 3].map(() => sendAnswer(browser, page, 'register', answer)));
  expect(sent.filter((one) => codesOn(one).length === 10)).toHaveLength(1);
  expect(await countRows(frozen.server, 'passkeys')).toBe(1);
});

test('an answer to no challenge of this browser that names no passkey of the person is refused as before', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const other = await newcomer(frozen.server, 'joe@example.com');
  const page = await browser.open('/account');
  const theirs = await created(other);
  await sendAnswer(other, await other.open('/account'), 'register', theirs);
  for (const answer of [theirs, { ...theirs, id: 'AAAA', rawId: 'AAAA' }, { id: theirs.id }]) {
    const refused = await sendAnswer(browser, page, 'register', answer);
    expect([refused.status, refused.alert]).toEqual([403, notAccepted]);
  }
  // A passkey that was removed is not added.
  const account = await other.open('/account');
  const remove = account.forms.find(({ action }) => action.startsWith('account/remove-passkey/'))?.action;
  expect((await other.submit(account, {}, remove)).status).toBe(303);
  const gone = await sendAnswer(other, account, 'register', theirs);
  expect([gone.status, gone.alert]).toEqual([403, notAccepted]);
  expect(await countRows(frozen.server, 'passkeys')).toBe(0);
});

test('F5: the form of an app that was set up, sent again, says so and shows no code', async () => {
  const frozen = await start();
  const browser = await newcomer(frozen.server);
  const { secret, codes } = await setUpApp(browser, frozen);
  const code = frozen.code(secret, -2);
  const again = await browser.post('/account/authenticator/confirm', { code });
  expect([again.status, again.location]).toEqual([303, '../../account?done=authenticator_added#factors']);
  const account = await browser.follow(again);
  expect(account.notice).toMatch(/^The authenticator app is set up\. .* make new ones\.$/);
  expect(codes.filter((one) => account.text.includes(one))).toEqual([]);
  // Another code may be of a secret that is void by now, and none of it is set up.
  for (const other of [frozen.code(secret), '000000', 'abcdef'])
    expect((await browser.post('/account/authenticator/confirm', { code: other })).status).toBe(409);
});

test('F6: the page of the codes after an enrolment with an app, reloaded, says that all is done', async () => {
  const { frozen, browser, page } = await enrolling();
  const setUp = await browser.send(page, {}, 'enrol/authenticator');
  const typed = { code: frozen.code(secretOn(setUp)), return_to: '/app' };
  const codes = codesOn(await browser.post('/enrol/authenticator/confirm', typed));
  expect(codes.length).toBe(10);
  const { id } = browser;
  const again = await browser.post('/enrol/authenticator/confirm', typed);
  expect([again.status, again.location]).toEqual([303, '../../enrol?return_to=%2Fapp']);
  const done = await browser.follow(again);
  expect([done.status, done.forms, browser.id]).toEqual([200, [], id]);
  expect(done.words).toMatch(/You are signed in, and your second step is set up\. .* make new ones/);
  expect([done.links.includes('/app'), done.links.includes('account#factors')]).toEqual([true, true]);
  expect(codes.filter((one) => done.text.includes(one))).toEqual([]);
  expect((await browser.open('/enrol/authenticator')).words).toContain('your second step is set up');
});

test('F6: the page of the codes after an enrolment with a passkey, reloaded, says that all is done', async () => {
  const { frozen, browser, page } = await enrolling();
  const answer = await created(browser);
  const more = { return_to: '/app' };
  const added = await sendAnswer(browser, page, 'register', answer, more);
  expect(codesOn(added).length).toBe(10);
  const again = await sendAnswer(browser, page, 'register', answer, more);
  expect([again.status, again.location]).toEqual([303, '../enrol?return_to=%2Fapp']);
  expect((await browser.follow(again)).words).toContain('your second step is set up');
  expect(await countRows(frozen.server, 'passkeys')).toBe(1);
});

test('F6: of several factors at once in one enrolment session exactly one is enrolled, and its codes are the ones that work', async () => {
  const { frozen, browser, page } = await enrolling();
  const setUp = await browser.send(page, {}, 'enrol/authenticator');
  const answers = [await created(browser), await created(browser), await created(browser)];
  const sent = await Promise.all([
    ...answers.map((answer) => sendAnswer(browser, page, 'register', answer)),
    browser.post('/enrol/authenticator/confirm', { code: frozen.code(secretOn(setUp)) }),
  ]);
  const done = sent.filter((one) => one.status === 200);
  expect(sent.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
  const enrolled = await query(
    frozen.server,
    `SELECT handle FROM passkeys UNION ALL SELECT user_id FROM second_factors WHERE totp_secret IS NOT NULL`,
  );
  expect([enrolled.length, await countRows(frozen.server, 'sessions')]).toEqual([1, 1]);
  const [code = ''] = done.flatMap(codesOn);
  frozen.pass(60);
  const other = new Browser(frozen.server);
  const asked = await other.fill('/sign-in', { identifier: 'ada@example.com', password });
  const step = await other.open('/second-factor?with=recovery');
  expect([asked.location, (await other.submit(step, { code })).location]).toEqual([
    'second-factor',
    'account',
  ]);
});

test('F6: people who are signed in read that, and go on', async () => {
  const frozen = await start();
  await newcomer(frozen.server);
  const browser = await signedIn(frozen.server);
  const page = await browser.open('/enrol?return_to=%2Fapp');
  expect(page.words).toContain('You are signed in as ada@example.com.');
  expect(page.words).not.toContain('There is no sign-in to finish here.');
  expect([page.links.includes('/app'), page.forms]).toEqual([true, []]);
});
