/** What the reader of dumps makes of COPY blocks and INSERT statements, whole and broken. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDump } from '../../../../../src/maintenance/import/reading/dumps/sql-dump.ts';
import type { Table } from '../../../../../src/maintenance/import/reading/table-rows.ts';
import { all, fileOf, wellFormed } from '../files.ts';

const tables: readonly Table[] = [
  { name: 'auth', needs: ['id', 'email'], takes: ['note'] },
  { name: 'user', needs: ['id'], takes: ['auth_id'] },
  { name: 'session', needs: ['id'], isOfSessions: true },
];

/** Rows as their line, table and values, problems as their line and reason. */
async function read(text: string | readonly Uint8Array[], wanted = tables) {
  return (await all(readDump(fileOf(text), wanted))).map((row) =>
    row.kind === 'row'
      ? `${row.place.line} ${row.table} ${JSON.stringify(Object.fromEntries(row.values))}`
      : `${row.place.line}! ${row.of} ${row.reason}`,
  );
}

test('rows of a COPY block are read, with its escapes', async () => {
  const text = [
    "SET client_encoding = 'UTF8';",
    '\\restrict abc',
    'COPY public.auth (id, email, note, secret) FROM stdin;',
    String.raw`1	a@x	tab\tline\nback\\slash	\\x00`,
    String.raw`2	\N	\N	x`,
    String.raw`3		\303\251\x41\q	x`,
    '\\.',
    'COPY public."user" (id, auth_id) FROM stdin WITH (ENCODING utf8);',
    'u\ta',
    '\\.',
    '',
  ].join('\n');
  expect(await read(text)).toEqual([
    String.raw`4 auth {"id":"1","email":"a@x","note":"tab\tline\nback\\slash"}`,
    '5 auth {"id":"2","email":null,"note":null}',
    '6 auth {"id":"3","email":"","note":"éAq"}',
    '9 user {"id":"u","auth_id":"a"}',
  ]);
});

test('rows of INSERT statements are read: columns named, created or none, several rows, several lines', async () => {
  const text = [
    '-- a comment; with a semicolon',
    '/* another; /* nested */ INSERT INTO auth VALUES (0); */',
    "CREATE TABLE public.auth (id text NOT NULL, email character varying(10) DEFAULT 'a,b'::text CHECK (length(email) > 1),",
    "  note numeric(10, 2), CONSTRAINT c CHECK (id <> ')'), PRIMARY KEY (id));",
    "INSERT INTO public.auth VALUES ('1', 'it''s', NULL);",
    `INSERT INTO "auth" ("note", "email", id) OVERRIDING SYSTEM VALUE VALUES (-1.5, E'a\\nb\\'\\u00e9', 7), `,
    "\t('two",
    "lines', 'x'::character varying, $tag$it's $$ here$tag$) ON CONFLICT DO NOTHING;",
    "insert into auth (id, email, note) values (true, date '2025-01-01', now());",
    "INSERT INTO other VALUES ('1'); INSERT INTO auth DEFAULT VALUES; INSERT INTO auth SELECT * FROM other;",
    "INSERT INTO auth (id, email) VALUES ('8', U&'x')",
    ';',
    'CREATE FUNCTION f() RETURNS void AS $_$ BEGIN INSERT INTO auth VALUES (1); END $_$;',
  ].join('\n');
  expect(await read(text)).toEqual([
    '5 auth {"id":"1","email":"it\'s","note":null}',
    `6 auth {"note":"-1.5","email":"a\\nb'é","id":"7"}`,
    `7 auth {"note":"two\\nlines","email":"x","id":"it's $$ here"}`,
    '9 auth {"id":"true","email":"2025-01-01"}',
    '11 auth {"id":"8"}',
  ]);
});

test('only the columns that are read are kept', async () => {
  const [row] = await read("INSERT INTO auth (id, email, encryption_key) VALUES ('1', 'a', 'secret');\n");
  expect(row).toBe('1 auth {"id":"1","email":"a"}');
});

test('a table of the same name in another schema is not read, and said once', async () => {
  const insert = (schema: string) => `INSERT INTO ${schema}.session (id) VALUES ('1');\n`;
  const text = insert('public') + insert('other').repeat(2) + insert('public');
  expect(await read(text)).toEqual(['1 session {"id":"1"}', '2! file two_tables', '4 session {"id":"1"}']);
  expect(await read(text, [{ name: 'session', schema: 'other', needs: ['id'] }])).toEqual([
    '2 session {"id":"1"}',
    '3 session {"id":"1"}',
  ]);
});

test('what is wrong with a table is said once, and its rows are not read', async () => {
  expect(await read('COPY auth (id, id, email) FROM stdin;\n1\t2\t3\n\\.\n')).toEqual([
    '1! file duplicate_columns',
  ]);
  expect(await read('INSERT INTO auth (id) VALUES (1);\nINSERT INTO auth (id) VALUES (2);\n')).toEqual([
    '1! file missing_columns',
  ]);
  expect(await read("INSERT INTO auth VALUES (1, 'a');\n")).toEqual(['1! file missing_columns']);
});

test('a row with fields too many or too few is a problem, and the next row is read', async () => {
  expect(await read('COPY session (id, x) FROM stdin;\n1\n2\t3\t4\n5\t6\n\\.\n')).toEqual([
    '2! session wrong_columns',
    '3! session wrong_columns',
    '4 session {"id":"5"}',
  ]);
  expect(await read("INSERT INTO auth (id, email) VALUES ('1'), ('2', 'b');\n")).toEqual([
    '1! account wrong_columns',
    '1 auth {"id":"2","email":"b"}',
  ]);
});

test('a file that is cut off says so, wherever it is', async () => {
  const whole =
    "COPY auth (id, email) FROM stdin;\n1\ta\n\\.\nINSERT INTO auth (id, email) VALUES ('2', 'b');\n";
  const rows = ['2 auth {"id":"1","email":"a"}', '4 auth {"id":"2","email":"b"}'];
  expect(await read(whole)).toEqual(rows);
  for (let length = 1; length < whole.length - 1; length += 1) {
    const found = await read(whole.slice(0, length));
    const isWhole =
      whole.startsWith('INSERT', length) ||
      whole[length - 1] === ';' ||
      whole.slice(0, length).endsWith('\\.');
    if (!isWhole || length < 33)
      expect([length, found.at(-1)]).toEqual([length, expect.stringMatching(/truncated/)]);
  }
});

test('broken UTF-8 and long rows are problems, and the next row is read', async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const broken = Uint8Array.of(0xff);
  expect(
    await read([
      bytes('COPY session (id) FROM stdin;\n'),
      broken,
      bytes("\n1\n\\.\nINSERT INTO auth (id, email) VALUES ('1', '"),
      broken,
      bytes("\n'), ('2', 'b');\n\\375\n"),
      bytes('COPY session (id) FROM stdin;\n\\375\n\\.\n'),
    ]),
  ).toEqual([
    '2! session broken_utf8',
    '3 session {"id":"1"}',
    '5! account broken_utf8',
    '6 auth {"id":"2","email":"b"}',
    '9! session broken_utf8',
  ]);
  const long = `${'x'.repeat(700_000)}\n${'x'.repeat(700_000)}`;
  expect(await read(`INSERT INTO auth (id, email) VALUES\n ('1', '${long}'),\n ('2', 'b');\n`)).toEqual([
    '2! account too_long',
    '4 auth {"id":"2","email":"b"}',
  ]);
});

const texts = fc.array(fc.string({ unit: 'binary', maxLength: 8 }).map(wellFormed), {
  minLength: 2,
  maxLength: 2,
});

test('what COPY writes is read as it was', async () => {
  const escaped = (text: string) =>
    text.replace(
      /[\\\t\n\r\b\f\v]/g,
      (c) => `\\${{ '\t': 't', '\n': 'n', '\r': 'r', '\b': 'b', '\f': 'f', '\v': 'v' }[c] ?? c}`,
    );
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { maxLength: 5 }), async (rows) => {
      const lines = rows.map((row) => `${row.map(escaped).join('\t')}\n`).join('');
      const found = await all(readDump(fileOf(`COPY auth (id, email) FROM stdin;\n${lines}\\.\n`), tables));
      expect(found.map((row) => row.kind === 'row' && [...row.values.values()])).toEqual(rows);
    }),
    { numRuns: 100 },
  );
});

test('what INSERT statements write is read as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 5 }), fc.boolean(), async (rows, isOne) => {
      const values = rows.map(
        (row) => `(${row.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')})`,
      );
      const statement = (list: string) => `INSERT INTO auth (id, email) VALUES ${list};\n`;
      const text = isOne ? statement(values.join(',\n\t')) : values.map(statement).join('');
      const found = await all(readDump(fileOf(text), tables));
      expect(found.map((row) => row.kind === 'row' && [...row.values.values()])).toEqual(rows);
    }),
    { numRuns: 100 },
  );
});

test('no text makes it throw or hang', async () => {
  const part = fc.constantFrom(
    ...[
      'INSERT',
      ' INTO ',
      'COPY ',
      ' FROM stdin',
      ' VALUES ',
      'CREATE TABLE ',
      'auth',
      'id',
      'email',
      '"',
      "'",
      "E'",
    ],
    ...[
      '$$',
      '$a$',
      '/*',
      '*/',
      '--',
      '\\',
      '\\.',
      '\n',
      '(',
      ')',
      ',',
      ';',
      '.',
      ' ',
      '1',
      '::',
      '\t',
      '\\x',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 40 }), async (parts) => {
      for (const { place } of await all(readDump(fileOf(parts.join('')), tables)))
        expect(place.line).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('brackets nested a hundred thousand deep are no trouble', async () => {
  const deep = `${'('.repeat(100_000)}${')'.repeat(100_000)}`;
  expect(await read(`INSERT INTO auth (id, email) VALUES (${deep}, 'x'), ('1', 'y');\n`)).toEqual([
    '1 auth {"email":"x"}',
    '1 auth {"id":"1","email":"y"}',
  ]);
});
