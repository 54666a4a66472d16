/** No call in the sources takes a list apart into arguments, however short the list is thought to be. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/process.ts';
import { spreadsIn } from '../support/spreads.ts';

/** SQLite binds the columns of one row in no other way; a table has at most a dozen. */
const columnsOfOneRow = [
  /^src\/storage\/sqlite\/maintenance\/transfer-rows\.ts:\d+ select\.iterate$/,
  /^src\/storage\/sqlite\/maintenance\/transfer-rows\.ts:\d+ insert\?\.run$/,
];

const of = (...lines: string[]) => spreadsIn({ path: 'src/a.ts', text: lines.join('\n') });

test('no call spreads a list, except the columns of one row', () => {
  const sources = globSync('src/**/*.ts', { cwd: root });
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.flatMap((path) => spreadsIn({ path, text: readFileSync(join(root, path), 'utf8') }));
  expect(found.filter((place) => !columnsOfOneRow.some((pattern) => pattern.test(place)))).toEqual([]);
  for (const pattern of columnsOfOneRow) expect(found.some((place) => pattern.test(place))).toBe(true);
});

test.each([
  ['push', 'rows.push(...page);'],
  ['push of what a call returns', 'rows.push(...page.map(({ seq }) => seq));'],
  ['unshift, behind another argument', 'rows.unshift(first, ...page);'],
  ['the greatest of a list', 'const most = Math.max(0, ...rows.map((row) => row.length));'],
  ['the least of a list', 'const least = Math.min(...rows);'],
  ['letters', 'String.fromCharCode(...codes);'],
  ['a function of ours', 'await waiting.add(run, trail, ...sessions);'],
  ['a private one', 'this.#take(...rows);'],
  ['a constructor', 'new Uint8Array(...rows);'],
  ['an optional call', 'add?.(...rows);'],
  ['several lines', 'rows.push(\n  ...page,\n);'],
  ['brackets in a string', "say(')', ...rows);"],
  ['brackets in a pattern', 'test(/[)]\\)/, ...rows);'],
  ['a literal that is not all', 'rows.push(...[1, 2].concat(page));'],
])('a spread is found: %s', (_what, line) => {
  expect(of(line)).toHaveLength(1);
});

test('lists in lists, fields in objects, parameters, literals and comments are no spread into a call', () => {
  expect(
    of(
      'const all = [...some, ...others];',
      'rows.push([...some]);',
      'rows.push({ ...row, a: 1 });',
      'const f = (...rows: string[]) => rows;',
      'async add(run: Run, ...abouts: readonly About[]): Promise<void> {',
      'const { a, ...rest } = row;',
      'rows.push(...[1, 2]);',
      "say('rows.push(...page)');",
      '// rows.push(...page)',
      '/* rows.push(...page) */',
    ),
  ).toEqual([]);
});
