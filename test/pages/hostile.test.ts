/** Forms as no page of ours sends them, and from where no page of ours is (rulings G8, G10, G12, G13 and L6). */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { sendExactly, sendRaw } from '../support/client.ts';
import { rowsOf } from '../support/database.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';
import {
  Browser,
  expectHeaders,
  firefox,
  formType,
  handleOf,
  newcomer,
  pagesOn,
  signedIn,
} from '../support/pages.ts';
import { isAlive, password } from '../support/person.ts';
import { sharedServer, startServer } from '../support/server.ts';

const identifier = 'ada@example.com';
const allowed = 'https://app.example.com';

/** Every route that takes a form. */
const forms = [
  '/sign-in',
  '/register',
  '/sign-out',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/account/confirm',
  '/account/verify',
  '/account/email',
  '/account/password',
  '/account/export',
  '/account/delete',
  '/account/sessions',
  '/account/sessions/abc',
] as const;

const pagesOfForms = forms.filter(
  (path) => !/^\/account\/(?:verify|email|password|export|delete|sessions\/)/.test(path),
);

const shared = sharedServer({ ...pagesOn, GATEHOUSE_THROTTLE: 'off', GATEHOUSE_ALLOWED_ORIGINS: allowed });
let browser: Browser;
beforeEach(async () => {
  const server = shared();
  browser ??= await newcomer(server);
});

/** What there is; nothing that is refused may change it. */
const state = async () => {
  const tables = ['users', 'auth', 'sessions', 'ended', 'tokens', 'devices', 'mails'];
  return Promise.all(
    tables.map(async (table) => (await rowsOf(shared(), table)).map((row) => JSON.stringify(row)).sort()),
  );
};

/** Everything that a form could need: none of it may count where the request is refused. */
const everything = {
  identifier: 'eve@example.com',
  password,
  new_password: 'a whole new one',
  code: 'a'.repeat(26),
};
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
    { numRuns: 300 },
  );
  expect(await state()).toEqual(before);
  expect(shared().log.filter(({ level }) => level === 'error')).toEqual([]);
}, 60_000);

/** The origin and the site of a request; whether it may change something (ruling G13). */
const sites: readonly [string, string, boolean][] = [
  ['own', 'same-origin', true],
  ['own', 'none', true],
  ['own', '', true],
  ['', 'same-origin', true],
  ['', 'none', true],
  ['', '', true],
  [allowed, 'cross-site', true],
  [allowed, '', true],
  ['null', 'same-origin', true],
  ['null', '', false],
  ['null', 'cross-site', false],
  ['own', 'cross-site', false],
  ['own', 'same-site', false],
  ['', 'cross-site', false],
  ['', 'same-site', false],
  ['', 'nonsense', false],
  ['https://evil.example', '', false],
  ['https://evil.example', 'cross-site', false],
  ['https://evil.example', 'same-site', false],
  [`${allowed}.evil.example`, '', false],
  ['http://app.example.com', '', false],
  [`${allowed}/`, '', false],
  ['file://', '', false],
];

test.each(sites)(
  'G13: a form of the origin "%s", site "%s": and whether it is taken: %s',
  async (from, site, isTaken) => {
    const server = shared();
    const origin = from === 'own' ? server.url : from;
    const headers = { origin, 'sec-fetch-site': site };
    const before = await state();
    for (const path of forms) {
      if (isTaken && path !== '/sign-in') continue;
      const sent = await browser.post(path, isTaken ? { identifier, password } : everything, headers);
      if (isTaken) expect([path, sent.status, sent.cookie !== undefined]).toEqual([path, 303, true]);
      else {
        expect([path, sent.status, sent.headers['set-cookie']]).toEqual([path, 403, undefined]);
        expect(sent.alert).toContain('The form was sent from another site, so nothing was done.');
        // Ruling W4: the remedy is named.
        expect(sent.alert).toContain('Host');
      }
    }
    if (!isTaken) expect(await state()).toEqual(before);
  },
);

test('G13: behind a proxy that does not pass on Host, a form is 403, and the log says why', async () => {
  const server = shared();
  const since = server.log.length;
  const headers = { origin: 'https://id.example.com', 'sec-fetch-site': '', host: 'internal:3000' };
  const refused = await new Browser(server).post('/sign-in', { identifier, password }, headers);
  expect(refused.status).toBe(403);
  const entry = server.log
    .slice(since)
    .find(({ message }) => message === 'cross-site request refused')?.entry;
  expect(entry).toMatchObject({ origin: 'https://id.example.com', host: 'internal:3000', path: '/sign-in' });
});

test('G8: other methods are 405 with Allow and a page, and do nothing', async () => {
  const before = await state();
  for (const path of [...forms, '/account', '/account/activity'])
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const headers = { 'content-type': formType, cookie: `session_id=${browser.id}` };
      const answer = await sendExactly(shared().url, { method, path, headers, body: all });
      const allow = ['/account', '/account/activity'].includes(path) ? 'GET, HEAD' : 'GET, HEAD, POST';
      expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, allow]);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expectHeaders(answer);
    }
  for (const path of ['/account', '/account/activity'])
    expect([path, (await browser.post(path, everything)).status]).toEqual([path, 405]);
  expect(await state()).toEqual(before);
});

test('a handle is lower-case letters and digits; whatever else stands there is an unknown path', async () => {
  const own = await handleOf(shared(), browser);
  for (const handle of [
    'A',
    own.toUpperCase(),
    '%61',
    `${own}/`,
    `${own}/x`,
    '..',
    '.',
    ' ',
    '*',
    `${own};x`,
    `${own}%00`,
  ]) {
    const path = `/account/sessions/${handle}`;
    if (handle === ' ') continue;
    expect([path, (await browser.post(path, {})).status]).toEqual([path, 404]);
  }
  // A long one, one of nothing, and names of objects are no sessions.
  for (const handle of ['x'.repeat(10_000), 'undefined', 'null', 'constructor', '0'])
    expect([handle.length, (await browser.post(`/account/sessions/${handle}`, {})).status]).toEqual([
      handle.length,
      404,
    ]);
  expect(
    (await browser.post(`/account/sessions/${own}?all=true`, { all: 'true' }, { cookie: 'session_id=x' }))
      .status,
  ).toBe(401);
  expect(await isAlive(shared(), browser.id)).toBe(true);
});

test('two sign-ins at once make two sessions, two registrations one account', async () => {
  const server = await startServer(pagesOn);
  const twice = (path: string, fields: Record<string, string>) =>
    Promise.all([1, 2].map(() => new Browser(server).post(path, fields)));
  const registered = await twice('/register', { identifier, password });
  expect(registered.map(({ status }) => status).toSorted()).toEqual([303, 409]);
  const [taken] = registered.filter(({ status }) => status === 409);
  expect(taken?.problems).toEqual({
    identifier: expect.stringContaining('There is an account with this name.'),
  });
  const entered = await twice('/sign-in', { identifier, password });
  expect(entered.map(({ status }) => status)).toEqual([303, 303]);
  expect(new Set(entered.map(({ cookie }) => cookie)).size).toBe(2);
  expect((await rowsOf(server, 'sessions')).length).toBe(3);
});

test('of several resets, and of several confirmations of an address, with one code exactly one wins', async () => {
  const mail = await startMailServer();
  const server = await startServer({ ...pagesOn, ...mailingTo(mail) });
  await newcomer(server);
  const [{ token: verification } = { token: '' }] = await mail.taken(1);
  await new Browser(server).fill('/forgot-password', { identifier });
  const [{ token: code } = { token: '' }] = await mail.taken(1);
  const words = ['the first new one', 'the second new one', 'the third new one', 'the fourth new one'];
  const verified = await Promise.all(
    words.map(() => new Browser(server).post('/verify-email', { code: verification })),
  );
  expect(verified.map(({ status }) => status).toSorted()).toEqual([303, 400, 400, 400]);
  const answers = await Promise.all(
    words.map((word) => new Browser(server).post('/reset-password', { code, new_password: word })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400, 400, 400]);
  const won = words[answers.findIndex(({ status }) => status === 303)];
  for (const word of words) {
    const sent = await new Browser(server).post('/sign-in', { identifier, password: word });
    expect([word, sent.status]).toEqual([word, word === won ? 303 : 401]);
  }
});

test('a session id that a client brings is never taken over', async () => {
  const planted = 'p'.repeat(26);
  const client = new Browser(shared());
  for (const cookie of [`session_id=${planted}`, `session_id=${planted}; session_id=${'q'.repeat(26)}`]) {
    const sent = await client.post('/sign-in', { identifier, password, session_id: planted }, { cookie });
    expect([sent.status, sent.cookie]).toEqual([303, expect.stringMatching(/^[a-z0-9]{26}$/)]);
    expect(sent.cookie).not.toBe(planted);
  }
  expect(await isAlive(shared(), planted)).toBe(false);
});

test('the pages work with no header of a browser at all', async () => {
  const bare = {
    'user-agent': '',
    origin: '',
    'sec-fetch-site': '',
    'sec-fetch-mode': '',
    'sec-fetch-dest': '',
  };
  const client = new Browser(shared(), bare);
  const sent = await client.post('/sign-in', { identifier, password }, bare);
  expect([sent.status, sent.location]).toEqual([303, 'account']);
  const page = await client.open('/account', { 'user-agent': '' });
  expect([page.status, page.words.includes('Unknown device')]).toEqual([200, true]);
  expect((await signedIn(shared(), identifier, { 'user-agent': firefox })).id).not.toBe('');
});
