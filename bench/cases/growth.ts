/** Growth: what a check costs among millions of sessions, by what it costs among thousands; measured by `scale.ts`. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Row } from '../report.ts';

/** What the columns are called that say what is how much more among many. */
export const isCost = (unit: string) => unit.startsWith('times ');

/** What the column is called that compares the checks of all sessions with a bare loop of their statement. */
export const ofBareLoop = 'of the bare loop';

const few = 10_000;

export async function measureGrowth(bench: Bench): Promise<void> {
  const { rounds, seconds, scaleSessions } = bench.options;
  const file = join(bench.folder, 'scale.json');
  const options = { sessions: scaleSessions, few: Math.min(few, scaleSessions), rounds, seconds, json: file };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, ['bench/scale.ts', ...words], { stdio: ['ignore', 'ignore', 2] });
  const [code] = await once(child, 'exit');
  if (code !== 0) return bench.note(`Growth: not available, as bench/scale.ts exited with ${code}.`);
  const { tables } = JSON.parse(readFileSync(file, 'utf8')) as { tables: Record<string, Row>[] };
  const sessions = `${options.few.toLocaleString('en')} and ${scaleSessions.toLocaleString('en')} sessions`;
  for (const [i, table] of tables.entries())
    for (const [who, row] of Object.entries(table))
      for (const [unit, cell] of Object.entries(row))
        for (const value of numbersIn(String(cell)))
          bench.figures.add({ case: 'growth', group: `${sessions}, table ${i + 1}`, who, unit }, value);
}

/** A median comes with the least and the most, of which it is the median. */
function numbersIn(text: string): number[] {
  return (text.replaceAll(',', '').match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}
