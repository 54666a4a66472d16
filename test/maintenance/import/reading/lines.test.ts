/** What the reader of lines makes of files of every kind, whole and broken. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxLineBytes, readLines } from '../../../../src/maintenance/import/reading/lines.ts';
import type { ImportFile } from '../../../../src/maintenance/import/records.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

function fileOf(...chunks: readonly Uint8Array[]): ImportFile {
  return {
    name: 'users.jsonl',
    async *read() {
      yield* chunks;
    },
  };
}

/** A line as its number and its text, a problem as its line and its reason. */
async function read(...chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(fileOf(...chunks))) {
    lines.push(
      line.kind === 'line'
        ? `${line.number} ${line.text}${line.isTerminated ? '' : ' (open)'}`
        : `${line.place.line}! ${line.reason}`,
    );
  }
  return lines;
}

test('lines are numbered from 1, with or without a carriage return, and empty ones count', async () => {
  expect(await read(utf8('a\r\n\nb\n'))).toEqual(['1 a', '2 ', '3 b']);
  expect(await read()).toEqual([]);
  expect(await read(utf8('\n'))).toEqual(['1 ']);
});

test('a last line without a line feed is read, and known for what it is', async () => {
  expect(await read(utf8('a\nb'))).toEqual(['1 a', '2 b (open)']);
});

test('a byte order mark is no part of the first line, even in pieces', async () => {
  expect(await read(Uint8Array.of(0xef), Uint8Array.of(0xbb, 0xbf), utf8('a\n'))).toEqual(['1 a']);
  expect(await read(utf8('\ufeffa\n\ufeffb\n'))).toEqual(['1 a', '2 \ufeffb']);
});

test('a line of broken UTF-8 is a problem with its number, and the next line is read', async () => {
  expect(await read(utf8('a\n'), Uint8Array.of(0x61, 0xc3, 10), utf8('c\n'))).toEqual([
    '1 a',
    '2! broken_utf8',
    '3 c',
  ]);
});

test('a line of 10 MB is one problem, is not kept, and the next line is read', async () => {
  const part = utf8('x'.repeat(100_000));
  expect(await read(utf8('a\n'), ...Array.from({ length: 100 }, () => part), utf8('\nc\n'))).toEqual([
    '1 a',
    '2! too_long',
    '3 c',
  ]);
});

test.each([
  ['\n', 0, false],
  ['\r\n', 0, false],
  ['', 0, false],
  ['\n', 1, true],
  ['\r\n', 1, true],
  ['', 1, true],
])('a line that ends in %j may have %i more than the bound: %s', async (end, more, isTooLong) => {
  const [line] = await read(utf8('x'.repeat(maxLineBytes + more) + end));
  expect(line === '1! too_long').toBe(isTooLong);
});

test.each([
  ['utf_16', Uint8Array.of(0xff, 0xfe, 0x61, 0, 10, 0)],
  ['utf_16', Uint8Array.of(0xfe, 0xff, 0, 0x61)],
  ['utf_16', Uint8Array.of(0xff, 0xfe)],
  ['compressed', Uint8Array.of(0x1f, 0x8b, 8, 0, 10, 10)],
  ['compressed', Uint8Array.of(0x50, 0x4b, 3, 4)],
])('a file is one problem: %s', async (reason, bytes) => {
  expect(await read(bytes)).toEqual([`1! ${reason}`]);
});

test('however a file is cut into chunks, its lines are the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc
          .string({ unit: 'binary', maxLength: 8 })
          .map((text) => text.toWellFormed().replace(/[\r\n]/g, ' ')),
      ),
      fc.array(fc.nat(200), { maxLength: 10 }),
      fc.constantFrom('\n', '\r\n'),
      async (lines, cuts, end) => {
        const bytes = utf8(lines.map((line) => line + end).join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b)];
        const chunks = places.map((from, index) => bytes.subarray(from, places[index + 1] ?? bytes.length));
        const first = lines[0]?.startsWith('\ufeff') ? [lines[0].slice(1), ...lines.slice(1)] : lines;
        expect(await read(...chunks)).toEqual(first.map((line, index) => `${index + 1} ${line}`));
      },
    ),
    { numRuns: 50 },
  );
});
