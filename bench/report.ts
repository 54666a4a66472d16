/** What benches say at their end: medians, on which machine, as a table and as JSON. */

import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

export type Row = Readonly<Record<string, string | number>>;

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** A median and its company: `1.02 (0.98 – 1.10)`. */
export function spread(numbers: readonly number[]): string {
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)];
  return `${middle.toFixed(2)} (${least.toFixed(2)} – ${most.toFixed(2)})`;
}

export const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Prints tables of rows by name, and writes them to a file if one is named. */
export function report(about: string, tables: readonly Readonly<Record<string, Row>>[], file?: string): void {
  const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node.js ${process.version}`;
  console.log(`\n${machine}; ${about}\n`);
  for (const rows of tables) console.table(rows);
  if (file) writeFileSync(file, `${JSON.stringify({ machine, about, tables }, undefined, 2)}\n`);
}
