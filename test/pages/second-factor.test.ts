/** The step after the password: who is asked, what is accepted, how long it may take, and which browsers are trusted (F2 to F4). */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesFrom } from '../support/authenticator-app.ts';
import { query } from '../support/database.ts';
import { onPostgres } from '../support/engine-settings.ts';
import { atSecondStep, FrozenServer, withApp } from '../support/factor-pages.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import { Browser, newcomer, signedIn } from '../support/pages.ts';
import { isAlive } from '../support/person.ts';
import { temporaryFolder } from '../support/server.ts';

const step = '__Host-gatehouse_step';
const trusted = '__Host-gatehouse_trusted';
const tenMinutes = 10 * 60;

test(`L8, F2: a right password leads to the second step, and its code to where the person wanted to go (${codesFrom})`, async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const path = '/sign-in?return_to=%2Fapp%3Fa%3D1';
  const { browser, page } = await atSecondStep(frozen, { path, remember: true });
  expect([page.status, page.at]).toEqual([200, '/second-factor?return_to=%2Fapp%3Fa%3D1']);
  expect(page.words).toContain('Your password is right.');
  const [form] = page.forms;
  expect(form?.values).toEqual({ return_to: '/app?a=1', code: '' });
  expect(form?.names).toEqual(['return_to', 'code', 'trust']);
  expect(page.text).toMatch(
    /<input id="code" name="code" [^>]*inputmode="numeric"[^>]* autocomplete="one-time-code"/,
  );
  expect([browser.cookies.has(step), browser.cookies.has('session_id')]).toEqual([true, false]);
  const done = await browser.submit(page, { code: frozen.code(secret) });
  expect([done.status, done.location]).toEqual([303, '/app?a=1']);
  expect(await isAlive(frozen.server, browser.id)).toBe(true);
  // Kept signed in, as the person asked on the page before; and nothing waits any more.
  expect(done.headers['set-cookie']?.[0]).toContain(' Max-Age=2592000;');
  expect([browser.cookies.has(step), browser.cookies.has(trusted)]).toEqual([false, false]);
  expect((await browser.open('/second-factor')).words).toContain('There is no sign-in to finish here.');
  const { words } = await browser.open('/account');
  expect(words).toContain('Right password, second step asked for');
  expect(words).not.toContain('Signed in: refused');
});

test('F2: without the tick the session ends with the browser', async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  const done = await browser.submit(page, { code: frozen.code(secret) });
  expect(done.location).toBe('account');
  expect(done.headers['set-cookie']?.[0]).not.toContain('Max-Age');
});

test('F2: a wrong code shows the step again, with its reason and without the code', async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen, { path: '/sign-in?return_to=%2Fapp' });
  for (const [code, status, problem] of [
    ['', 400, 'Fill in the code.'],
    [' ', 400, 'Fill in the code.'],
    ['000000', 403, 'This code is not valid.'],
    ['0000000', 403, 'This code is not valid.'],
    [frozen.code(secret, -2), 403, 'This code is not valid.'],
    [frozen.code(secret, 2), 403, 'This code is not valid.'],
    ['<b>1</b>', 403, 'This code is not valid.'],
    ['9'.repeat(9_000), 403, 'This code is not valid.'],
  ] as const) {
    const refused = await browser.submit(page, { code, trust: 'on' });
    expect([code.slice(0, 9), refused.status, browser.id]).toEqual([code.slice(0, 9), status, '']);
    expect(refused.problems['code']).toContain(problem);
    expect(refused.forms[0]?.values).toEqual({ return_to: '/app', code: '', trust: 'on' });
  }
  expect((await browser.submit(page, { code: frozen.code(secret, 1) })).location).toBe('/app');
});

test.each([
  ['a space in the middle', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ['spaces around it', (code: string) => `\t ${code}\u00a0 `],
  ['a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  [
    'full-width digits',
    (code: string) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  ],
])('a code is taken with %s', async (_how, typed) => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  expect((await browser.submit(page, { code: typed(frozen.code(secret)) })).location).toBe('account');
});

test('F3: a code is good once, also in another browser', async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const [one, other] = [await atSecondStep(frozen), await atSecondStep(frozen)];
  const code = frozen.code(secret);
  const sent = await Promise.all([one, other].map(({ browser, page }) => browser.submit(page, { code })));
  expect(sent.map(({ status }) => status).toSorted()).toEqual([303, 403]);
});

test('F1: a recovery code is typed as it was printed, or without its dashes, and is good once', async () => {
  const frozen = await FrozenServer.start();
  const { codes, browser: own } = await withApp(frozen);
  const [first = '', second = ''] = codes;
  const { browser, page } = await atSecondStep(frozen, { path: '/sign-in?return_to=%2Fapp' });
  expect(page.links).toContain('second-factor?with=recovery&return_to=%2Fapp');
  const recovery = await browser.open('/second-factor?with=recovery&return_to=%2Fapp');
  expect(recovery.words).toContain('Recovery code');
  expect(recovery.text).not.toContain('inputmode');
  expect(recovery.links).toContain('second-factor?return_to=%2Fapp');
  const refused = await browser.submit(recovery, { code: 'abcd-efgh-jkmn-pqrs' });
  expect([refused.status, refused.forms[0]?.values['with']]).toEqual([403, 'recovery']);
  const done = await browser.submit(refused, { code: ` ${first.toUpperCase().replaceAll('-', ' ')} ` });
  expect(done.location).toBe('/app');
  const again = await atSecondStep(frozen);
  expect((await again.browser.submit(again.page, { code: first })).status).toBe(403);
  expect((await again.browser.submit(again.page, { code: second.replaceAll('-', '') })).location).toBe(
    'account',
  );
  const account = await own.open('/account');
  expect(account.words).toContain('8 codes are left.');
  expect(account.words).toContain('Recovery code used');
});

test('a used recovery code, and an app that was set up, are told by mail', async () => {
  const mail = await startMailServer();
  const frozen = await FrozenServer.start(mailingTo(mail));
  const { codes } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  await browser.submit(page, { code: String(codes[0]) });
  const subjects = (await mail.taken(3)).map(({ subject }) => subject);
  expect(subjects).toEqual(expect.arrayContaining(['A second factor was added', 'A recovery code was used']));
});

test('nothing waits without a right password, after ten minutes, or under another cookie', async () => {
  const frozen = await FrozenServer.start();
  const { secret } = await withApp(frozen);
  const stranger = new Browser(frozen.server);
  for (const planted of ['', 'x', 'a'.repeat(26), `${'b'.repeat(26)}.${'c'.repeat(26)}`]) {
    if (planted !== '') stranger.cookies.set(step, planted);
    const page = await stranger.open('/second-factor?return_to=%2Fapp');
    expect([planted, page.status, page.forms]).toEqual([planted, 200, []]);
    expect(page.links).toContain('sign-in?return_to=%2Fapp');
    const sent = await stranger.post('/second-factor', { code: frozen.code(secret) });
    expect([planted, sent.status, sent.forms, stranger.id]).toEqual([planted, 409, [], '']);
  }
  const { browser, page } = await atSecondStep(frozen);
  frozen.pass(tenMinutes - 1);
  expect((await browser.open('/second-factor')).forms).toHaveLength(1);
  frozen.pass(1);
  expect((await browser.open('/second-factor')).words).toContain('It may have taken too long.');
  expect((await browser.submit(page, { code: frozen.code(secret) })).status).toBe(409);
});

test('G16: codes are throttled like passwords', async () => {
  const frozen = await FrozenServer.start({ GATEHOUSE_THROTTLE_ACCOUNT: '3/15m' });
  const { secret } = await withApp(frozen);
  const { browser, page } = await atSecondStep(frozen);
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await browser.submit(page, { code: '000000' })).status);
  expect(statuses.at(-1)).toBe(429);
  const refused = await browser.submit(page, { code: frozen.code(secret) });
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(refused.alert).toContain('There were too many attempts.');
});

test('F3: a code that cannot be checked is not counted by the throttle', async () => {
  const first = await FrozenServer.start();
  await withApp(first);
  await first.server.stop();
  const other = {
    GATEHOUSE_SECRET_KEY: Buffer.alloc(32, 9).toString('base64url'),
    GATEHOUSE_THROTTLE_ACCOUNT: '2/15m',
  };
  const frozen = await FrozenServer.start(other, first.server.file);
  const { browser, page } = await atSecondStep(frozen);
  for (let n = 0; n < 4; n += 1) {
    const { status, text } = await browser.submit(page, { code: '000000' });
    expect([status, text.includes('cannot check codes')]).toEqual([503, true]);
  }
});

test('F2: after a hundred wrong codes only a recovery code is taken, which unlocks the app', async () => {
  const mail = await startMailServer();
  const frozen = await FrozenServer.start({ ...mailingTo(mail), GATEHOUSE_THROTTLE: 'off' });
  const { secret, codes, browser: own } = await withApp(frozen);
  await query(frozen.server, 'UPDATE second_factors SET failures = 99');
  const { browser, page } = await atSecondStep(frozen);
  expect((await browser.submit(page, { code: '000000' })).status).toBe(403);
  const locked = await browser.submit(page, { code: frozen.code(secret) });
  expect([locked.status, locked.problems['code']]).toEqual([
    403,
    'There were too many wrong codes, so those of the app are locked. Use a recovery code or a passkey.',
  ]);
  const account = await own.open('/account');
  for (const words of ['There were too many wrong codes.', 'Codes of the authenticator app locked'])
    expect(account.words).toContain(words);
  const subjects = (await mail.taken(3)).map(({ subject }) => subject);
  expect(subjects).toContain('Your sign-in codes are locked');
  expect((await browser.submit(page, { code: String(codes[0]) })).location).toBe('account');
  const after = await atSecondStep(frozen);
  expect((await after.browser.submit(after.page, { code: frozen.code(secret) })).location).toBe('account');
});

test.skipIf(onPostgres)(
  'F3: with another key codes cannot be checked, and recovery codes go on working',
  async () => {
    const frozen = await FrozenServer.start();
    const { secret, codes } = await withApp(frozen);
    await frozen.server.stop();
    const other = await FrozenServer.start(
      { GATEHOUSE_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') },
      frozen.server.file,
    );
    other.pass(3_600);
    const { browser, page } = await atSecondStep(other);
    const refused = await browser.submit(page, { code: other.code(secret) });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '60']);
    expect(refused.problems['code']).toContain('The server cannot check codes of the app at this moment.');
    expect((await browser.submit(page, { code: String(codes[0]) })).location).toBe('account');
  },
);

test.skipIf(onPostgres)(
  'F3: on SQLite the key is made beside the database, and what to do without it is said',
  async () => {
    const file = join(temporaryFolder(), 'gatehouse.db');
    const frozen = await FrozenServer.start({ GATEHOUSE_SECRET_KEY: '' }, file);
    const { secret, codes } = await withApp(frozen);
    await frozen.server.stop();
    rmSync(`${file}.key`);
    const without = await FrozenServer.start({ GATEHOUSE_SECRET_KEY: '' }, file);
    without.pass(3_600);
    const { browser, page } = await atSecondStep(without);
    expect((await browser.submit(page, { code: without.code(secret) })).status).toBe(503);
    expect(without.server.log.map(({ message }) => message).join()).toMatch(
      /codes of authenticator apps cannot be used/,
    );
    expect((await browser.submit(page, { code: String(codes[0]) })).location).toBe('account');
  },
);

test('a person without a factor is not asked, and neither is one who removed it', async () => {
  const frozen = await FrozenServer.start();
  const { browser } = await withApp(frozen);
  await newcomer(frozen.server, 'joe');
  expect((await signedIn(frozen.server, 'joe')).id).not.toBe('');
  await browser.submit(await browser.open('/account'), {}, 'account/authenticator/remove');
  expect((await signedIn(frozen.server)).id).not.toBe('');
});
