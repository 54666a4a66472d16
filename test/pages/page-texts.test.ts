/** What is written on the pages: in which language, and nothing that people or clients could make markup of (ruling L7). */

import { expect, test } from 'vitest';
import { query } from '../support/database.ts';
import { Browser, firefox, newcomer, pagesOn, signedIn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { startServer } from '../support/server.ts';

const identifier = 'ada@example.com';

async function start(environment: Record<string, string> = {}) {
  const server = await startServer({ ...pagesOn, ...environment });
  return { server, browser: await newcomer(server) };
}

const confirm = (browser: Browser, section = 'data') =>
  browser.fill(`/account/confirm?section=${section}`, { password });

test('a section that is unknown, or text with markup, leads to the first part of the page', async () => {
  const { browser } = await start();
  for (const section of ['', 'nothing', '"><b>x', '__proto__', 'constructor', 'delete"'])
    for (const sent of [
      await confirm(browser, encodeURIComponent(section)),
      await browser.post('/account/confirm', { password, section }),
    ])
      expect([section, sent.status, sent.location]).toEqual([
        section,
        303,
        '../account?done=confirmed#profile',
      ]);
});

test('only known names of what was done are shown', async () => {
  const { browser } = await start();
  for (const name of ['signed_out', 'account_deleted', 'confirmed', 'password_changed'])
    for (const path of ['/sign-in', '/account'])
      expect((await browser.open(`${path}?done=${name}`)).text).toContain('<p class="notice" role="status">');
  for (const name of ['x', '<b>', '"><script>', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])
    for (const path of ['/account', '/forgot-password']) {
      const page = await browser.open(`${path}?done=${encodeURIComponent(name)}`);
      expect([name, page.status, page.notice]).toEqual([name, 200, '']);
    }
});

test('texts come in the language of the browser, and in that of the setting where there is none', async () => {
  const { server } = await start();
  for (const [header, language, words] of [
    ['de', 'de', 'Anmelden'],
    ['de-AT,de;q=0.9,en;q=0.5', 'de', 'Anmelden'],
    ['fr,de;q=0.5', 'de', 'Anmelden'],
    ['fr', 'en', 'Sign in'],
    ['*', 'en', 'Sign in'],
    ['en-GB,de;q=0.9', 'en', 'Sign in'],
    ['<b>"', 'en', 'Sign in'],
    [`${'x'.repeat(7_000)},de`, 'en', 'Sign in'],
  ] as const) {
    const page = await new Browser(server, { 'accept-language': header }).open('/sign-in');
    expect([header.slice(0, 40), page.text.includes(`<html lang="${language}">`)]).toEqual([
      header.slice(0, 40),
      true,
    ]);
    expect(page.words).toContain(words);
  }
  const german = new Browser(server, { 'accept-language': 'de' });
  const wrong = await german.fill('/sign-in', { identifier, password: 'not my password' });
  expect([wrong.status, wrong.text.includes('<html lang="de">')]).toEqual([401, true]);
  await german.fill('/sign-in', { identifier, password });
  const account = await german.open('/account');
  expect(account.words).not.toMatch(/Your account|Sign out|Network|Password /);
  expect((await german.open('/account/nothing')).text).toContain('<html lang="de">');
  const inGerman = await startServer({ ...pagesOn, GATEHOUSE_LANGUAGE: 'de' });
  expect((await new Browser(inGerman).open('/sign-in')).text).toContain('<html lang="de">');
});

test('markup in whatever people and clients can write is text on the page', async () => {
  const nasty = `a'b&lt;{x}@example.com`;
  const { server } = await start();
  const named = await newcomer(server, `o'neil&b{x}=y@example.com`);
  expect((await named.open('/account')).text).toContain('o&#39;neil&amp;b{x}=y@example.com');
  // A name with more markup does not exist (ruling G3), and comes back as it was typed.
  for (const name of [
    nasty,
    '<img src=x onerror=alert(1)>',
    `" autofocus onfocus="x`,
    '</title><script>x</script>',
    '{{x}}',
    '\u202etxt',
  ])
    for (const path of ['/sign-in', '/register']) {
      const refused = await new Browser(server).fill(path, { identifier: name, password: 'short' });
      expect([path, refused.forms[0]?.values['identifier']]).toEqual([path, name]);
      expect(refused.forms[0]?.names.filter((one) => one === 'identifier')).toHaveLength(1);
    }
  // A device has a name of known words; one in the database is shown as text all the same.
  await newcomer(server, 'joe', { 'user-agent': '<script>alert(1)</script> Firefox/1 "><b>' });
  await query(server, `UPDATE sessions SET device = '<b>"x'' & y</b>', network = '<i>net</i>'`);
  await query(server, `UPDATE users SET email = '<u>@example.com' WHERE email IS NOT NULL`);
  const joe = await signedIn(server, 'joe', { 'user-agent': firefox });
  const { text } = await joe.open('/account');
  expect(text).toContain('&lt;b&gt;&quot;x&#39; &amp; y&lt;/b&gt;');
  expect(text).toContain('&lt;i&gt;net&lt;/i&gt;');
  expect(text).not.toMatch(/<b>|<i>|<u>|<script/);
});

test('a network has the form of an address, whatever a header says', async () => {
  const server = await startServer({ ...pagesOn, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8' });
  const client = await newcomer(server, identifier, { 'x-forwarded-for': '<b>1</b>' });
  for (const address of [
    '203.0.113.7',
    '2001:db8::1',
    '"><i>x</i>, 203.0.113.8',
    '<script>',
    '203.0.113.9<b>',
  ])
    await client.fill('/sign-in', { identifier, password }, undefined, { 'x-forwarded-for': address });
  const { words, text } = await client.open('/account');
  const networks = [...words.matchAll(/Network ([^ ,]*)/g)].map(([, network]) => network);
  expect(new Set(networks)).toEqual(new Set(['127.0.0.1', '203.0.113.7', '2001:db8::/64', '203.0.113.8']));
  expect(text).not.toMatch(/<b>|<i>|<script/);
});

test('every id stands once on a page, and every field has its label', async () => {
  const { server, browser } = await start({ GATEHOUSE_REGISTRATION: 'open' });
  const problems = await browser.submit(await browser.open('/account'), {}, 'account/password');
  const pages = [problems, await browser.open('/account'), await browser.open('/account/confirm')];
  for (const path of ['/sign-in', '/register', '/forgot-password', '/reset-password', '/verify-email'])
    pages.push(await new Browser(server).open(path), await new Browser(server).post(path, {}));
  for (const { at, text } of pages) {
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect([at, ids.length]).toEqual([at, new Set(ids).size]);
    const fields = [...text.matchAll(/<input id="([^"]*)"/g)].map(([, id]) => id);
    const labels = [...text.matchAll(/<label for="([^"]*)"/g)].map(([, id]) => id);
    for (const id of fields) expect([at, labels.includes(id)]).toEqual([at, true]);
    for (const [, described = ''] of text.matchAll(/aria-(?:describedby|labelledby)="([^"]*)"/g))
      for (const id of described.split(' ')) expect([at, id, ids.includes(id)]).toEqual([at, id, true]);
    expect((text.match(/ autofocus/g) ?? []).length).toBeLessThanOrEqual(1);
  }
});
