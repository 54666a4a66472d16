/** Every sentence of the contracts' pages has a case that stands on it, or a written reason (E1 to E4, R1 to R6, D1 to D7). */

import { expect, test } from 'vitest';
import { casesFor } from '../../src/conformance/conformance.ts';
import { read } from '../support/docs.ts';
import { faults } from './faults/all-faults.ts';
import { flat, sentencesOf } from './page-sentences.ts';
import { uncovered } from './uncovered.ts';

const cases = casesFor(['envelope', 'rest', 'dotjson']);
const pages = ['envelope', 'rest', 'dotjson'].map((name) => `docs/contracts/${name}.md`);
const cited = (page: string) =>
  cases
    .flatMap(({ sentence, also = [] }) => [sentence, ...also])
    .flatMap((one) => (one.page === page ? [flat(one.quote)] : []));
const isIn = (sentence: string, quotes: readonly string[]) =>
  quotes.some((quote) => sentence.includes(quote) || quote.includes(sentence));
const reasons = uncovered.flatMap(({ quotes }) => quotes);

test.each(pages)('every sentence of %s is cited by a case, or has a reason', (page) => {
  const sentences = sentencesOf(page);
  expect(sentences.length).toBeGreaterThan(40);
  expect(sentences.filter((sentence) => !isIn(sentence, cited(page)) && !isIn(sentence, reasons))).toEqual(
    [],
  );
});

test.each(pages)('every sentence that a case cites is on %s', (page) => {
  const text = sentencesOf(page).join(' ');
  expect(cited(page).filter((quote) => !text.includes(quote))).toEqual([]);
});

test('every reason is about a sentence that is there and that no case cites', () => {
  const left = pages.flatMap((page) => sentencesOf(page).filter((sentence) => !isIn(sentence, cited(page))));
  expect(reasons.filter((quote) => !left.some((sentence) => sentence.includes(quote)))).toEqual([]);
});

test('every case has an id of its own, and every ruling that it cites is there', () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  const rulings = read('docs/rulings.md');
  for (const { id, basis } of cases)
    if (basis !== 'must') expect(rulings, id).toContain(`- **${basis.reading}**`);
});

test('every case that a fault names is there', () => {
  const ids = new Set(cases.map(({ id }) => id));
  expect(faults.flatMap(({ breaks }) => breaks).filter((id) => !ids.has(id))).toEqual([]);
});
