/** How long a test runs: briefly in `npm test`, in its full form in `npm run soak`. */

/** Whether this is the full form: more people, more rounds, more rows. */
export const isFull = process.env['TEST_LENGTH'] === 'full';

/**
 * Of a table whose every case starts a program of its own, so many cases in the short form, spread over the whole of it with
 * the first and the last; all of them in the full form. The table must not hold the only case of a ruling.
 */
export function spread<Case>(cases: readonly Case[], count: number): readonly Case[] {
  if (isFull || cases.length <= count) return cases;
  const step = (cases.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, n) => cases[Math.round(n * step)] as Case);
}
