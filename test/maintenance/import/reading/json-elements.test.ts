/** What the reader of JSON documents makes of lists of every kind, whole and broken. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsedJson } from '../../../../src/maintenance/import/reading/documents.ts';
import { readElements } from '../../../../src/maintenance/import/reading/json-elements.ts';
import { all, fileOf, wellFormed } from './files.ts';

/** Elements as their line and value, problems as their line and reason. */
async function read(text: string | readonly Uint8Array[], key?: string) {
  return (await all(readElements(fileOf(text), key))).map((element) =>
    element.kind === 'element'
      ? [element.line, element.value]
      : `${element.place.line}! ${element.of} ${element.reason}`,
  );
}

test('the elements of a list are read, each with the line on which it begins', async () => {
  expect(await read('[{"a": "]},\\"["},\n  2,\n  [3, [4]],\n\n "x", null]\n')).toEqual([
    [1, { a: ']},"[' }],
    [2, 2],
    [3, [3, [4]]],
    [5, 'x'],
    [5, null],
  ]);
  expect(await read('[]')).toEqual([]);
});

test('the list under a key is read, in an object or in the objects of a list', async () => {
  const other =
    '"clients": [{"users": [9]}], "note": "\\"users\\": [8]", "deep": {"users": [7]}, "list": ["users", [6]]';
  const realm = `{${other}, "users": [1, {"users": [2]}], "users2": [5]}`;
  expect(await read(realm, 'users')).toEqual([
    [1, 1],
    [1, { users: [2] }],
  ]);
  expect(await read(`[${realm},\n{"users": [3]}]`, 'users')).toEqual([
    [1, 1],
    [1, { users: [2] }],
    [2, 3],
  ]);
});

test('whole numbers beyond 2^53 are texts, digit by digit', async () => {
  expect(await read('[{"id": 1234567890123456789, "n": 1.5, "m": 42}]')).toEqual([
    [1, { id: '1234567890123456789', n: 1.5, m: 42 }],
  ]);
});

test('an element that is broken is a problem, and the next one is read', async () => {
  expect(await read('[{"a": 1},\n{"a": },\n{"b": 2}]')).toEqual([
    [1, { a: 1 }],
    '2! account broken_json',
    [3, { b: 2 }],
  ]);
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(await read([bytes('["'), Uint8Array.of(0xff), bytes('",\n1]')])).toEqual([
    '1! account broken_utf8',
    [2, 1],
  ]);
  expect(await read(`["${'x'.repeat(1_048_577)}",\n1]`)).toEqual(['1! account too_long', [2, 1]]);
});

test('a document that is cut off, empty or another says so', async () => {
  expect(await read('[1, 2')).toEqual([[1, 1], '1! file truncated']);
  expect(await read('[1, 2,\n"a]')).toEqual([[1, 1], [1, 2], '2! file truncated']);
  expect(await read('{"users": [1], "x": {', 'users')).toEqual([[1, 1], '1! file truncated']);
  expect(await read('')).toEqual(['1! file empty_file']);
  expect(await read(' \n')).toEqual(['1! file empty_file']);
  expect(await read('{"users": [1]}')).toEqual(['1! file no_list']);
  expect(await read('{"people": [1]}', 'users')).toEqual(['1! file no_list']);
});

test('an element that is nested a hundred thousand deep is read or named', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const [first, second] = await read(`[${deep}, 1]`);
  expect(first).toBeDefined();
  expect(second).toEqual([1, 1]);
});

test('an element of 30 MB keeps nothing of them', async () => {
  const mega = new TextEncoder().encode('x'.repeat(1_000_000));
  const before = process.memoryUsage().arrayBuffers;
  const chunks = [new TextEncoder().encode('["'), ...Array.from({ length: 30 }, () => mega)];
  expect(await read(chunks)).toEqual(['1! file truncated']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});

test('what JSON.stringify writes is read as it was, however it is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }),
      fc.constantFrom(undefined, 'users'),
      fc.constantFrom(undefined, 2),
      fc.array(fc.nat(60), { maxLength: 5 }),
      async (list, key, indent, cuts) => {
        const bytes = new TextEncoder().encode(
          wellFormed(JSON.stringify(key ? { a: [0], [key]: list } : list, null, indent)),
        );
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b)];
        const chunks = places.map((from, index) => bytes.subarray(from, places[index + 1] ?? bytes.length));
        const found = await read(chunks, key);
        expect(found.map((element) => element[1])).toEqual(parsedJson(JSON.stringify(list)));
      },
    ),
    { numRuns: 100 },
  );
});

test('no text makes it throw', async () => {
  const part = fc.constantFrom(...'[]{},:"\\ \n1', '"users"', 'null', '\ufeff');
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 30 }),
      fc.constantFrom(undefined, 'users'),
      async (parts, key) => {
        for (const element of await read(parts.join(''), key)) expect(element).toBeDefined();
      },
    ),
    { numRuns: 500 },
  );
});
