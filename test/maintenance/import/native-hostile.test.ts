/** Bad lines of the native format: each is one problem, and no value is repeated. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { native } from '../../../src/maintenance/import/formats/native.ts';
import { accountFields } from '../../../src/maintenance/import/native/read-account.ts';
import { sessionFields } from '../../../src/maintenance/import/native/read-session.ts';
import { readNative } from '../../support/importing.ts';

const good = '{"id":"1","username":"ada"}';

describe('a bad line is one problem, and the next line is read', () => {
  test.each([
    ['broken_json', '{"id":"1","username":"a'],
    ['broken_json', '{"id":"1"}}'],
    ['broken_json', `${'['.repeat(100_000)}`],
    ['not_an_object', '[]'],
    ['not_an_object', 'null'],
    ['missing_field', '{"username":"a"}'],
    ['no_name', '{"id":"1"}'],
    ['wrong_field', '{"id":1,"username":"a"}'],
    ['wrong_field', '{"id":"1","username":"a","created_at":{}}'],
    ['before_1970', '{"id":"1","username":"a","created_at":"1969-12-31T23:59:59Z"}'],
    ['after_9999', '{"id":"1","username":"a","created_at":"+010000-01-01T00:00:00Z"}'],
    ['bad_instant', '{"id":"1","username":"a","created_at":"yesterday"}'],
    ['unsupported_hash', '{"id":"1","username":"a","password_hash":"$P$B123456789012345678901234567890"}'],
    [
      'hash_out_of_bounds',
      '{"id":"1","username":"a","password_hash":"$argon2id$v=19$m=2147483648,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"}',
    ],
    ['wrong_field', '{"id":"1","username":"a","second_factor":{"since":0,"totp":{"enrolled_at":0}}}'],
    ['missing_field', '{"id":"1","username":"a","second_factor":{"since":0}}'],
    ['wrong_field', '{"id":"1","username":"a","devices":[{"id_sha256":"x","last_used_at":0}]}'],
    ['too_long', `{"id":"1","username":"${'x'.repeat(1_048_577)}"}`],
  ])('%s: %.60s', async (reason, line) => {
    const records = await readNative(line, good);
    expect(
      records.map((one) => (one.kind === 'problem' ? [one.place.line, one.of, one.reason] : one.kind)),
    ).toEqual([[1, 'account', reason], 'account']);
  });

  test('session_id_form: a session that no client could present is left out, the others come', async () => {
    const ids = ['x'.repeat(37), 'x'.repeat(14), 'has space in it', 'x'.repeat(36)];
    const line = JSON.stringify({ id: '1', username: 'a', sessions: ids.map((id) => ({ id })) });
    const records = await readNative(line);
    expect(records.map((one) => (one.kind === 'problem' ? one.reason : one.kind))).toEqual([
      'account',
      'session_id_form',
      'session_id_form',
      'session_id_form',
      'session',
    ]);
    expect(JSON.stringify(records)).not.toContain('xxxxxxxxxxxxxx');
  });

  test('an unknown field is told of once', async () => {
    const records = await readNative(
      '{"id":"1","username":"a","shoe_size":1}',
      '{"id":"2","username":"b","shoe_size":2}',
    );
    expect(records.flatMap((one) => (one.kind === 'problem' ? [one.reason] : []))).toEqual(['unknown_field']);
  });

  test('broken_utf8: bytes that are no text', async () => {
    const file = {
      name: 'a.jsonl',
      async *read() {
        yield Buffer.concat([
          Buffer.from('{"id":"1","username":"'),
          Buffer.of(0xff),
          Buffer.from(`"}\n${good}\n`),
        ]);
      },
    };
    const records = await Array.fromAsync(native.read([file], { at: Date.now() }));
    expect(records.map((one) => (one.kind === 'problem' ? one.reason : one.kind))).toEqual([
      'broken_utf8',
      'account',
    ]);
  });
});

test('no text makes the reader throw, and no problem repeats a value', async () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const fields = fc.dictionary(fc.constantFrom(...accountFields, ...sessionFields, 'user'), value);
  await fc.assert(
    fc.asyncProperty(fields, async (line) => {
      const text = JSON.stringify({ ...line, password_hash: 'very-secret-value' });
      expect(JSON.stringify(await readNative(text))).not.toContain('very-secret-value');
    }),
    { numRuns: 300 },
  );
});
