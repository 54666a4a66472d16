/** Holds the tests to their promise: every ruling of the contracts has a test whose title begins with its number. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { casesFor } from '../src/conformance/conformance.ts';

const numbered = (letter: string, last: number) =>
  Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);

/** Every ruling there is. A new one is added here, in docs/rulings.md and in a test. */
const expected = [
  ...numbered('G', 18),
  ...numbered('E', 4),
  ...numbered('R', 6),
  ...numbered('D', 7),
  ...numbered('B', 5),
  ...numbered('L', 8),
  ...numbered('P', 13),
  ...numbered('M', 6),
  ...numbered('N', 9),
  ...numbered('W', 8),
  ...numbered('F', 7),
  ...numbered('I', 5),
];

/** The rulings the documentation names, one line each: `- **G1** …`. */
function documented(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../docs/rulings.md'), 'utf8');
  return [...text.matchAll(/^[-*] +\*\*([A-Z]\d+)\b/gm)].map(([, number]) => String(number));
}

/** The numbers that titles of tests begin with, as `G1: …` or filled in by a table. */
function tested(): Set<string> {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const tests = files.filter((name) => name.endsWith('.test.ts') && name !== 'rulings.test.ts');
  // Each case of the conformance kit is a test of every deployment, and its title begins with its ruling.
  const cases = casesFor(['envelope', 'rest', 'dotjson']);
  const numbers = new Set(cases.flatMap(({ basis }) => (basis === 'must' ? [] : [basis.reading])));
  for (const name of tests) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    // A title is the first argument of a call to `test` or `test.concurrent`, or of what `test.each` returned.
    for (const [, number] of text.matchAll(/(?:\btest(?:\.concurrent)?\(|\)\()\s*['"`]([A-Z]\d+): /g))
      numbers.add(String(number));
  }
  return numbers;
}

test('the documentation names every ruling once, and no other', () => {
  expect(documented().toSorted()).toEqual(expected.toSorted());
});

test('every ruling has a test whose title begins with its number', () => {
  const numbers = tested();
  expect(expected.filter((number) => !numbers.has(number))).toEqual([]);
});

test('no test cites a ruling that does not exist', () => {
  const numbers = tested();
  expect(numbers.size).toBeGreaterThan(0);
  expect([...numbers].filter((number) => !expected.includes(number))).toEqual([]);
});
