/** Growth: what a check costs among millions of sessions, by what it costs among thousands; measured by `scale.ts`. */

import type { Bench } from '../bench.ts';
import { numbersIn, tablesOfBench } from '../other-bench.ts';

/** What the columns are called that say what is how much more among many. */
export const isCost = (unit: string) => unit.startsWith('times ');

/** What the column is called that compares the checks of all sessions with a bare loop of their statement. */
export const ofBareLoop = 'of the bare loop';

const few = 10_000;

export async function measureGrowth(bench: Bench): Promise<void> {
  const { rounds, seconds, scaleSessions } = bench.options;
  const options = { sessions: scaleSessions, few: Math.min(few, scaleSessions), rounds, seconds };
  const tables = (await tablesOfBench(bench, 'scale', options)) ?? [];
  const sessions = `${options.few.toLocaleString('en')} and ${scaleSessions.toLocaleString('en')} sessions`;
  for (const [i, table] of tables.entries())
    for (const [who, row] of Object.entries(table))
      for (const [unit, cell] of Object.entries(row))
        for (const value of numbersIn(cell))
          bench.figures.add({ case: 'growth', group: `${sessions}, table ${i + 1}`, who, unit }, value);
}
