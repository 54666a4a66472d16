/** What holds for every format: it is told from the others, and hostile files neither break nor fill it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatNames, loadFormat, recognised } from '../../../../src/maintenance/import/format-registry.ts';
import { all, fileOf } from '../reading/files.ts';
import { records } from './records.ts';

/** The beginning of a file of each format. */
const samples: Readonly<Record<string, readonly [text: string, name: string]>> = {
  gatehouse: ['{"id":"1","username":"ada","password_hash":"x"}\n', 'users.jsonl'],
  focusreader: ['{"_id":"1","username":"ada","passwordHash":"x"}\n', 'users.jsonl'],
  vault: ['COPY public.auth (id, role_id, email, password) FROM stdin;\n', 'dump.sql'],
  broadcaster: ['CREATE TABLE public.users (username text, hash text, created text);\n', 'dump.sql'],
  'better-auth': ['SQLite format 3\0', 'better-auth.sqlite'],
  django: ['[{"model": "auth.user", "pk": 1, "fields": {"password": ""}}]', 'dump.json'],
  auth0: ['{"_id":{"$oid":"5"},"email":"a@x","passwordHash":"x","tenant":"t"}', 'export.json'],
  firebase: ['{"users": [\n{"localId": "x", "email": "a@x"}]}', 'users.json'],
  keycloak: ['{"id":"r","realm":"people","notBefore":0,"users":[{"id":"u"}]}', 'people-realm.json'],
  supabase: ['COPY auth.users (instance_id, id, email, encrypted_password) FROM stdin;\n', 'dump.sql'],
  csv: ['mail,name,pw\n', 'users.csv'],
};

/** Options with which every format reads. */
const options = { parameters: { signerKey: 'AAAA' } };

test('every format has a sample, a summary, and sentences about what it leaves out', async () => {
  expect(Object.keys(samples)).toEqual(formatNames);
  for (const name of formatNames) {
    const format = await loadFormat(name);
    expect(format.name).toBe(name);
    expect(format.summary.length).toBeGreaterThan(10);
    expect(format.leavesOut.length).toBeGreaterThan(0);
    for (const sentence of format.leavesOut) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test.each(Object.entries(samples))(
  'a file of %s is recognised as that, and as nothing else',
  async (name, [text, file]) => {
    expect((await recognised(text, file)).map((format) => format.name)).toEqual([name]);
  },
);

/** Parts of the files of all formats, whole and broken. */
const part = fc.oneof(
  fc.constantFrom(...Object.values(samples).map(([text]) => text)),
  fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\n',
      ';',
      '\t',
      "'",
      '\\',
      '\\.',
      '\\N',
      '(',
      ')',
      '\0',
      '\ufeff',
      '1e999',
    ],
    ...[
      '{"$oid":{"$oid":{"$oid":1}}}',
      '{"$date":{"$date":{}}}',
      '"__proto__":',
      '-9007199254740993',
      'null',
      'true',
    ],
    ...[
      '"users":[',
      '"fields":{',
      '"credentials":[{"type":"password","secretData":"{}"}]',
      '"secretData":"[[[["',
    ],
    ...[
      'INSERT INTO auth VALUES (',
      'COPY users (id, id) FROM stdin;',
      'id,username,hash,created',
      '"created":-1',
    ],
    ...['"createdTimestamp":1e300', '"_id":["x"]', '"passwordHash":{"$gt":""}', '"pk":[1]', '"localId":null'],
  ),
  fc.string({ maxLength: 5 }),
);

describe.each(formatNames)('%s', (name) => {
  test('no file makes it throw, and every record has a place', async () => {
    const format = await loadFormat(name);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 20 }), async (parts) => {
        // A file without a path: what is no file of SQLite is read as text.
        const text = parts.join('').replace(/^SQLite/, 'sqlite');
        for (const { place } of await all(format.read([fileOf(text, 'f')], options)))
          expect(place.line).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  test('what is nested a hundred thousand deep is a record or a problem, and so is what comes after it', async () => {
    const format = await loadFormat(name);
    const deep = '{"users":'.repeat(20_000) + '['.repeat(80_000);
    for (const text of [deep, `[${deep}`, `{"_id":${deep}\n${samples[name]?.[0]}\n`])
      expect((await records(format, [fileOf(text, 'f')], options)).length).toBeGreaterThan(0);
  });
});
