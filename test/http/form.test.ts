/** Forms of pages: what is read, what is refused, and refusals that bring their page (rulings G8 and G10). */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { type Asked, sendExactly } from '../support/client.ts';
import { formServer, textReply } from '../support/form-server.ts';

const type = 'application/x-www-form-urlencoded';

const sent = (
  url: string,
  body: string | Uint8Array,
  headers: NonNullable<Asked['headers']> = { 'content-type': type },
  path = '/form',
) => sendExactly(url, { method: 'POST', path, headers, body });

test.each([
  type,
  'Application/X-WWW-Form-Urlencoded',
  `${type}; charset=utf-8`,
  `${type};charset=UTF-8`,
  `${type} ; CHARSET="utf-8"`,
])('G10: a form of the type %s is read', async (written) => {
  const { url } = await formServer();
  const answer = await sent(url, 'identifier=joe', { 'content-type': written });
  expect([answer.status, answer.json]).toEqual([200, [['identifier', 'joe']]]);
});

test.each([
  '',
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  `x${type}`,
  `${type}2`,
  `${type}; charset=iso-8859-1`,
  `${type}; charset=utf-8; charset=utf-16`,
  `${type}, text/plain`,
])('G10: a form of the type "%s" is 415', async (written) => {
  const { url } = await formServer();
  expect((await sent(url, 'identifier=joe', { 'content-type': written })).status).toBe(415);
});

test('G10: a form without a type, or with two, is 415', async () => {
  const { url } = await formServer();
  expect((await sent(url, 'identifier=joe', {})).status).toBe(415);
  expect((await sent(url, 'identifier=joe', { 'content-type': [type, 'text/plain'] })).status).toBe(415);
});

test.each(['gzip', 'br', 'identity, gzip', 'nonsense'])(
  'G10: a form encoded as %s is 415',
  async (encoding) => {
    const { url } = await formServer();
    const headers = { 'content-type': type, 'content-encoding': encoding };
    expect((await sent(url, gzipSync('identifier=joe'), headers)).status).toBe(415);
    expect((await sent(url, 'identifier=joe', headers)).status).toBe(415);
  },
);

test.each<[string, string | Uint8Array, [string, string][]]>([
  ['nothing', '', []],
  ['no pair', '&&', []],
  ['a field without a value', 'remember=&code', ['remember', 'code'].map((name) => [name, ''])],
  ['a value with an equals sign', 'code=a=b', [['code', 'a=b']]],
  ['a plus and an escaped one', 'a+b=c+d%2B+', [['a b', 'c d+ ']]],
  ['escapes in any case', 'name=%c3%A9%E2%82%AC', [['name', 'é€']]],
  ['letters that are not escaped', 'name=é€😀', [['name', 'é€😀']]],
  ['line breaks of a browser', 'name=a%0D%0Ab', [['name', 'a\r\nb']]],
  ['brackets', 'a%5B%5D=1&a%5Bb%5D=2', Object.entries({ 'a[]': '1', 'a[b]': '2' })],
  ['markup', 'name=%3Cb%3E%26amp%3B', [['name', '<b>&amp;']]],
  ['a semicolon', 'a=1;b=2', [['a', '1;b=2']]],
])('a form with %s is read as the URL standard says', async (_, body, fields) => {
  const { url } = await formServer();
  const answer = await sent(url, body);
  expect([answer.status, answer.json]).toEqual([200, fields]);
});

test('the names of what every object has are names like any other', async () => {
  const { url } = await formServer();
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const answer = await sent(url, names.map((name) => `${name}=x`).join('&'));
  expect(answer.json).toEqual(names.map((name) => [name, 'x']));
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  expect((await sent(url, '__proto__=a&__proto__=b')).status).toBe(400);
});

test.each<[string, string | Uint8Array]>([
  ['a name that occurs twice', 'password=a&password=b'],
  ['a name that occurs twice with the same value', 'password=a&password=a'],
  ['a name that occurs twice, once escaped', 'password=a&p%61ssword=b'],
  ['a percent sign alone', 'password=100%'],
  ['half an escape', 'password=%4'],
  ['an escape that is none', 'password=%zz'],
  ['an escape that is none in a name', 'pass%word=x'],
  ['an escaped byte that UTF-8 does not have', 'password=%ff'],
  ['an escaped sequence that ends early', 'password=%e2%82'],
  ['an escaped overlong form', 'password=%c0%af'],
  ['an escaped surrogate', 'password=%ed%a0%80'],
  ['a byte that UTF-8 does not have', Buffer.from('password=\u00ff', 'latin1')],
  ['a sequence that ends early', Buffer.from([0x61, 0x3d, 0xe2, 0x82])],
  ['an escaped U+0000 in a value', 'password=a%00b'],
  ['U+0000 in a value', 'password=a\0b'],
  ['U+0000 in a name', 'pass%00word=x'],
])('a form with %s is 400', async (_, body) => {
  const { url } = await formServer();
  expect((await sent(url, body)).status).toBe(400);
});

test('G10: a form of 16 KiB is read, one more byte is 413', async () => {
  const { url } = await formServer();
  const at = (length: number) => `a=${'x'.repeat(length - 2)}`;
  expect((await sent(url, at(maxBodyBytes))).status).toBe(200);
  const more = await sent(url, at(maxBodyBytes + 1));
  expect([more.status, more.headers.connection]).toEqual([413, 'close']);
});

test('whatever a browser can write into a form is read as it was meant', async () => {
  const { url } = await formServer();
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\0', ''));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name }), async (pairs) => {
      const answer = await sent(url, new URLSearchParams(pairs).toString());
      expect(answer.status).toBe(200);
      // An object lists names that are numbers first.
      expect(new Map(answer.json as never)).toEqual(new Map(pairs));
    }),
    { numRuns: 200 },
  );
});

test('a refusal that brings a page is sent as that page, with its status and the headers of the refusal', async () => {
  const reply = { ...textReply(429, '<p>Too many attempts</p>') };
  const page = { ...reply, headers: { ...reply.headers, 'content-security-policy': "default-src 'none'" } };
  const { url, reported } = await formServer({
    refusal: { refused: 'too_many_attempts', retryAfterSeconds: 7, reply: page },
    headers: { 'set-cookie': 'session_id=; Max-Age=0; Path=/' },
  });
  const answer = await sent(url, '', undefined, '/refused');
  expect([answer.status, answer.text, answer.cookie]).toEqual([429, '<p>Too many attempts</p>', '']);
  expect(answer.headers).toMatchObject({
    'retry-after': '7',
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
  });
  expect(reported).toEqual([{ audit: expect.objectContaining({ outcome: 'too_many_attempts' }) }]);
  expect(JSON.stringify(reported)).not.toContain('<p>');
});

test('a refusal without a page is worded by the contract, which knows its name, its wait and the request', async () => {
  const { url } = await formServer({
    refusal: { refused: 'overloaded', retryAfterSeconds: 3 },
    headers: { 'set-cookie': 'session_id=; Max-Age=0; Path=/' },
  });
  const headers = { 'content-type': type, 'accept-language': 'de' };
  const answer = await sent(url, '', headers, '/refused');
  expect([answer.status, answer.text, answer.cookie, answer.headers['retry-after']]).toEqual([
    503,
    'Too many logins at once, try again later|overloaded|3|de|36',
    '',
    '3',
  ]);
  const malformed = await sent(url, 'a=%', headers);
  expect(malformed.text).toContain('|malformed_body||de|36');
});

test('the rate of refusals that bring a page is limited like that of all others', async () => {
  const { url } = await formServer({
    refusal: { refused: 'wrong_password', user: { id: 'u' }, reply: textReply(403, 'page') },
  });
  const startMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 200 }, () => sent(url, '', undefined, '/refused')));
  expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(
    Array.from({ length: 200 }, () => '403 page'),
  );
  // Twenty at once, then twenty every ten milliseconds.
  expect(performance.now() - startMs).toBeGreaterThan(80);
});
