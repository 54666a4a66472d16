/** Forms as no page of ours sends them (rulings G8, G10 and L6). */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { sendRaw } from '../support/client.ts';
import { isFull } from '../support/length.ts';
import { contentOf, everything, forms, pagesOfForms } from '../support/page-forms.ts';
import { Browser, formType, newcomer, pagesOn } from '../support/pages.ts';
import { password } from '../support/person.ts';
import { sharedServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';

const shared = sharedServer({ ...pagesOn, GATEHOUSE_THROTTLE: 'off', GATEHOUSE_ALLOWED_ORIGINS: allowed });
let browser: Browser;
beforeEach(async () => {
  const server = shared();
  browser ??= await newcomer(server);
});

const state = () => contentOf(shared());

const all = new URLSearchParams(everything).toString();

test.each([
  ['JSON', 'application/json', JSON.stringify(everything)],
  [
    'several parts',
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nx\r\n--x--',
  ],
  ['plain text', 'text/plain', 'identifier=eve'],
  ['no type', '', all],
  ['another character set', `${formType}; charset=iso-8859-1`, all],
  ['a type that begins alike', `${formType}x`, all],
])('G8, L6: a form as %s is 415 with a page', async (_, type, body) => {
  const before = await state();
  for (const path of forms) {
    const refused = await browser.postBody(path, body, { 'content-type': type });
    expect([path, refused.status, refused.headers['set-cookie']]).toEqual([path, 415, undefined]);
    expect(refused.alert).toContain('application/x-www-form-urlencoded');
  }
  expect(await state()).toEqual(before);
});

test('G10: a form with a Content-Encoding is 415 with a page', async () => {
  const before = await state();
  for (const path of forms)
    for (const [encoding, body] of [
      ['gzip', gzipSync(all)],
      ['br', all],
      ['identity, gzip', all],
    ] as const) {
      const refused = await browser.postBody(path, body, { 'content-encoding': encoding });
      expect([path, encoding, refused.status]).toEqual([path, encoding, 415]);
      expect(refused.alert).not.toBe('');
    }
  expect(await state()).toEqual(before);
  const plain = await new Browser(shared()).post(
    '/sign-in',
    { identifier, password },
    { 'content-encoding': 'identity' },
  );
  expect(plain.status).toBe(303);
});

test.each<[string, string | Uint8Array]>([
  ['a field twice', 'password=a&password=b'],
  ['a field that no page has, twice', 'x=a&x=a'],
  ['a field twice, once escaped', 'password=a&p%61ssword=b'],
  ['a percent sign alone', 'password=100%'],
  ['half an escape', 'password=%4'],
  ['an escaped byte that UTF-8 does not have', 'password=%ff'],
  ['an escaped surrogate', 'password=%ed%a0%80'],
  ['bytes of another encoding', Buffer.from('identifier=andr\u00e9', 'latin1')],
  ['random bytes', Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 0x3d, 0x26, 0xc0])],
  ['U+0000', 'identifier=a%00b'],
  ['U+0000 in a name', 'pass%00word=x'],
  ['a hidden field twice', 'return_to=/a&return_to=//evil.example'],
  ['a box twice', 'remember=on&remember=on'],
])('L6: a form with %s is 400 with a page', async (_, body) => {
  const before = await state();
  for (const path of forms) {
    const refused = await browser.postBody(path, body);
    expect([path, refused.status, refused.headers['set-cookie']]).toEqual([path, 400, undefined]);
    expect(refused.alert).toContain('The form did not arrive as it was sent.');
  }
  expect(await state()).toEqual(before);
});

test('a form that is empty, or has other fields, is 400 with a sentence beside each field that is missing', async () => {
  for (const [path, problems] of [
    ['/sign-in', { identifier: 'Fill in the name of your account.', password: 'Fill in the password.' }],
    ['/register', { identifier: 'Fill in the name of your account.', password: 'Fill in the password.' }],
    ['/forgot-password', { identifier: 'Fill in the name of your account.' }],
    ['/reset-password', { code: 'Fill in the code.', new_password: 'Choose a new password.' }],
    ['/verify-email', { code: 'Fill in the code.' }],
    ['/account/confirm', { password: 'Fill in the password.' }],
    ['/account/delete', { 'delete-password': 'Fill in the password.' }],
  ] as const)
    for (const body of [
      '',
      '&&&',
      'identifier=&password=&new_password=&code=',
      'identifier=+%09&code=+',
      'x=1',
      'Password=x',
    ])
      if (path !== '/register' || !body.includes('Password')) {
        const refused = await browser.postBody(path, body);
        expect([path, body, refused.status, refused.problems]).toEqual([path, body, 400, problems]);
        expect(refused.alert).toBe('');
      }
});

test('the names of what every object has are fields like any other, and none of ours', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
  for (const path of pagesOfForms) {
    const body = names.map((name) => `${name}=identifier&${name}%5Bpassword%5D=x`).join('&');
    const sent = await new Browser(shared()).postBody(path, body);
    expect([path, [303, 400, 401].includes(sent.status)]).toEqual([path, true]);
    expect((await new Browser(shared()).postBody(path, '__proto__=a&__proto__=b')).status).toBe(400);
  }
  expect(Object.hasOwn(Object.prototype, 'password')).toBe(false);
});

test('G10: a form of 16 KiB is read, one more byte is 413 with a page', async () => {
  for (const path of pagesOfForms) {
    const client = path.startsWith('/account') ? browser : new Browser(shared());
    const ofLength = (length: number) => `x=${'x'.repeat(length - 2)}`;
    const read = await client.postBody(path, ofLength(maxBodyBytes));
    expect([path, [303, 400].includes(read.status)]).toEqual([path, true]);
    const larger = await client.postBody(path, ofLength(maxBodyBytes + 1));
    expect([path, larger.status, larger.headers.connection]).toEqual([path, 413, 'close']);
    expect(larger.alert).toBe('The form is too large: 16 KiB is the most.');
  }
  // An identifier that fills the form comes back in it, and nothing of it is kept.
  const name = 'x'.repeat(maxBodyBytes - 'identifier=&password=x'.length);
  const back = await new Browser(shared()).postBody('/sign-in', `identifier=${name}&password=x`);
  expect([back.status, back.forms[0]?.values['identifier']]).toEqual([401, name]);
});

test('a body of a hundred thousand fields is 413, whether its length is known or not', async () => {
  const body = Array.from({ length: 100_000 }, (_, n) => `a${n}=b`).join('&');
  const started = performance.now();
  expect((await new Browser(shared()).postBody('/sign-in', body)).status).toBe(413);
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const head = `POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: ${formType}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
  expect(await sendRaw(shared().url, head + chunk)).toMatch(/^HTTP\/1\.1 413 /);
  // As many as fit are read at once.
  const fitting = Array.from({ length: 2_300 }, (_, n) => `a${n}=b`)
    .join('&')
    .slice(0, maxBodyBytes);
  expect((await new Browser(shared()).postBody('/sign-in', fitting)).status).toBe(400);
  expect((await new Browser(shared()).postBody('/sign-in', '&'.repeat(maxBodyBytes))).status).toBe(400);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each([
  'a\r\nSet-Cookie: x=y',
  'a\nb',
  '\r\n\r\n<script>',
  '\u2028\u2029',
  '\u0085',
  '\ufeff',
  '\ud83d\ude00',
])(
  'line breaks and other controls in every field (%j) change no header, and come back as text',
  async (nasty) => {
    for (const path of forms) {
      const fields = {
        identifier: nasty,
        password: nasty,
        new_password: nasty,
        code: nasty,
        return_to: nasty,
        section: nasty,
        remember: nasty,
      };
      const client = path.startsWith('/account') ? browser : new Browser(shared());
      const sent = await client.post(path === '/account/export' ? '/sign-in' : path, fields);
      expect([path, sent.headers['x']]).toEqual([path, undefined]);
      expect(`${sent.location}`).not.toMatch(/[\r\n]|script|x=y/);
      for (const line of sent.headers['set-cookie'] ?? [])
        expect(line).toMatch(/^(?:session_id|__Host-gatehouse_device)=/);
      // A sign-out is one that works.
      if (path === '/sign-out') expect(sent.status).toBe(303);
    }
  },
);

test('arbitrary fields are answered with a page, change nothing, and break nothing', async () => {
  const before = await state();
  const name = fc.constantFrom(
    'identifier',
    'password',
    'new_password',
    'code',
    'return_to',
    'section',
    'remember',
    '',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('on', 'account', '../', '"><b>'),
  );
  const bodies = fc.oneof(
    fc
      .array(fc.tuple(name, text), { maxLength: 6 })
      .map((pairs) => new URLSearchParams(pairs.map(([a, b]) => [a, b.toWellFormed()])).toString()),
    fc.string({ unit: 'binary-ascii', maxLength: 100 }),
    fc.uint8Array({ maxLength: 200 }),
  );
  const path = fc.constantFrom(
    '/sign-in',
    '/register',
    '/reset-password',
    '/verify-email',
    '/account/confirm',
    '/account/delete',
    '/account/password',
    '/account/sessions/x',
  );
  await fc.assert(
    fc.asyncProperty(path, bodies, async (at, body) => {
      const sent = await browser.postBody(at, body);
      expect([at, sent.status >= 400 && sent.status < 500, sent.headers['set-cookie']]).toEqual([
        at,
        true,
        undefined,
      ]);
      expect(sent.text).toMatch(/^<!DOCTYPE html>/);
    }),
    { numRuns: isFull ? 300 : 100 },
  );
  expect(await state()).toEqual(before);
  expect(shared().log.filter(({ level }) => level === 'error')).toEqual([]);
}, 120_000);
