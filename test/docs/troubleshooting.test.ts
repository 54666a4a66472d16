/** The sentences that docs/troubleshooting.md explains are those of the program. */

import { expect, test } from 'vitest';
import { part, read, rows } from '../support/docs.ts';
import { sources } from '../support/repository.ts';

const page = 'docs/troubleshooting.md';

test('every sentence of the program that the page explains is one that the program says', () => {
  const said = sources.map(({ text }) => text).join('\n') + read('src/node-version.cjs');
  const explained = rows(read(page))
    .flatMap(([first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, text]) => String(text)))
    .filter((text) => / /.test(text) && !/^(?:Set-Cookie|gatehouse )/.test(text));
  expect(explained.length).toBeGreaterThan(15);
  // A sentence may stand on two lines of the source, or hold a value.
  const flat = said
    .replace(/['`] \+\s*['`]/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('\\`', '`');
  expect(explained.filter((text) => !flat.includes(text))).toEqual([]);
});

test('every refusal of the page has the status that the program gives it', async () => {
  const { siteWords } = await import('../../src/http/refusals/refusal-words.ts');
  const refusals = rows(part(page, '## Refusals')).slice(2);
  expect(refusals.length).toBeGreaterThan(8);
  for (const [sentence = '', statuses = ''] of refusals) {
    const [, text] = /`([^`]+)`/.exec(sentence) ?? [];
    const word = Object.values(siteWords).find((words) => words.sentence === text);
    if (word) expect(statuses, text).toContain(String(word.status));
  }
});
