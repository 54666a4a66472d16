/** What the reader of CSV makes of files of every kind, whole and broken. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsv } from '../../../../src/maintenance/import/reading/csv-rows.ts';
import { all, fileOf, wellFormed } from './files.ts';

/** Rows as their line and fields, problems as their line and reason. */
async function read(text: string | readonly Uint8Array[], delimiter?: string) {
  return (await all(readCsv(fileOf(text), delimiter))).map((row) =>
    row.kind === 'fields' ? [row.line, ...row.fields] : `${row.place.line}! ${row.reason}`,
  );
}

test('RFC 4180: fields, quotes, doubled quotes, and line breaks in quotes', async () => {
  expect(await read('a,b\r\n"x,1","he said ""no"""\r\n"two\r\nlines",\r\n')).toEqual([
    [1, 'a', 'b'],
    [2, 'x,1', 'he said "no"'],
    [3, 'two\r\nlines', null],
  ]);
});

test('an empty field in quotes is a text, one without is nothing; empty lines are no rows', async () => {
  expect(await read('a,b\n"",\n\n,""\n')).toEqual([
    [1, 'a', 'b'],
    [2, '', null],
    [4, null, ''],
  ]);
});

test.each([',', ';', '\t', '|'])('the delimiter %j is told from the first line', async (delimiter) => {
  const other = delimiter === ',' ? ';' : ',';
  const header = ['id', `"a${other}${other}${other}${other}"`, 'name'].join(delimiter);
  expect(await read(`${header}\n${['1', '2', '3'].join(delimiter)}\n`)).toEqual([
    [1, 'id', other.repeat(4).padStart(5, 'a'), 'name'],
    [2, '1', '2', '3'],
  ]);
});

test('a delimiter that is given counts', async () => {
  expect(await read('a,b;c\n', ';')).toEqual([[1, 'a,b', 'c']]);
  expect(await read('a::b::"c::d"\n', '::')).toEqual([[1, 'a', 'b', 'c::d']]);
});

test('a row that goes on after a closing quote is a problem, and the next row is read', async () => {
  expect(await read('a,b\n"x"y,2\n"x" ,2\n3,4\n')).toEqual([
    [1, 'a', 'b'],
    '2! bad_quotes',
    '3! bad_quotes',
    [4, '3', '4'],
  ]);
});

test('a quote that is never closed is one problem, with the line on which its row begins', async () => {
  expect(await read('a,b\n1,"2\n3,4\n5,6\n')).toEqual([[1, 'a', 'b'], '2! open_quote']);
});

test('an open quote before 30 MB keeps nothing of them', async () => {
  const mega = new TextEncoder().encode(`${'x'.repeat(999)}\n`.repeat(1_000));
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const chunks = [new TextEncoder().encode('a,"b\n'), ...Array.from({ length: 30 }, () => mega)];
  expect(await read(chunks)).toEqual(['1! open_quote']);
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  expect(after - before).toBeLessThan(20_000_000);
});

test('broken UTF-8 and long lines are problems of their row, in quotes as well', async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const broken = Uint8Array.of(0xff);
  expect(
    await read([
      bytes('a\nb'),
      broken,
      bytes('\n"c'),
      bytes('\n'),
      broken,
      bytes('"\n"x\n'),
      broken,
      bytes('y"\nd\n'),
    ]),
  ).toEqual([[1, 'a'], '2! broken_utf8', '3! broken_utf8', '5! broken_utf8', [7, 'd']]);
  expect(await read(`a\n"${`${'x'.repeat(600_000)}\n`.repeat(3)}"\nb\n`)).toEqual([
    [1, 'a'],
    '2! too_long',
    [6, 'b'],
  ]);
});

test('what is written by the rules is read as it was', async () => {
  const field = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }).map(wellFormed),
    fc.constantFrom('"', '\r\n', '\n', ',', ''),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      async (rows) => {
        const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect((await read(text, ',')).map((row) => row.slice(1))).toEqual(rows);
      },
    ),
    { numRuns: 100 },
  );
});

test('no text makes it throw, and every row has a place', async () => {
  const part = fc.constantFrom('"', '""', ',', ';', '\n', '\r', '\r\n', 'a', '\0', '\ufeff', 'é');
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 30 }), async (parts) => {
      for (const row of await all(readCsv(fileOf(parts.join('')))))
        expect(row.kind === 'fields' ? row.line : row.place.line).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
