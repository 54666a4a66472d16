/** Request bodies: what is read and what is refused, on every contract alike (ruling G10). */

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  bytes,
  expectOnEveryContract,
  fields,
  maxBytes,
  postBytes,
  serverWithPeople,
  text,
} from '../support/body.ts';
import { contractOf, contracts, expectDiscreet, joe, jsonPaths } from '../support/contracts.ts';

const server = serverWithPeople();

test.each([
  'application/json',
  'Application/JSON',
  'APPLICATION/JSON',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json ; charset=utf-8',
  'application/json; charset="utf-8"',
  'application/json; CHARSET=Utf-8',
])('G10: a body of the type %s is read on every contract', async (type) => {
  await expectOnEveryContract(server(), 'understood', text, { 'content-type': type });
});

test.each([
  '',
  'text/plain',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/jsonp',
  'xapplication/json',
  'application/problem+json',
  'application/json-patch+json',
  'application/json; charset=iso-8859-1',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; charset=utf-16',
  'application/json, text/plain',
  'text/plain; application/json',
])('G10: a body of the type "%s" is 415 on every contract', async (type) => {
  await expectOnEveryContract(server(), 415, text, { 'content-type': type });
});

test('G10: a body without a type, or with two, is 415 on every contract', async () => {
  await expectOnEveryContract(server(), 415, text, {});
  await expectOnEveryContract(server(), 415, text, { 'content-type': ['application/json', 'text/plain'] });
});

test.each(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip', 'gzip, identity', 'nonsense'])(
  'G10: a body encoded as %s is 415 on every contract',
  async (encoding) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    await expectOnEveryContract(server(), 415, gzipSync(text), headers);
    await expectOnEveryContract(server(), 415, text, headers);
  },
);

test.each(['identity', 'Identity'])('G10: the encoding %s is none', async (encoding) => {
  await expectOnEveryContract(server(), 'understood', text, {
    'content-type': 'application/json',
    'content-encoding': encoding,
  });
});

const around = (inside: Uint8Array) =>
  Buffer.concat([Buffer.from('{"username":"'), inside, Buffer.from(`",${text.slice(1)}`)]);

test.each<[string, string | Uint8Array]>([
  ['nothing', ''],
  ['white space', ' \n\t'],
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '42'],
  ['a string', '"username"'],
  ['an array', '[]'],
  ['an object in an array', `[${text}]`],
  ['an object that does not end', text.slice(0, -1)],
  ['two objects', `${text}${text}`],
  ['an object and something after it', `${text} x`],
  ['a trailing comma', `${text.slice(0, -1)},}`],
  ['single quotes', text.replaceAll('"', "'")],
  ['a comment', `/* hello */ ${text}`],
  ['NaN', '{"username": NaN}'],
  ['a bare control character', text.replace('joe', 'j\u{1}oe')],
  ['a bare line feed in a string', text.replace('joe', 'j\noe')],
  ['form fields', 'username=joe&password=supersecure'],
  ['a BOM', `\u{FEFF}${text}`],
  ['a BOM at the end', `${text}\u{FEFF}`],
  ['UTF-16', Buffer.from(`\u{FEFF}${text}`, 'utf16le')],
  ['a byte that UTF-8 does not have', around(bytes(0xff))],
  ['Latin-1', around(bytes(0xfc))],
  ['a sequence that ends early', around(bytes(0xe2, 0x82))],
  ['an overlong form', around(bytes(0xc0, 0xaf))],
  ['a surrogate in UTF-8', around(bytes(0xed, 0xa0, 0x80))],
  ['a code point beyond the last', around(bytes(0xf4, 0x90, 0x80, 0x80))],
  ['16 KiB of brackets', '['.repeat(maxBytes)],
  ['16 KiB of nested objects', '{"a":'.repeat(maxBytes / 5)],
])('G10: %s is 400 on every contract', async (_, body) => {
  await expectOnEveryContract(server(), 400, body);
});

test.each<{ value: unknown }>([
  { value: null },
  { value: 1 },
  { value: true },
  { value: [] },
  { value: ['joe'] },
  { value: {} },
  { value: { toString: 'joe' } },
  { value: undefined },
])('G10: a field that is $value is 400 on every contract', async ({ value }) => {
  for (const path of jsonPaths) {
    const needed = path === '/api/auth/logout' ? ['session'] : [contractOf(path).field, 'password'];
    for (const name of needed) {
      const answer = await server().post(path, { ...fields, [name]: value });
      expect(answer.status, `${path} ${name}`).toBe(400);
      expectDiscreet(answer);
      expect(contractOf(path).errorIn(answer)).toContain(`"${name}"`);
    }
  }
});

test('G10: fields are not found in a prototype', async () => {
  await expectOnEveryContract(server(), 400, `{"__proto__": ${text}}`);
  await expectOnEveryContract(server(), 400, `{"constructor": {"prototype": ${text}}}`);
});

test('G10: unknown fields are ignored on every contract', async () => {
  const more = {
    ...fields,
    remember: true,
    role: 'admin',
    id: null,
    user: { id: 1 },
    constructor: 1,
    '': [],
  };
  await expectOnEveryContract(server(), 'understood', JSON.stringify(more));
  await expectOnEveryContract(server(), 'understood', `{"__proto__": {"username": 1}, ${text.slice(1)}`);
});

test.each(contracts)(
  'G10: of duplicate keys the last one wins at $name',
  async ({ loginPath, field, errorIn }) => {
    const ask = async (body: string) => postBytes(server(), loginPath, body);
    const wrongFirst = `{"${field}":"nobody","password":"wrong","${field}":"joe","password":"${joe.password}"}`;
    const wrongLast = `{"${field}":"joe","password":"${joe.password}","password":"wrong"}`;
    const escaped = `{"${field}":"joe","password":"wrong","pass\\u0077ord":"${joe.password}"}`;
    const typeLast = `{"${field}":"joe","password":"${joe.password}","password":null}`;
    expect((await ask(wrongFirst)).status).toBe(200);
    expect((await ask(wrongLast)).status).toBe(401);
    expect((await ask(escaped)).status).toBe(200);
    const refused = await ask(typeLast);
    expect(refused.status).toBe(400);
    expect(errorIn(refused)).toContain('"password"');
  },
);
