/** What comes out of Focusreader's exports. */

import { expect, test } from 'vitest';
import { focusreader } from '../../../../src/maintenance/import/formats/focusreader.ts';
import { fileOf } from '../reading/files.ts';
import { bcrypt, idHash, records } from './records.ts';

const user = '019a6e11-0300-7d75-a033-000000000001';
const session = '019a6e5d-5228-7bbc-a0f0-000000000001';

const read = (...texts: readonly string[]) =>
  records(
    focusreader,
    texts.map((text, n) => fileOf(text, `${n}.jsonl`)),
  );

test('ruling I1: users and sessions are read, in files in any order', async () => {
  expect(
    await read(
      `{"_id":"${session}","user":"${user}"}\n`,
      `{"_id":"${user}","username":"J. Doe","passwordHash":"${bcrypt}"}\n\n{"_id":"2","username":"joe","passwordHash":""}\n`,
    ),
  ).toEqual([
    { kind: 'session', at: '0.jsonl:1', userId: user, idHash: idHash(session) },
    { kind: 'account', at: '1.jsonl:1', userId: user, identifier: 'J. Doe', passwordHash: bcrypt },
    { kind: 'account', at: '1.jsonl:3', userId: '2', identifier: 'joe' },
  ]);
});

test('Extended JSON and lists of --jsonArray are read', async () => {
  const uuid = Buffer.from(user.replaceAll('-', ''), 'hex').toString('base64');
  const list = [
    { _id: { $oid: '507f1f77bcf86cd799439011' }, username: 'a', passwordHash: bcrypt },
    { _id: { $uuid: user }, username: 'b', passwordHash: bcrypt },
    { _id: { $binary: { base64: uuid, subType: '04' } }, username: 'c', passwordHash: bcrypt },
    { _id: { $numberLong: '12345678901234567' }, username: 'd', passwordHash: bcrypt },
    { _id: session, user: { $uuid: user } },
  ];
  const found = await read(JSON.stringify(list, null, 1));
  expect(found.map(({ userId }) => userId)).toEqual([
    '507f1f77bcf86cd799439011',
    user,
    user,
    '12345678901234567',
    user,
  ]);
});

test.each([
  ['no_id', '{"username":"a","passwordHash":"x"}'],
  ['no_id', '{"_id":{"$oid":{"$oid":"x"}},"username":"a","passwordHash":"x"}'],
  ['no_id', '{"_id":["x"],"username":"a","passwordHash":"x"}'],
  ['no_name', '{"_id":"1","username":"","passwordHash":"x"}'],
  ['no_name', '{"_id":"1","username":{"$gt":""},"passwordHash":"x"}'],
  ['session_id_form', `{"_id":"${'x'.repeat(37)}","user":"1"}`],
  ['session_id_form', '{"_id":"short","user":"1"}'],
  ['no_account', `{"_id":"${session}","user":null}`],
  ['unknown_document', '{"_id":"1","body":{"username":"a","password":"secret"}}'],
  ['unknown_document', '{}'],
  ['broken_json', '{"_id":"1","username":"a"'],
  ['broken_json', '[1]'.replace('[', '"').replace(']', '"')],
])('a line is one problem: %s, %s', async (reason, line) => {
  const [problem, ...others] = await read(`${line}\n`);
  expect(problem).toMatchObject({ kind: 'problem', reason, at: '0.jsonl:1' });
  expect(JSON.stringify(problem)).not.toContain('secret');
  expect(others).toEqual([]);
});

test('a hash of an unknown kind is named, and its account comes without it', async () => {
  expect(await read('{"_id":"1","username":"a","passwordHash":"$P$B12345678"}\n')).toMatchObject([
    { kind: 'account', userId: '1' },
    { kind: 'problem', of: 'part', reason: 'unsupported_hash' },
  ]);
});

test('its files are told from those of others', () => {
  const is = (text: string) => focusreader.recognises(text, 'x');
  expect(is(`{"_id":"${user}","username":"joe","passwordHash":"x"}\n`)).toBe(true);
  expect(is(`{"_id":"${session}","user":"${user}"}\n`)).toBe(true);
  expect(is('{"_id":{"$oid":"1"},"email":"a@x","passwordHash":"x","tenant":"t"}')).toBe(false);
  expect(is('{"id":"1","username":"a"}')).toBe(false);
});
