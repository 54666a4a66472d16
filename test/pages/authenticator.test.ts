/** The pages that set up an authenticator app: its secret, the code that confirms it, and the recovery codes (F1, F3, F5). */

import { expect, test } from 'vitest';
import { codesFrom } from '../support/authenticator-app.ts';
import { onPostgres } from '../support/engine-settings.ts';
import { codesOn, FrozenServer, secretOn, setUpApp, withApp } from '../support/factor-pages.ts';
import { Browser, newcomer, signedIn } from '../support/pages.ts';
import { password } from '../support/person.ts';

const confirmation = '../account/authenticator/confirm';

async function start(environment: Record<string, string> = {}) {
  const frozen = await FrozenServer.start(environment);
  return { frozen, server: frozen.server, browser: await newcomer(frozen.server) };
}

const begin = async (browser: Browser) =>
  browser.submit(await browser.open('/account'), {}, 'account/authenticator');

test(`F1: an app is set up with a picture, the secret in groups of four, and a code (${codesFrom})`, async () => {
  const { frozen, browser } = await start();
  const before = browser.id;
  const begun = await begin(browser);
  // The secret is in no address.
  expect([begun.status, begun.location]).toEqual([303, '../account/authenticator']);
  const page = await browser.follow(begun);
  const secret = secretOn(page);
  expect(secret).toMatch(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  expect(page.text).toMatch(/<svg class="qr" role="img" aria-label="[^"]+"/);
  expect(page.words).toContain('ada@example.com');
  expect(page.text).toContain('inputmode="numeric"');
  // Opened once more, it is the same.
  expect(secretOn(await browser.open('/account/authenticator'))).toBe(secret);

  const done = await browser.submit(page, { code: ` ${frozen.code(secret)} ` }, confirmation);
  expect([done.status, done.notice]).toEqual([200, 'The authenticator app is set up.']);
  const codes = codesOn(done);
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[a-z2-9]{4}(?:-[a-z2-9]{4}){3}$/);
  expect(done.links).toContain('../../account#factors');
  // The session goes on under a new id, and is confirmed.
  expect(browser.id).not.toBe(before);
  const account = await browser.open('/account');
  expect(account.words).toContain('10 codes are left.');
  expect(account.words).toContain('Authenticator app set up');
  expect(account.forms.map(({ action }) => action)).toContain('account/authenticator/remove');
  for (const code of codes) expect(account.text).not.toContain(code);
  expect(account.text).not.toContain(secret.replaceAll(' ', ''));
});

test('L8: the codes are saved as a file that has them, the name of the account, and nothing that is sent besides', async () => {
  const { frozen, browser } = await start({ GATEHOUSE_PAGES_NAME: 'Example Library' });
  const page = await browser.follow(await begin(browser));
  const done = await browser.submit(page, { code: frozen.code(secretOn(page)) }, confirmation);
  const file = await browser.submit(done, {}, '../../account/recovery-codes/file');
  expect(file.status).toBe(200);
  expect(file.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': 'attachment; filename="recovery-codes.txt"',
    'cache-control': 'no-store',
  });
  expect(file.text.split('\n')).toEqual([
    'Recovery codes: Example Library',
    'ada@example.com',
    '',
    ...codesOn(done),
    '',
    'Each code works once, in place of the second step of a sign-in.',
    '',
  ]);
  const [code] = codesOn(done);
  for (const codes of [
    '',
    'x',
    `${code}`,
    '<script>',
    `${codesOn(done).join(' ')} more`,
    codesOn(done).join('\n'),
  ]) {
    const refused = await browser.post('/account/recovery-codes/file', { codes });
    expect([codes, refused.status, refused.headers['content-type']]).toEqual([
      codes,
      400,
      'text/html; charset=utf-8',
    ]);
  }
  const stranger = await new Browser(frozen.server).post('/account/recovery-codes/file', {
    codes: codesOn(done).join(' '),
  });
  expect(stranger.status).toBe(401);
});

test('a wrong code, an old one and none at all show the same picture again', async () => {
  const { frozen, browser } = await start();
  const page = await browser.follow(await begin(browser));
  const secret = secretOn(page);
  for (const [code, status, problem] of [
    ['', 400, 'Fill in the code.'],
    ['000000', 403, 'This code is not valid.'],
    ['12345', 403, 'This code is not valid.'],
    [frozen.code(secret, -2), 403, 'This code is not valid.'],
    [frozen.code(secret, 2), 403, 'This code is not valid.'],
    ['abcd-efgh-jkmn-pqrs', 403, 'This code is not valid.'],
  ] as const) {
    const refused = await browser.submit(page, { code }, confirmation);
    expect([code, refused.status, secretOn(refused)]).toEqual([code, status, secret]);
    expect(refused.problems['code']).toContain(problem);
    if (code !== '') expect(refused.text).not.toContain(`value="${code}"`);
  }
  const done = await browser.submit(page, { code: frozen.code(secret, -1) }, confirmation);
  expect(done.status).toBe(200);
});

test('F5: a form with another code says that there is an app, where the browser scrolls to, and shows no code', async () => {
  const { frozen, browser } = await start();
  const page = await browser.follow(await begin(browser));
  // The page opens at its picture.
  expect(page.text).not.toContain('autofocus');
  const code = frozen.code(secretOn(page));
  const codes = codesOn(await browser.submit(page, { code }, confirmation));
  const again = await browser.submit(page, { code: frozen.code(secretOn(page), 1) }, confirmation);
  expect([again.status, again.alert, codesOn(again)]).toEqual([
    409,
    'Your account has an authenticator app. Remove it before you set up another one.',
    [],
  ]);
  expect(again.text).toMatch(/<p class="alert" role="alert" tabindex="-1" autofocus>/);
  for (const code of codes) expect(again.text).not.toContain(code);
});

test('F5: an enrolment ends after half an hour, when another is begun, and belongs to its session', async () => {
  const { frozen, server, browser } = await start();
  const other = await signedIn(server);
  const page = await browser.follow(await begin(browser));
  const first = secretOn(page);
  // Another session of the same person has no part in it.
  const elsewhere = await other.open('/account/authenticator');
  expect([secretOn(elsewhere), elsewhere.words.includes('There is nothing to finish here.')]).toEqual([
    '',
    true,
  ]);
  const theirs = await other.post('/account/authenticator/confirm', { code: frozen.code(first) });
  expect([theirs.status, theirs.alert.includes('Begin again.')]).toEqual([409, true]);
  // A second one replaces the first.
  const again = await browser.follow(await begin(browser));
  expect(secretOn(again)).not.toBe(first);
  expect((await browser.submit(again, { code: frozen.code(first) }, confirmation)).status).toBe(403);
  frozen.pass(9 * 60);
  await browser.fill('/account/confirm', { password });
  frozen.pass(22 * 60);
  await browser.fill('/account/confirm', { password });
  const late = await browser.submit(again, { code: frozen.code(secretOn(again)) }, confirmation);
  expect([late.status, codesOn(late)]).toEqual([409, []]);
  expect((await browser.open('/account/authenticator')).words).toContain('There is nothing to finish here.');
  const anew = await browser.send(await browser.open('/account/authenticator'));
  expect(secretOn(anew)).not.toBe('');
});

test('F5: without a recent confirmation nothing is begun, shown, confirmed, removed or made anew', async () => {
  const { frozen, browser } = await start();
  const page = await browser.follow(await begin(browser));
  frozen.pass(11 * 60);
  const account = await browser.open('/account');
  const actions = account.forms.map(({ action }) => action);
  expect(actions.filter((action) => /authenticator|passkey|recovery/.test(action))).toEqual([]);
  expect(account.links).toContain('account/confirm?section=factors');
  const shown = await browser.open('/account/authenticator');
  expect([shown.status, secretOn(shown)]).toEqual([403, '']);
  const code = frozen.code(secretOn(page));
  for (const [path, fields] of [
    ['/account/authenticator', {}],
    ['/account/authenticator/confirm', { code }],
    ['/account/authenticator/remove', {}],
    ['/account/recovery-codes', {}],
  ] as const) {
    const asked = await browser.post(path, fields);
    expect([path, asked.status]).toEqual([path, 403]);
    const form = asked.forms.find(({ action }) => action.endsWith('account/confirm'));
    expect(form?.values).toEqual({ section: 'factors', password: '' });
    expect(asked.text).not.toContain(code);
  }
  const confirmed = await browser.fill('/account/confirm?section=factors', { password });
  expect(confirmed.location).toBe('../account?done=confirmed#factors');
});

test('one app at a time: another is refused until the first is removed', async () => {
  const frozen = await FrozenServer.start();
  const { browser } = await withApp(frozen);
  const refused = await browser.post('/account/authenticator', {});
  expect([refused.status, refused.alert]).toEqual([
    409,
    'Your account has an authenticator app. Remove it before you set up another one.',
  ]);
  const removed = await browser.submit(await browser.open('/account'), {}, 'account/authenticator/remove');
  expect(removed.location).toBe('../../account?done=authenticator_removed#factors');
  const account = await browser.follow(removed);
  expect(account.notice).toBe('The authenticator app is removed.');
  for (const words of ['Authenticator app removed', 'off']) expect(account.words).toContain(words);
  expect(account.words).not.toContain('codes are left');
  expect((await browser.post('/account/authenticator/remove', {})).status).toBe(404);
  // Without a factor the password is enough again.
  expect((await signedIn(frozen.server)).id).not.toBe('');
  await setUpApp(browser, frozen);
});

test('F5: a session that was confirmed before the first factor has to confirm again, with a code', async () => {
  const frozen = await FrozenServer.start();
  const other = await newcomer(frozen.server);
  const browser = await signedIn(frozen.server);
  frozen.pass(1);
  const { secret } = await setUpApp(browser, frozen);
  const asked = await other.submit(await other.open('/account'), {}, 'account/authenticator/remove');
  expect(asked.status).toBe(403);
  expect(asked.forms.at(-1)?.names).toEqual(['section', 'password', 'code']);
  const confirm = '../../account/confirm';
  const without = await other.submit(asked, { password }, confirm);
  expect([without.status, without.problems['code']]).toEqual([400, 'Fill in the code.']);
  const wrong = await other.submit(asked, { password, code: '000000' }, confirm);
  expect([wrong.status, Object.keys(wrong.problems)]).toEqual([403, ['code']]);
  // The page of a person who had no factor when it was opened has no field for a code.
  const unaware = await other.post('/account/confirm', { password, section: 'factors' });
  expect([unaware.status, unaware.problems['code']]).toEqual([403, 'Fill in the code.']);
  const right = await other.submit(asked, { password, code: frozen.code(secret) }, confirm);
  expect(right.location).toBe('../account?done=confirmed#factors');
  expect((await other.post('/account/authenticator/remove', {})).status).toBe(303);
});

test.runIf(onPostgres)('F3: without a key on PostgreSQL the page says that there are no apps', async () => {
  const { browser } = await start({ GATEHOUSE_SECRET_KEY: '' });
  const account = await browser.open('/account');
  expect(account.words).toContain('Authenticator apps cannot be used here');
  expect(account.forms.map(({ action }) => action)).not.toContain('account/authenticator');
  const refused = await browser.post('/account/authenticator', {});
  expect([refused.status, refused.alert]).toEqual([
    409,
    'Authenticator apps cannot be used here. Tell those who run this service.',
  ]);
});

test('the pages are in German for those who read it', async () => {
  const frozen = await FrozenServer.start();
  const browser = await newcomer(frozen.server, 'ada@example.com', { 'accept-language': 'de' });
  const page = await browser.send(await browser.open('/account'), {}, 'account/authenticator');
  const done = await browser.submit(page, { code: frozen.code(secretOn(page)) }, confirmation);
  for (const { text, words } of [page, done, await browser.open('/account')]) {
    expect(text).toContain('<html lang="de">');
    expect(words).not.toMatch(/Recovery|authenticator app|Two-step|Set up|Go on/);
  }
});
