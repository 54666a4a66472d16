/** Why a browser would drop a cookie: every reason, and the lines that come close to one. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cookieLines } from '../../src/cli/commands/doctor.ts';
import { readLine } from '../../src/cli/doctor/cookie/set-cookie-line.ts';
import { judge } from '../../src/cli/doctor/cookie/verdict.ts';

const now = Date.UTC(2026, 10, 22, 8);
const app = 'https://app.example.com/auth/login';
const good = 'Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000';

const judged = (line: string, url = app, page?: string) =>
  judge(line, new URL(url), page === undefined ? undefined : new URL(page), now);

const big = (bytes: number) => `a=${'x'.repeat(bytes - 1)}`;

/** A line, where it came from, and the words of the reason; without a reason it is kept. */
const lines: readonly [why: string, line: string, url: string, reason?: string][] = [
  ['what Gatehouse sets', `session_id=1; ${good}`, app],
  ['Secure over plain HTTP', 'a=1; Secure', 'http://app.example.com/', 'plain HTTP'],
  ['Secure over plain HTTP to an address', 'a=1; Secure', 'http://192.168.0.1/', 'plain HTTP'],
  ['Secure over plain HTTP to this machine', 'a=1; Secure', 'http://localhost:3000/'],
  ['Secure over plain HTTP to this machine by name', 'a=1; Secure', 'http://app.localhost/'],
  ['Secure over plain HTTP to this machine by address', 'a=1; Secure', 'http://127.0.0.1:3000/'],
  ['Secure over plain HTTP to this machine by IPv6', 'a=1; Secure', 'http://[::1]:3000/'],
  ['a name that only begins like this machine', 'a=1; Secure', 'http://localhost.example.com/', 'plain HTTP'],
  ['no Secure over plain HTTP', 'a=1', 'http://app.example.com/'],
  ['SameSite=None without Secure', 'a=1; SameSite=None', app, 'SameSite=None needs Secure'],
  ['SameSite=none in other letters', 'a=1; samesite=nOnE', app, 'SameSite=None needs Secure'],
  ['SameSite=None with Secure', 'a=1; SameSite=None; Secure', app],
  ['the last SameSite counts', 'a=1; SameSite=None; SameSite=Lax', app],
  ['an unknown SameSite', 'a=1; SameSite=Sometimes', app],
  ['Partitioned without Secure', 'a=1; Partitioned', app, 'Partitioned needs Secure'],
  ['Partitioned with Secure', 'a=1; Partitioned; Secure', app],
  ['__Secure- without Secure', '__Secure-a=1', app, '__Secure- needs Secure'],
  ['__Secure- with Secure', '__Secure-a=1; Secure; Domain=example.com', app],
  ['__secure- in other letters', '__sEcUrE-a=1', app, '__sEcUrE- needs Secure'],
  ['__Host- as it should be', '__Host-a=1; Secure; Path=/', app],
  ['__Host- without Secure', '__Host-a=1; Path=/', app, '__Host- needs Secure'],
  ['__Host- with a Domain', '__Host-a=1; Secure; Path=/; Domain=app.example.com', app, 'allows no Domain'],
  ['__Host- without a Path', '__Host-a=1; Secure', app, '__Host- needs Path=/'],
  ['__Host- with another Path', '__Host-a=1; Secure; Path=/auth', app, '__Host- needs Path=/'],
  ['__HOST- in other letters', '__HOST-a=1; Secure', app, '__HOST- needs Path=/'],
  ['__Http- without HttpOnly', '__Http-a=1; Secure', app, '__Http- needs HttpOnly'],
  ['__Http- as it should be', '__Http-a=1; Secure; HttpOnly', app],
  ['__Host-Http- without HttpOnly', '__Host-Http-a=1; Secure; Path=/', app, '__Host-Http- needs HttpOnly'],
  ['__Host-Http- as it should be', '__Host-Http-a=1; Secure; Path=/; HttpOnly', app],
  ['a value that looks like a prefix', '=__Host-a=1; Secure; Path=/', app, 'looks like a name with a prefix'],
  ['a prefix further inside', 'a__Host-=1', app],
  ['the own Domain', 'a=1; Domain=app.example.com', app],
  ['the own Domain with a dot', 'a=1; Domain=.app.example.com', app],
  ['the own Domain in other letters', 'a=1; Domain=APP.Example.com', app],
  ['the Domain above', 'a=1; Domain=example.com', app],
  ['an empty Domain', 'a=1; Domain=', app],
  ['another Domain', 'a=1; Domain=example.org', app, 'does not belong to'],
  ['a Domain below', 'a=1; Domain=www.app.example.com', app, 'does not belong to'],
  ['a Domain beside', 'a=1; Domain=api.example.com', app, 'does not belong to'],
  ['half a label', 'a=1; Domain=ample.com', app, 'does not belong to'],
  ['a port in the Domain', 'a=1; Domain=app.example.com:443', app, 'does not belong to'],
  ['a whole address as Domain', 'a=1; Domain=https://app.example.com', app, 'does not belong to'],
  ['a top-level Domain', 'a=1; Domain=com', app, 'different owners register names'],
  ['a public suffix', 'a=1; Domain=co.uk', 'https://app.co.uk/', 'different owners register names'],
  [
    'a public suffix of a company',
    'a=1; Domain=github.io',
    'https://app.github.io/',
    'different owners register names',
  ],
  ['a name below that suffix', 'a=1; Domain=app.github.io', 'https://www.app.github.io/'],
  [
    'a public suffix by a wildcard',
    'a=1; Domain=example.ck',
    'https://app.example.ck/',
    'different owners register names',
  ],
  ['the exception from that wildcard', 'a=1; Domain=www.ck', 'https://app.www.ck/'],
  ['the exception from a longer wildcard', 'a=1; Domain=city.kawasaki.jp', 'https://www.city.kawasaki.jp/'],
  ['what only looks like a public suffix', 'a=1; Domain=or.zz', 'https://app.or.zz/'],
  ['a Domain for localhost', 'a=1; Domain=localhost', 'http://localhost:3000/'],
  [
    'a Domain below localhost',
    'a=1; Domain=localhost',
    'http://app.localhost/',
    'different owners register names',
  ],
  ['the own IP address', 'a=1; Domain=192.168.0.1', 'http://192.168.0.1/'],
  ['a part of an IP address', 'a=1; Domain=0.1', 'http://192.168.0.1/', 'has no domains'],
  ['a Domain for IPv6', 'a=1; Domain=example.com', 'http://[2001:db8::1]/', 'has no domains'],
  ['a Domain that is not ASCII', 'a=1; Domain=bücher.example', 'https://xn--bcher-kva.example/', 'not ASCII'],
  ['4096 bytes', `${big(4_096)}`, app],
  ['4097 bytes', `${big(4_097)}`, app, '4097 bytes'],
  ['bytes, not characters', `a=${'é'.repeat(2_048)}`, app, '4097 bytes'],
  ['attributes do not count', `${big(4_096)}; ${good}`, app],
  ['nothing', '', app, 'neither a name nor a value'],
  ['nothing but attributes', '; Secure', app, 'neither a name nor a value'],
  ['nothing but an equals sign', ' = ; Secure', app, 'neither a name nor a value'],
  ['a value without a name', 'alone', app],
  ['a name without a value', 'a=', app],
  ['a control character', 'a=1\u0001; Path=/', app, 'control character'],
  ['a control character in an attribute', 'a=1; Path=/\u007f', app, 'control character'],
  ['a NUL', 'a=\0', app, 'control character'],
  ['a tab', 'a=1;\tPath=/', app],
  ['what the grammar forbids and browsers keep', 'a b="c, d" é; Path=/', app],
  ['Path without a slash', 'a=1; Path=auth', app],
  ['Path elsewhere', 'a=1; Path=/elsewhere', app],
];

test.each(lines)('%s', (_why, line, url, reason) => {
  const { verdict, reasons } = judged(line, url);
  expect(reasons).toHaveLength(reason === undefined ? 0 : 1);
  if (reason !== undefined) expect(reasons[0]).toContain(reason);
  expect(verdict).toBe(reason === undefined ? 'kept' : 'dropped');
});

test('all reasons are given at once', () => {
  const { reasons } = judged('__Host-a=1; SameSite=None; Domain=example.org; Partitioned');
  expect(reasons).toHaveLength(6);
});

test.each([
  ['Max-Age=0', 'removed'],
  ['Max-Age=-1', 'removed'],
  ['Max-Age=1', 'kept'],
  ['Max-Age=never', 'kept'],
  ['Max-Age=', 'kept'],
  ['Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'removed'],
  ['Expires=Sun, 22-Nov-26 07:59:59 GMT', 'removed'],
  ['Expires=Sun, 22 Nov 2026 08:00:01 GMT', 'kept'],
  ['Expires=yesterday', 'kept'],
  ['Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', 'kept'],
  ['Expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=0', 'removed'],
])('an end: %s is %s', (attributes, verdict) => {
  expect(judged(`a=1; ${attributes}; Secure`).verdict).toBe(verdict);
});

test.each([
  ['the same page', 'https://app.example.com/', 'SameSite=Strict', undefined],
  ['a page of the same site', 'https://www.example.com/', 'SameSite=Strict', undefined],
  ['another site, Lax', 'https://example.org/', 'SameSite=Lax', 'of another site'],
  ['another site, Strict', 'https://example.org/', 'SameSite=Strict', 'of another site'],
  ['another site, nothing said', 'https://example.org/', 'HttpOnly', 'Without SameSite=None'],
  ['another site, None', 'https://example.org/', 'SameSite=None', undefined],
  ['the same host over plain HTTP', 'http://app.example.com/', 'SameSite=Lax', 'of another site'],
  ['another port of the same host', 'https://app.example.com:8443/', 'SameSite=Lax', undefined],
  ['this machine, for a server elsewhere', 'http://localhost:5173/', 'SameSite=Lax', 'of another site'],
])('asked by %s', (_who, page, attribute, reason) => {
  const { reasons, notes } = judged(`a=1; Secure; ${attribute}`, app, page);
  expect(reasons.join()).toContain(reason ?? '');
  expect(reasons).toHaveLength(reason ? 1 : 0);
  if (new URL(page).origin !== new URL(app).origin) expect(notes.join()).toContain('credentials');
});

test.each([
  ['https://www.example.co.uk/', 'https://api.example.co.uk/', 0],
  ['https://one.co.uk/', 'https://two.co.uk/', 1],
  ['https://one.github.io/', 'https://two.github.io/', 1],
  ['https://www.one.github.io/', 'https://one.github.io/', 0],
  ['http://app.localhost/', 'http://api.localhost/', 1],
  ['https://app.or.zz/', 'https://api.or.zz/', 0],
  ['https://192.0.2.1/', 'https://198.51.2.1/', 1],
])(
  'a page of %s and the address %s: the list of public suffixes says which names share a site',
  (page, url, refused) => {
    const { reasons, notes } = judged('a=1; SameSite=Strict', url, page);
    expect(reasons.filter((reason) => reason.includes('of another site'))).toHaveLength(refused);
    expect(notes.join()).not.toContain('unless');
  },
);

test.each([
  ['a=1', 'gone when the browser is closed'],
  ['a=1', 'every script'],
  ['a=1', 'no SameSite'],
  ['a=1; SameSite=Sometimes', 'no known word'],
  ['a=1; Path=auth', '/auth takes its place'],
  ['a=1; Path=/x', 'sent to /x only'],
  ['a=1; Domain=example.com', 'every host under it'],
  ['a=1; Max-Age=99999999', '400 days'],
  ['a=1; Max-Age=60', 'wrong clock'],
  ['a=1; Max-Age=0', 'removed'],
  ['a=1; Max-Age=soon; Priority=High', 'Ignored: Priority, Max-Age'],
  [`a=1; Path=/${'x'.repeat(1_024)}`, 'Ignored: Path'],
  ['a=1; Path=/, b=2; Path=/', 'two cookies joined'],
])('%s: a note says "%s"', (line, note) => {
  expect(judged(line).notes.join('\n')).toContain(note);
});

test('the cookies that Gatehouse sets cause no note', () => {
  expect(judged(`session_id=1; ${good}`)).toEqual({
    name: 'session_id',
    verdict: 'kept',
    reasons: [],
    notes: [],
  });
});

test('no judgement repeats the value of a cookie', () => {
  const secret = 'b8c7f7b8-9f39-4b44-a8a4-2c0f6f0e4a11';
  for (const line of [`a=${secret}`, `a=${secret}, b=${secret}`, `a=${secret}; SameSite=None; Domain=x`])
    expect(JSON.stringify(judged(line))).not.toContain(secret);
});

test('any text gets a verdict', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'a=; -_Host,/.') }),
  );
  fc.assert(
    fc.property(text, (line) => {
      const { verdict, reasons } = judged(line);
      expect(verdict === 'dropped').toBe(reasons.length > 0);
    }),
  );
});

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['6 November 69 8:9:7', Date.UTC(2069, 10, 6, 8, 9, 7)],
  ['08:49:37 06 Nov 1600', undefined],
  ['08:49:37 30 Feb 2026', undefined],
  ['24:00:00 06 Nov 2026', undefined],
  ['08:49 06 Nov 2026', undefined],
  ['1794127777', undefined],
  ['', undefined],
])('the date %s', (text, at) => {
  expect(readLine(`a=1; Expires=${text}`, now).expiresAt).toBe(at);
});

test.each([
  ['session_id=1; Path=/\n', ['session_id=1; Path=/']],
  ['Set-Cookie: a=1', ['a=1']],
  ['set-cookie:a=1\r\nSET-COOKIE: b=2\r\n\r\n', ['a=1', 'b=2']],
  ['HTTP/1.1 204 No Content\r\nset-cookie: a=1\r\n\r\nset me', ['a=1']],
  ['HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n', []],
  ['\n\n', []],
])('lines are found in %j', (text, found) => {
  expect(cookieLines(text)).toEqual(found);
});
