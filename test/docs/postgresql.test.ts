/** The page about PostgreSQL names every sentence a start may be refused with, and every table there is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from '../../src/storage/postgres/connection/explain-errors.ts';
import { tables } from '../../src/storage/postgres/schema.ts';
import { root } from '../support/process.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const source = [
  'postgres/connection/explain-errors',
  'postgres/connection/session-setup',
  'postgres/connection/migrations',
  'shared/database-state',
]
  .map((name) => read(`src/storage/${name}.ts`))
  .join('\n')
  // A sentence may go on in the next line of the source.
  .replace(/['`] \+\s+['`]/g, '');

/** What the table of the page says a message contains. */
function phrases(): string[] {
  const [, part = ''] = read('docs/postgresql.md').split('## Refusals at the start');
  const rows =
    part
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? [];
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, said]) => String(said)),
  );
}

test('every phrase of the page is in a sentence of the program', () => {
  expect(phrases().length).toBeGreaterThan(15);
  expect(phrases().filter((phrase) => !source.includes(phrase))).toEqual([]);
});

test('every sentence of the program has a phrase on the page', () => {
  const codes = [
    ...read('src/storage/postgres/connection/explain-errors.ts').matchAll(/^ {2}'?([A-Z0-9_]{5,})'?: /gm),
  ].map(([, code]) => String(code));
  expect(codes.length).toBeGreaterThan(15);
  const unsaid = codes.filter((code) => {
    const sentence = explain('postgres://joe:secret@db/x', Object.assign(new Error(''), { code }));
    return !phrases().some((phrase) => sentence.includes(phrase));
  });
  expect(unsaid).toEqual([]);
});

test('the page about security names every table', () => {
  const page = read('docs/security.md');
  expect(tables.filter((table) => !page.includes(`\`${table}\``))).toEqual([]);
});
