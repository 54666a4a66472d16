/** Revocation: how soon a logout holds on other nodes and processes; measured by `revocation.ts`. */

import type { Bench } from '../bench.ts';
import { numbersIn, tablesOfBench } from '../other-bench.ts';

export const group = 'milliseconds from the answer to a logout until the first refusal elsewhere';

export async function measureRevocation(bench: Bench): Promise<void> {
  const tables = (await tablesOfBench(bench, 'revocation', { samples: bench.options.samples })) ?? [];
  for (const [who, row] of tables.flatMap((table) => Object.entries(table)))
    for (const [unit, cell] of Object.entries(row))
      for (const value of numbersIn(cell)) bench.figures.add({ case: 'revocation', group, who, unit }, value);
}
