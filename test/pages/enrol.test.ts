/** Where a second factor is required, people without one get a session only when they have set one up (ruling F6). */

import { expect, test } from 'vitest';
import { countRows } from '../support/database.ts';
import { codesOn, FrozenServer, secretOn } from '../support/factor-pages.ts';
import { Browser, newcomer } from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';

const identifier = 'ada@example.com';
const required = { GATEHOUSE_SECOND_FACTOR: 'required' };
const confirmation = '../enrol/authenticator/confirm';

/** A person who registered and has to enrol, at the page that says so. */
async function enrolling(path = '/register', environment: Record<string, string> = {}) {
  const frozen = await FrozenServer.start({ ...required, ...environment });
  const browser = new Browser(frozen.server);
  const sent = await browser.fill(path, { identifier, password });
  return { frozen, browser, sent };
}

test('F6: after a registration the person sets up a second step, is signed in, and sees the codes', async () => {
  const { frozen, browser, sent } = await enrolling('/register?return_to=%2Fapp');
  expect([sent.status, sent.location]).toEqual([303, 'enrol?return_to=%2Fapp']);
  const page = await browser.follow(sent);
  expect(page.words).toContain('This service asks for a second step');
  expect(page.forms[0]?.values).toEqual({ return_to: '/app' });
  const enrolment = browser.id;
  expect(await isAlive(frozen.server, enrolment)).toBe(false);
  const setUp = await browser.send(page, {}, 'enrol/authenticator');
  expect(setUp.at).toBe('/enrol/authenticator?return_to=%2Fapp');
  const wrong = await browser.submit(setUp, { code: '000000' }, confirmation);
  expect([wrong.status, secretOn(wrong)]).toEqual([403, secretOn(setUp)]);
  const done = await browser.submit(
    wrong,
    { code: frozen.code(secretOn(setUp)) },
    '../../enrol/authenticator/confirm',
  );
  expect([done.status, codesOn(done).length]).toEqual([200, 10]);
  expect(done.links).toContain('/app');
  expect([browser.id === enrolment, await isAlive(frozen.server, browser.id)]).toEqual([false, true]);
  // The file is made for a person who is signed in by now.
  expect((await browser.submit(done, {}, '../../account/recovery-codes/file')).status).toBe(200);
  const account = await browser.open('/account');
  expect(account.words).toContain('10 codes are left.');
  // The enrolment is over.
  browser.cookies.set('session_id', enrolment);
  expect((await browser.open('/enrol')).words).toContain('There is no sign-in to finish here.');
});

test('F6: a sign-in without a factor leads there too, and with one to the second step', async () => {
  const frozen = await FrozenServer.start();
  await newcomer(frozen.server);
  await frozen.server.stop();
  const strict = await FrozenServer.start(required, frozen.server.file);
  const browser = new Browser(strict.server);
  const sent = await browser.fill('/sign-in', { identifier, password, remember: 'on' });
  expect([sent.status, sent.location]).toEqual([303, 'enrol']);
  const setUp = await browser.send(await browser.follow(sent), {}, 'enrol/authenticator');
  const done = await browser.submit(setUp, { code: strict.code(secretOn(setUp)) }, confirmation);
  expect(done.links).toContain('../../account');
  // Kept signed in, as the person asked before the enrolment.
  expect(done.headers['set-cookie']?.[0]).toContain(' Max-Age=2592000;');
  strict.pass(60);
  const again = new Browser(strict.server);
  const asked = await again.fill('/sign-in', { identifier, password });
  expect(asked.location).toBe('second-factor');
  const step = await again.follow(asked);
  expect((await again.submit(step, { code: strict.code(secretOn(setUp)) })).location).toBe('account');
});

test('F6: an enrolment session opens no other page, and no session exists', async () => {
  const { frozen, browser } = await enrolling();
  for (const path of ['/account', '/account/sessions', '/account/authenticator', '/account/confirm']) {
    const page = await browser.open(path);
    expect([path, page.status, page.location]).toEqual([
      path,
      303,
      expect.stringMatching(/sign-in\?return_to=account$/),
    ]);
  }
  for (const path of [
    '/account/delete',
    '/account/authenticator',
    '/account/recovery-codes',
    '/account/browsers',
  ])
    expect([path, (await browser.post(path, { password })).status]).toEqual([path, 401]);
  expect(await countRows(frozen.server, 'sessions')).toBe(0);
  expect((await browser.open('/sign-in')).notice).toBe('');
});

test('F6: the pages are of no use to others, and end after half an hour', async () => {
  const { frozen, browser } = await enrolling();
  const stranger = new Browser(frozen.server);
  for (const planted of ['', 'x'.repeat(26), '00000000-0000-4000-8000-000000000000']) {
    if (planted !== '') stranger.cookies.set('session_id', planted);
    for (const path of ['/enrol', '/enrol/authenticator', '/enrol/authenticator/confirm']) {
      const page = await stranger.open(`${path}?return_to=%2Fapp`);
      expect([path, page.status, page.forms]).toEqual([path, 200, []]);
      expect(page.words).toContain('There is no sign-in to finish here.');
    }
    for (const path of ['/enrol/authenticator', '/enrol/authenticator/confirm']) {
      const sent = await stranger.post(path, { code: '000000' });
      expect([path, sent.status, sent.forms]).toEqual([path, 401, []]);
    }
  }
  const setUp = await browser.send(await browser.open('/enrol'), {}, 'enrol/authenticator');
  frozen.pass(30 * 60);
  const late = await browser.submit(setUp, { code: frozen.code(secretOn(setUp)) }, confirmation);
  expect([late.status, codesOn(late)]).toEqual([401, []]);
  expect(await countRows(frozen.server, 'second_factors')).toBe(0);
});

test('F6: a signed-in person of a live session has nothing to do there', async () => {
  const frozen = await FrozenServer.start();
  const browser = await newcomer(frozen.server);
  const page = await browser.open('/enrol');
  expect([page.status, page.forms]).toEqual([200, []]);
  expect((await browser.post('/enrol/authenticator', {})).status).toBe(401);
});

test('F6: the last factor cannot be removed while one is required', async () => {
  const { frozen, browser, sent } = await enrolling();
  const setUp = await browser.send(await browser.follow(sent), {}, 'enrol/authenticator');
  await browser.submit(setUp, { code: frozen.code(secretOn(setUp)) }, confirmation);
  const account = await browser.open('/account');
  expect(account.words).toContain('so the last one cannot be removed');
  expect(account.forms.map(({ action }) => action)).not.toContain('account/authenticator/remove');
  const refused = await browser.post('/account/authenticator/remove', {});
  expect([refused.status, refused.alert]).toEqual([
    409,
    'This service asks for a second step. Set up another one before you remove the last.',
  ]);
});

test('F6, L5: a place elsewhere is not gone to afterwards', async () => {
  const { frozen, browser, sent } = await enrolling('/register?return_to=https%3A%2F%2Fevil.example%2F');
  expect(sent.location).toBe('enrol');
  for (const path of ['/enrol', '/enrol/authenticator']) {
    const page = await browser.open(`${path}?return_to=https%3A%2F%2Fevil.example`);
    expect([path, page.text.includes('evil.example')]).toEqual([path, false]);
  }
  const begun = await browser.post('/enrol/authenticator', { return_to: '//evil.example/x' });
  expect(begun.location).toBe('../enrol/authenticator');
  const setUp = await browser.follow(begun);
  const fields = { code: frozen.code(secretOn(setUp)), return_to: 'https://evil.example' };
  const done = await browser.post('/enrol/authenticator/confirm', fields);
  expect(done.links).toContain('../../account');
});
