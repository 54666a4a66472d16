/** However a line of a dump is made up, its tokens are found in linear time. */

import { expect, test } from 'vitest';
import { SqlLexer } from '../../../../../src/maintenance/import/reading/dumps/sql-tokens.ts';

/** The CPU time of the tokens of a line, in milliseconds, on this thread alone: a busy machine fails no test. */
function cost(text: string): number {
  const before = process.threadCpuUsage();
  const line = { kind: 'line', number: 1, text, ending: '\n', isTerminated: true, isBroken: false } as const;
  for (const token of new SqlLexer().tokens(line)) expect(token.isBroken).toBe(false);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const least = (times: number, text: string) => Math.min(...[...Array(times)].map(() => cost(text)));

test.each(["''", '\\\\', "\\'", '"', '/*', '*/', '$$'])('a line of 1 MB of %s takes linear time', (part) => {
  const line = (length: number) => `E'${part.repeat(length / part.length)}`;
  cost(line(100_000));
  // Ten times the length would take a hundred times as long if the rest of the line were searched for every part.
  // The least of several, because the first ones are compiled and collected on the way.
  expect(least(5, line(1_000_000))).toBeLessThan(40 * least(3, line(100_000)) + 200);
});
