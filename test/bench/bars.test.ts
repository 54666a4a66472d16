/** The verdicts of the bench: every target on both of its sides, and what counts as the refresh. */

import { expect, test } from 'vitest';
import { besidesRefresh, questionsOf } from '../../bench/cases/questions.ts';
import { Figures } from '../../bench/figures.ts';
import { judged, reported } from '../../bench/page/bar.ts';
import { barsOf } from '../../bench/page/bars.ts';

test.each([
  ['≥', 0.85, 0.85, 'met'],
  ['≥', 0.85, 0.849, 'missed'],
  ['≤', 10, 10, 'met'],
  ['≤', 10, 10.01, 'missed'],
  ['<', 1_000, 999.9, 'met'],
  ['<', 1_000, 1_000, 'missed'],
] as const)('a target of %s %d is judged by %d: %s', (sign, bound, value, verdict) => {
  expect(judged('checks', sign, bound, value).verdict).toBe(verdict);
  expect(judged('checks', sign, bound, { median: value, least: 0, most: 2_000 }).verdict).toBe(verdict);
});

test('what was not measured is neither met nor missed, and a figure without a target is reported', () => {
  for (const nothing of [undefined, Number.NaN])
    expect(judged('checks', '≥', 0.85, nothing)).toMatchObject({ figure: '–', verdict: 'not measured' });
  expect(reported('checks', 7.9)).toMatchObject({ bar: '–', figure: '7.90', verdict: 'reported' });
  expect(reported('checks', undefined).verdict).toBe('not measured');
});

test('a run that measured nothing meets nothing', () => {
  const verdicts = new Set(barsOf(new Figures()).map(({ verdict }) => verdict));
  expect([...verdicts]).toEqual(['not measured']);
});

test('checks of a hundred thousand sessions are judged by their ratio, round by round, on both engines', () => {
  const group = '100,000 live sessions';
  const figures = new Figures();
  const add = (who: string, values: readonly number[]) => {
    for (const value of values) figures.add({ case: 'check', group, who, unit: 'checks/s' }, value);
  };
  add('bare node:http', [100, 200, 100]);
  add('Gatehouse on SQLite', [65, 130, 90]);
  add('Gatehouse on PostgreSQL', [64, 128, 90]);
  const verdictOf = (who: string) =>
    barsOf(figures).find(({ what }) => what === `checks, ${who} / bare node:http, ${group}`)?.verdict;
  expect(verdictOf('Gatehouse on SQLite')).toBe('met');
  expect(verdictOf('Gatehouse on PostgreSQL')).toBe('missed');
});

test('one read of each session in the minute is the refresh, and what is read beyond it is not', () => {
  const besides = (questions: number, lookups: number, read: number) =>
    questionsOf({ questions, lookups, read }, 60_000)[besidesRefresh];
  // Every session once: only the other questions remain.
  expect(besides(60_300, 60_000, 60_000)).toBeCloseTo(5);
  // Fewer than that, as when some were not asked for again.
  expect(besides(30_300, 30_000, 30_000)).toBeCloseTo(5);
  // Every session once a second: nearly all of it remains.
  expect(besides(18_300, 18_000, 3_600_000)).toBeCloseTo(5 + 295);
});
